"""What is said of a patient's plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from surveys.schedule import Course, OccasionKey, Outlook, outlook, preset
from surveys.schedule.course import onset_day

ENROLLED = date(2026, 6, 20)
PLAN = preset("acute_bells_palsy")
FIRST, WEEKS = OccasionKey("enrolment"), OccasionKey("week_2")
NAMES = ("2 weeks", "1 month", "3 months", "6 months", "12 months")


def of(onset: date | None, precision: str | None, *visits: tuple[OccasionKey, ...]) -> Outlook:
    day = onset_day(onset, precision, ENROLLED)
    return outlook(PLAN, Course(ENROLLED, day, onset, onset_precision=precision), {}, visits)


@pytest.mark.parametrize(
    ("onset", "precision", "why"),
    [
        (None, None, "unknown"),
        (date(2026, 1, 1), "year", "year"),
        (date(2018, 3, 1), "month", "over"),
        (date(2026, 6, 10), "day", "none"),
    ],
    ids=["unknown", "year", "over", "none"],
)
def test_why_no_visit_counts_from_the_onset(onset: date | None, precision: str | None, why: str) -> None:
    assert of(onset, precision, (FIRST,)) == Outlook(no_onset=why)
    rows = tuple(row for row in PLAN if row.anchor == "enrolment")
    assert outlook(rows, Course(ENROLLED), {}, [(FIRST,)]).silent


def test_what_was_ended_before_the_enrolment_is_not_missed() -> None:
    """An amendment took these timepoints out of the plan; whoever came earlier had them."""
    for until, silent in ((ENROLLED, True), (ENROLLED + timedelta(days=1), False)):
        ended = tuple(replace(row, until_on=until) if row.anchor == "onset" else row for row in PLAN)
        assert outlook(ended, Course(ENROLLED), {}, [(FIRST,)]).silent is silent


def test_the_middle_of_a_month_is_said() -> None:
    """And what was over by then."""
    later = OccasionKey("month_6")
    found = of(date(2026, 4, 1), "month", (FIRST,), (later,))
    assert found == Outlook(counted_from=date(2026, 4, 15), over=NAMES[:2])
    assert of(date(2026, 4, 15), "day", (FIRST,), (later,)).counted_from is None


def test_what_one_visit_serves_beside_its_own_is_said() -> None:
    again = OccasionKey("month_1", 2)
    assert of(ENROLLED - timedelta(days=12), "day", (FIRST, WEEKS, again)).together == (
        ("2 weeks", "Enrolment"),
        ("1 month 2", "Enrolment"),
    )


@pytest.mark.parametrize(
    ("on", "precision", "day"),
    [
        (date(2026, 4, 1), "month", date(2026, 4, 15)),
        (date(2026, 6, 1), "month", date(2026, 6, 10)),
        (date(2026, 6, 20), "day", date(2026, 6, 20)),
        (date(2026, 7, 1), "month", date(2026, 7, 15)),
        (date(2026, 1, 1), "year", None),
        (None, None, None),
    ],
    ids=["month", "month of the enrolment", "day", "month ahead", "year", "unknown"],
)
def test_visits_count_from_the_middle_of_a_month(
    on: date | None, precision: str | None, day: date | None
) -> None:
    """In the month of the enrolment from halfway to it."""
    assert onset_day(on, precision, ENROLLED) == day
    assert onset_day(date(2026, 6, 20), "month", ENROLLED) == ENROLLED
