"""The mapping that a REDCap project seems to need."""

from __future__ import annotations

from surveys.exchange.tables import redcap_dictionary, redcap_proposing, redcap_records
from surveys.exchange.tables.proposing import Proposal
from surveys.exchange.tables.redcap_records import Asked
from tests.support import redcap
from tests.support.tables import KNOWN


def proposed(content: bytes, asked: Asked | None = None, book: bytes | None = None) -> Proposal:
    """What the project seems to hold."""
    asked = asked or Asked()
    dictionary = redcap_dictionary.read(book or redcap.dictionary())
    table = redcap_records.read("data.csv", content, dictionary, asked)
    return redcap_proposing.proposed(table, dictionary, KNOWN, asked)


def test_a_real_project() -> None:
    """Recognised by texts and choices; events are visits, identity stays outside."""
    found = proposed(redcap.data())
    phq9 = found.mapping.instruments["phq9"]
    assert phq9.confirmed
    assert (phq9.completed_on, phq9.partial["mood_timestamp"]) == ("mood_timestamp", ("[not completed]",))
    assert found.mapping.patient == "record_id"
    assert found.mapping.visit.names == {"baseline_arm_1": "baseline", "month_3_arm_1": "month_3"}
    assert found.mapping.visit.occurrence == "redcap_repeat_instance"
    assert found.left["dob"].startswith("tells who somebody is")
    assert set(found.mapping.facts) == {"sex", "side"}


def test_forms_are_told_by_the_dictionary_alone() -> None:
    """Another option is another version, and is asked."""
    dictionary = redcap_dictionary.read(redcap.dictionary())
    told = list(redcap_proposing.forms(dictionary, KNOWN))
    assert told[0] == "Form mood: PHQ-9, 9 items, certain."
    other = redcap.dictionary().replace(b"More than half the days", b"About half the time")
    told = list(redcap_proposing.forms(redcap_dictionary.read(other), KNOWN))
    assert told[0] == "Form mood: PHQ-9, 9 items, to be confirmed."
    assert "Another version of it?" in told[1]


def test_a_form_without_a_day_is_asked_for_one() -> None:
    """And a form that was left out is not looked at. The day of the onset is not that of the answers."""
    content = redcap.data().replace(b"mood_timestamp", b"onset_date")
    onset: list[object] = ["onset_date", "mood", "", "text", "When did it begin?", "", "", "date_ymd", ""]
    found = proposed(content, book=redcap.dictionary(onset))
    assert not found.mapping.instruments["phq9"].confirmed
    assert "The form mood has neither a timestamp nor a date." in str(found.doubts)
    assert proposed(redcap.data(), Asked(forms=("background",))).mapping.instruments == {}
