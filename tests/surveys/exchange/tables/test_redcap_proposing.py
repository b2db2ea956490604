"""The mapping that a REDCap project seems to need."""

from __future__ import annotations

from surveys.exchange.tables import redcap_dictionary, redcap_foreign, redcap_proposing, redcap_records
from surveys.exchange.tables.foreign_form import own_form
from surveys.exchange.tables.proposing import Proposal
from surveys.exchange.tables.recognising import Known
from surveys.exchange.tables.redcap_records import Asked
from surveys.instruments.definition import parse
from surveys.instruments.own import definition
from tests.support import redcap, tables
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


def test_an_event_may_have_one_day_for_its_forms() -> None:
    """It is proposed where it stands beside every answer, and a day of birth never is."""
    seen: list[object] = ["seen_on", "background", "", "text", "Seen on", "", "", "date_ymd", ""]
    born: list[object] = ["child", "background", "", "text", "Birth of the child", "", "", "date_ymd", ""]
    header = [*redcap.DATA_HEADER, "child", "seen_on"]
    clock = header.index("mood_timestamp")
    rows = [[*row, *(["2024-03-01"] * 2 if row[clock] else ["", ""])] for row in redcap.rows()]
    content = tables.lines([["when" if name == "mood_timestamp" else name for name in header], *rows])
    book = redcap.dictionary(born, seen)
    found = proposed(content, book=book)
    assert found.mapping.instruments["phq9"].completed_on == "seen_on"
    [said] = [one for one in found.doubts["instruments.phq9"] if "no day of its own" in one]
    assert said.endswith("seen_on, of the form background, is proposed as its day. Is it?")
    assert not found.mapping.instruments["phq9"].confirmed
    rows[0][-1] = ""
    gone = proposed(tables.lines([[*header[:clock], "when", *header[clock + 1 :]], *rows]), book=book)
    assert gone.mapping.instruments["phq9"].completed_on == ""


def test_own_forms_are_told_by_their_words_alone() -> None:
    """As one form each; XML lacks the columns that nobody filled in."""
    eye: list[object] = ["eye_note", "background", "", "radio", "Note", "1, Seen | 2, Not seen", "", "", ""]
    dictionary = redcap_dictionary.read(redcap.dictionary(eye))
    [background, *_] = redcap_foreign.forms(dictionary, KNOWN)
    text = definition(
        own_form(background, ("en",)), key="s1_background", version=1, study="S1", holder="S", year=2026
    )
    own = parse(text, "x")
    site = [*KNOWN, Known(own, tuple(own.wording.texts.values()))]
    told = list(redcap_proposing.forms(dictionary, site))
    assert told == [
        "Form mood: PHQ-9, 9 items, certain.",
        "Form background: 2 of 2 questions are in the study's own form Background.",
        "Form injection: no questionnaire of ours.",
    ]
    table = redcap_records.read("data.csv", redcap.data(), dictionary, Asked())
    found = redcap_proposing.proposed(table, dictionary, site, Asked())
    assert found.mapping.instruments["s1_background"].items == {"q1": "eye"}
