"""When visits open, are due and close."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from surveys.schedule import (
    PlannedVisit,
    is_open,
    is_over,
    is_over_for_good,
    not_yet_open,
    planned_dates,
    same_until,
    unscheduled,
    window,
)

days = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1))
visits = st.builds(
    PlannedVisit,
    key=st.just("v"),
    name=st.just("V"),
    anchor=st.sampled_from(["enrolment", "onset"]),
    offset_days=st.integers(-30, 4000),
    window_before=st.integers(0, 400),
    window_after=st.integers(0, 400),
    battery=st.just(("face",)),
)


def planned(**facts: object) -> PlannedVisit:
    """A visit 91 days after enrolment, open from 21 days before to 42 days after."""
    usual = {
        "key": "month_3",
        "name": "3 months",
        "anchor": "enrolment",
        "offset_days": 91,
        "window_before": 21,
        "window_after": 42,
        "battery": ("face",),
    }
    return PlannedVisit(**{**usual, **facts})  # type: ignore[arg-type]


def test_a_window_counts_calendar_days() -> None:
    """Through a leap day and a change of clocks."""
    found = window(planned(), date(2028, 1, 31))
    assert (found.opens_on, found.due_on, found.closes_on) == (
        date(2028, 4, 10),
        date(2028, 5, 1),
        date(2028, 6, 12),
    )


@given(visit=visits, anchor_on=days)
def test_windows_are_in_order(visit: PlannedVisit, anchor_on: date) -> None:
    """Opens, is due, closes; and lasts as long as the plan says."""
    found = window(visit, anchor_on)
    assert found.opens_on <= found.due_on <= found.closes_on
    assert (found.closes_on - found.opens_on).days == visit.window_before + visit.window_after
    assert found.due_on - anchor_on == timedelta(days=visit.offset_days)


@given(plan=st.lists(visits, max_size=5), enrolled_on=days, onset_on=days | st.none())
def test_nothing_is_planned_that_has_closed_or_has_no_anchor(
    plan: list[PlannedVisit], enrolled_on: date, onset_on: date | None
) -> None:
    """Whoever is enrolled late is not asked for what is over."""
    ahead = planned_dates(tuple(plan), {"enrolment": enrolled_on, "onset": onset_on}, enrolled_on)
    assert all(when.closes_on >= enrolled_on for _, when in ahead)
    if onset_on is None:
        assert all(visit.anchor == "enrolment" for visit, _ in ahead)
    left_out = len(plan) - len(ahead)
    anchors = {"enrolment": enrolled_on, "onset": onset_on}
    assert left_out == sum(
        (anchor := anchors[visit.anchor]) is None or window(visit, anchor).closes_on < enrolled_on
        for visit in plan
    )


def test_an_unscheduled_visit_is_open_for_a_month() -> None:
    """From that very day."""
    found = unscheduled(date(2026, 2, 1))
    assert (found.opens_on, found.due_on, found.closes_on) == (
        date(2026, 2, 1),
        date(2026, 2, 1),
        date(2026, 3, 3),
    )


@given(visit=visits, anchor_on=days, after=st.integers(-500, 500))
def test_a_visit_stays_where_it_is_until_the_day_that_is_told(
    visit: PlannedVisit, anchor_on: date, after: int
) -> None:
    """And on the next day one of the functions about its window says something else."""
    when, on = window(visit, anchor_on), anchor_on + timedelta(days=visit.offset_days + after)

    def where(day: date) -> tuple[object, ...]:
        return tuple(says(when, day) for says in (not_yet_open, is_open, is_over, is_over_for_good))

    until = same_until(when, on)
    assert on <= until
    if until == date.max:
        assert is_over_for_good(when, on)
        return
    assert where(on) == where(on + (until - on) // 2) == where(until) != where(until + timedelta(days=1))
