"""Forms of a REDCap dictionary that are none of ours."""

from __future__ import annotations

from surveys.exchange.tables import redcap_dictionary, redcap_foreign
from tests.support import redcap
from tests.support.tables import KNOWN

MORE = (
    ["weight", "visit", "", "text", "Weight", "", "", "number_comma_decimal", ""],
    ["seen", "visit", "", "text", "Seen on", "", "", "date_ymd", ""],
    ["born", "visit", "", "text", "Date of birth", "", "", "date_ymd", ""],
    ["why", "visit", "", "notes", "Why?", "", "", "", ""],
    ["mail", "visit", "", "radio", "Which mail?", "1, a | 2, b", "", "", "y"],
)


def test_the_rest_of_a_project_can_be_asked() -> None:
    """Not what is a questionnaire of ours, a fact, a text, or tells who somebody is."""
    dictionary = redcap_dictionary.read(redcap.dictionary(*MORE))
    background, injection, visit = redcap_foreign.forms(dictionary, KNOWN, ["visit"])
    assert [(one.name, one.kind) for one in background.fields] == [("eye", "choices")]
    assert background.fields[0].choices == {"1": "Dry", "A": "Watering", "-99": "None"}
    assert set(background.left) == {"dob", "sex", "side"}
    assert [(one.name, one.kind) for one in visit.fields] == [("weight", "decimal"), ("seen", "date")]
    assert visit.left == {
        "born": "is a day of birth, of which the year alone may come in",
        "why": "is of the kind ‘notes’",
        "mail": "tells who somebody is",
    }
    assert (background.answered_by, visit.answered_by) == ("staff", "patient")
    assert [redcap_foreign.tells_of_treatments(one) for one in (background, injection, visit)] == [
        False,
        True,
        False,
    ]
