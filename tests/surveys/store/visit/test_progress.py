"""Where a patient is in a visit: the first thing still open. Needs no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from surveys.instruments.library import Library
from surveys.store.visit.background import BackgroundAnswers
from surveys.store.visit.opening import DraftState, OpenVisit, Said
from surveys.store.visit.progress import (
    MINUTES,
    AboutYou,
    AtItem,
    ConsentDue,
    CrisisText,
    Finished,
    Helped,
    Introduction,
    Review,
    current,
    first_open,
    position,
    remaining_minutes,
)

LIBRARY = Library.load(())
DAY = date(2026, 3, 10)
FRESH = OpenVisit(
    id=1,
    link_id=1,
    link_expires_at=datetime(2026, 5, 1, tzinfo=UTC),
    device="phone",
    patient_id=1,
    study_id=1,
    name="baseline",
    battery=("face", "phq9", "saq"),
    instruments={key: LIBRARY.get(key) for key in ("face", "phq9", "saq")},
    optional_items=(),
    study_code="S1",
    study_title="S1",
    timezone="UTC",
    locales=("en",),
    contacts={},
    feedback=(),
    who_reads={},
    privacy_notices={},
    eye_texts={},
    alert_rules=(),
    crisis_texts={},
    simulated=True,
    today=DAY,
    drafts={},
    submitted={},
    crisis_text_due=False,
    help_told=False,
    priority_told=False,
    consent_due=False,
    consent_anew=False,
    declined=False,
    closes_on=date(2026, 4, 9),
    background=None,
)


def draft(key: str, *items: str) -> dict[str, DraftState]:
    """A draft in which `items` are dealt with, every other one skipped."""
    given = {item: None if number % 2 else 1 for number, item in enumerate(items)}
    at = datetime(2026, 3, 2, tzinfo=UTC)
    said = Said(1, key, 1, "en", "web", at, at, {})
    return {key: DraftState(said, given)}


def keys(key: str) -> list[str]:
    return [item.key for item in LIBRARY.get(key).asked()]


def test_a_fresh_visit_begins_with_the_introduction() -> None:
    assert position(FRESH) == Introduction()


def test_then_comes_the_first_open_item() -> None:
    """A skipped item is dealt with; a gap comes before what follows it."""
    face = LIBRARY.get("face")
    assert position(replace(FRESH, drafts=draft("face", "q1", "q2"))) == AtItem(face, face.item("q3"))
    assert position(replace(FRESH, drafts=draft("face", "q1", "q3"))) == AtItem(face, face.item("q2"))


def test_after_the_last_item_the_review() -> None:
    visit = replace(FRESH, drafts=draft("face", *keys("face")))
    assert position(visit) == Review(LIBRARY.get("face"))


def test_after_one_questionnaire_the_next() -> None:
    """Without the introduction; a draft of a later one waits for its turn."""
    phq9 = LIBRARY.get("phq9")
    visit = replace(FRESH, submitted={"face": DAY}, drafts=draft("saq", "q1"))
    assert position(visit) == AtItem(phq9, phq9.item("q1"))
    assert current(visit) == "phq9"


def test_in_the_end_all_is_submitted() -> None:
    visit = replace(FRESH, submitted=dict.fromkeys(FRESH.battery, DAY))
    assert position(visit) == Helped()
    assert position(replace(visit, help_told=True)) == Finished()
    assert current(visit) is None
    assert remaining_minutes(visit) == 0


def test_consent_comes_before_questions_and_after_the_introduction() -> None:
    """And before what was begun, where a text was loaded later; never before the crisis text."""
    asked = replace(FRESH, consent_due=True)
    assert position(asked) == Introduction()
    begun = replace(asked, drafts=draft("face", "q1"))
    assert position(begun) == ConsentDue()
    assert position(replace(begun, crisis_text_due=True)) == CrisisText()


def test_the_background_form_comes_after_consent_and_before_the_questionnaires() -> None:
    """At its first open question, then its review; not once it is sent, nor among the questionnaires."""
    asked = replace(FRESH, background=BackgroundAnswers("short", {}, sent=False, since=None))
    assert position(asked) == Introduction()
    assert remaining_minutes(asked) == remaining_minutes(FRESH) + MINUTES["short"]
    given = {"came_again": "no"}
    begun = replace(asked, background=BackgroundAnswers("short", given, sent=False, since=None))
    assert position(begun) == AboutYou(2)
    assert position(replace(begun, consent_due=True)) == ConsentDue()
    said = BackgroundAnswers(
        "short",
        {**given, "treatments": [], "symptoms": None, "changed": "same", "recovered": "no"},
        sent=False,
        since=None,
    )
    assert position(replace(asked, background=said)) == AboutYou(None)
    face = LIBRARY.get("face")
    sent = replace(asked, background=replace(said, sent=True))
    assert position(sent) == AtItem(face, face.item("q1"))
    assert position(replace(begun, drafts=draft("face", "q1"))) == AtItem(face, face.item("q2"))


def test_the_crisis_text_comes_before_everything() -> None:
    """Even before the thanks."""
    finished = replace(FRESH, submitted=dict.fromkeys(FRESH.battery, DAY), crisis_text_due=True)
    assert position(finished) == CrisisText()
    assert position(replace(FRESH, crisis_text_due=True)) == CrisisText()


def test_the_minutes_are_those_of_what_is_left() -> None:
    minutes = {key: LIBRARY.get(key).minutes for key in FRESH.battery}
    assert remaining_minutes(FRESH) == sum(minutes.values())
    assert remaining_minutes(replace(FRESH, submitted={"face": DAY})) == (minutes["phq9"] + minutes["saq"])


@given(st.sets(st.sampled_from(keys("face"))))
def test_the_first_open_item_is_the_lowest_number_not_dealt_with(done: set[str]) -> None:
    """Whatever was answered in which order."""
    visit = replace(FRESH, drafts=draft("face", *sorted(done)))
    found = first_open(visit, "face")
    left = [item for item in LIBRARY.get("face").asked() if item.key not in done]
    assert found == (left[0] if left else None)


def test_an_optional_item_is_asked_where_the_study_wants_it() -> None:
    """By the name of instrument and item; elsewhere the questionnaire ends before it."""
    with_difficulty = replace(FRESH, optional_items=("phq9.q10", "saq.q1"))
    assert [item.key for item in FRESH.items("phq9")] == keys("phq9")
    assert [item.key for item in with_difficulty.items("phq9")] == [*keys("phq9"), "q10"]
    assert with_difficulty.items("saq") == FRESH.items("saq")
    begun = replace(with_difficulty, submitted={"face": DAY}, drafts=draft("phq9", *keys("phq9")))
    phq9 = LIBRARY.get("phq9")
    assert position(begun) == AtItem(phq9, phq9.item("q10"))


def test_what_follows_from_other_answers_is_asked_where_it_does() -> None:
    """PHQ-9 asks of difficulty nobody who has no problem, and whoever may still tell of one."""
    phq9 = LIBRARY.get("phq9")
    asks = replace(FRESH, optional_items=("phq9.q10",), submitted={"face": DAY})
    none = dict.fromkeys(keys("phq9"), 0)
    for said, asked in (
        (none, False),
        ({**none, "q4": None}, False),
        ({**none, "q4": 1}, True),
        ({key: 0 for key in none if key != "q9"}, True),
    ):
        begun = replace(asks, drafts={"phq9": replace(draft("phq9")["phq9"], given=said)})
        assert ("q10" in [item.key for item in begun.items("phq9")]) is asked
    sent = replace(asks, drafts={"phq9": replace(draft("phq9")["phq9"], given=none)})
    assert position(sent) == Review(phq9)
