"""What a plan asks of one patient."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from surveys.instruments.facts import not_before
from surveys.instruments.instrument import NotBefore
from surveys.instruments.library import Library
from surveys.schedule import Course, PlannedVisit, TreatmentDate, occasions, preset

NOT_BEFORE = not_before(Library.load())
INJECTION = date(2026, 6, 1)
ENROLLED = date(2026, 5, 4)


def days(before: int, after: int, on: date = INJECTION) -> tuple[date, date]:
    """The first and the last day of a window around `on`."""
    return on + timedelta(days=before), on + timedelta(days=after)


def laid(course: Course, name: str) -> dict[tuple[str, int, int | None], tuple[date, date]]:
    """First and last day of each occasion of the preset `name`."""
    return {
        (one.serves.key, one.serves.nth, one.serves.treatment_id): (
            one.window.opens_on,
            one.window.closes_on,
        )
        for one in occasions(preset(name), course, NOT_BEFORE)
    }


def injections(*dated: tuple[str, date]) -> Course:
    """Somebody with those injections, numbered from 1, whose palsy began long ago."""
    rows = tuple(
        TreatmentDate(number, "botulinum_toxin", state, on) for number, (state, on) in enumerate(dated, 1)
    )
    return Course(ENROLLED, onset_from=date(2020, 1, 1), treatments=rows)


def test_acute_palsy_counts_from_onset() -> None:
    """Enrolment from enrolment, all else from the onset; nothing of the latter without an exact one."""
    onset = date(2026, 5, 1)
    found = laid(Course(ENROLLED, onset, onset), "acute_bells_palsy")
    assert list(found) == [
        (key, 1, None) for key in ("enrolment", "week_2", "month_1", "month_3", "month_6", "month_12")
    ]
    assert found["week_2", 1, None] == days(11, 21, onset)
    assert list(laid(Course(ENROLLED, None, onset), "acute_bells_palsy")) == [("enrolment", 1, None)]


def test_a_planned_injection_has_a_visit_before_at_its_peak_and_at_16_weeks() -> None:
    """Within 21 days before it, from 2 to 6 weeks after it, about 16 weeks after it."""
    assert laid(injections(("planned", INJECTION)), "botulinum_toxin") == {
        ("before", 1, 1): days(-21, 0),
        ("peak", 1, 1): days(14, 42),
        ("week_16", 1, 1): days(98, 140),
    }


def test_the_next_injection_takes_the_place_of_16_weeks() -> None:
    """Only the last injection has them."""
    following = INJECTION + timedelta(days=100)
    found = laid(injections(("given", INJECTION), ("planned", following)), "botulinum_toxin")
    assert set(found) == {
        ("before", 1, 1),
        ("peak", 1, 1),
        ("before", 1, 2),
        ("peak", 1, 2),
        ("week_16", 1, 2),
    }


def test_a_cancelled_injection_asks_nothing() -> None:
    """And the one before it has its 16 weeks again."""
    following = INJECTION + timedelta(days=100)
    found = laid(injections(("given", INJECTION), ("cancelled", following)), "botulinum_toxin")
    assert ("week_16", 1, 1) in found
    assert {treatment for _, _, treatment in found} == {1}


def test_what_comes_before_an_injection_does_not_begin_with_it() -> None:
    """One recorded once it was given has no visit before it; its peak is ahead all the same."""
    found = occasions(preset("botulinum_toxin"), injections(("given", INJECTION)), NOT_BEFORE)
    assert {one.serves.key: one.ahead for one in found} == {"before": False, "peak": True, "week_16": True}


def test_a_family_means_any_of_its_kinds() -> None:
    """Each operation counts; an injection is none."""
    operated = Course(
        ENROLLED,
        treatments=(
            TreatmentDate(1, "nerve_transfer", "planned", INJECTION),
            TreatmentDate(2, "static_sling", "given", INJECTION),
            TreatmentDate(3, "botulinum_toxin", "given", INJECTION),
        ),
    )
    assert {treatment for _, _, treatment in laid(operated, "facial_reanimation")} == {1, 2}


def test_anchored_at_what_was_given_a_plan_alone_asks_nothing() -> None:
    """Until it is given."""
    row = PlannedVisit(
        "after",
        "After",
        "treatment",
        30,
        5,
        5,
        ("face",),
        treatment="botulinum_toxin",
        treatment_state="given",
    )
    assert occasions((row,), injections(("planned", INJECTION)), NOT_BEFORE) == []
    assert len(occasions((row,), injections(("given", INJECTION)), NOT_BEFORE)) == 1


def test_a_yearly_registry_asks_ten_times_more() -> None:
    """Each a year after the last."""
    found = laid(Course(ENROLLED), "yearly_registry")
    assert [nth for key, nth, _ in found if key == "yearly"] == list(range(1, 11))
    assert found["yearly", 10, None] == days(3650 - 45, 3650 + 90, ENROLLED)


@pytest.mark.parametrize(
    ("onset_from", "noted_on", "asked"),
    [
        (ENROLLED - timedelta(days=89), None, False),
        (ENROLLED - timedelta(days=90), None, True),
        (ENROLLED - timedelta(days=10), ENROLLED, True),
        (None, None, True),
    ],
)
def test_synkinesis_is_asked_about_from_90_days_after_onset(
    onset_from: date | None, noted_on: date | None, asked: bool
) -> None:
    """Or once staff noted it; where nobody knows the onset, the palsy is taken for an old one."""
    course = Course(ENROLLED, onset_from=onset_from, synkinesis_noted_on=noted_on)
    [first, *_] = occasions(preset("registry"), course, NOT_BEFORE)
    assert ("saq" in first.battery) == asked
    assert {"face", "phq9"} <= set(first.battery)


@pytest.mark.parametrize(("days_ago", "asked"), [(29, False), (30, True)])
def test_a_site_s_own_instrument_waits_as_its_file_says(days_ago: int, asked: bool) -> None:
    """What staff noted of synkinesis makes no other questionnaire come earlier."""
    row = PlannedVisit("one", "One", "enrolment", 0, 0, 30, ("face", "own"))
    course = Course(ENROLLED, onset_from=ENROLLED - timedelta(days=days_ago), synkinesis_noted_on=ENROLLED)
    [found] = occasions((row,), course, {"own": NotBefore(30, "It settles.")})
    assert found.battery == (("face", "own") if asked else ("face",))
