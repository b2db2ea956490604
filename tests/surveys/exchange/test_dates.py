"""Dates on their way out: none, the real ones, or all of a patient's moved alike."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from surveys.exchange.dates import EXACT, MOST_DAYS, NO_DATES, shifted
from tests.support.examples import examples

ON = date(2026, 3, 10)


def test_without_leave_no_date_leaves() -> None:
    assert not NO_DATES.leave
    assert NO_DATES.day("P1", ON) is None
    assert NO_DATES.instant("P1", datetime(2026, 3, 10, tzinfo=UTC)) is None
    assert NO_DATES.known("P1", ON, "day") is None
    assert NO_DATES.year("P1", 1970) is None


def test_real_dates_are_told_as_far_as_they_are_known() -> None:
    assert EXACT.leave
    assert EXACT.day("P1", ON) == ON
    assert [EXACT.known("P1", date(2026, 1, 1), known) for known in ("day", "month", "year")] == [
        *("2026-01-01", "2026-01", "2026"),
    ]
    assert EXACT.year("P1", 1970) == 1970


@given(st.text(min_size=1, max_size=8), st.dates(date(1900, 1, 1), date(2100, 1, 1)))
@examples(50)
def test_a_patients_dates_move_alike(code: str, on: date) -> None:
    """By 1 to 365 days, whatever the date; another key moves them otherwise for most."""
    moved = shifted("key")
    day = moved.day(code, on)
    assert day is not None
    days = (on - day).days
    assert 1 <= days <= MOST_DAYS
    assert moved.day(code, ON) == ON.fromordinal(ON.toordinal() - days)
    instant = datetime(2026, 3, 10, 12, tzinfo=UTC)
    told = moved.instant(code, instant)
    assert told is not None
    assert (instant - told).days == days


def test_another_key_moves_otherwise() -> None:
    codes = [f"P{number}" for number in range(20)]
    assert [shifted("a").day(code, ON) for code in codes] != [shifted("b").day(code, ON) for code in codes]
