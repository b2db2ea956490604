"""Dates as people and spreadsheets write them."""

from __future__ import annotations

from datetime import date

import pytest

from surveys.exchange.cells import CellError
from surveys.exchange.sheets import days
from surveys.exchange.sheets.days import Order, OrderAskedError


@pytest.mark.parametrize(
    ("cell", "on", "precision"),
    [
        ("2026-03-04", date(2026, 3, 4), "day"),
        ("2026/3/4", date(2026, 3, 4), "day"),
        ("2026-03-04 14:30:00", date(2026, 3, 4), "day"),
        ("04.03.2026", date(2026, 3, 4), "day"),
        ("4. 3. 2026", date(2026, 3, 4), "day"),
        ("25/03/2026", date(2026, 3, 25), "day"),
        ("03-25-2026", date(2026, 3, 25), "day"),
        ("03/03/2026", date(2026, 3, 3), "day"),
        ("4. März 2026", date(2026, 3, 4), "day"),
        ("4 Mar 2026", date(2026, 3, 4), "day"),
        ("March 4, 2026", date(2026, 3, 4), "day"),
        ("Dez. 2025", date(2025, 12, 1), "month"),
        ("03.2026", date(2026, 3, 1), "month"),
        ("2026-03", date(2026, 3, 1), "month"),
        ("2026", date(2026, 1, 1), "year"),
    ],
)
def test_a_date_is_read_as_it_is_written(cell: str, on: date, precision: str) -> None:
    """Without asking, where nothing can be confused."""
    found = days.partial_date(cell, None)
    assert (found.on, found.precision) == (on, precision)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("12.03.65", "two digits"),
        ("Mär 26", "a spreadsheet makes"),
        ("12. Mär", "a spreadsheet makes"),
        ("Mar-26", "a spreadsheet makes"),
        ("18529", "perhaps 1950-09-23"),
        ("7,3E+05", "shortened"),
        ("#NV", "an error"),
        ("########", "an error"),
        ("31.02.2026", "'31.02.2026' is not a day of the calendar"),
        ("01.01.0024", "too far from today"),
        ("soon", "is not a date. Write it as 31.12.2026"),
        ("٣.٣.٢٠٢٦", "is not a date"),
    ],
)
def test_what_is_no_date_is_named(cell: str, said: str) -> None:
    """With what a spreadsheet may have made of it, and how to write it."""
    with pytest.raises(CellError) as refused:
        days.partial_date(cell, "day")
    assert said in str(refused.value)
    assert str(refused.value).startswith(repr(cell))


def test_day_or_month_first_is_asked_or_told_by_the_list() -> None:
    """One date that can be read in one way alone tells for all; two that disagree tell nothing."""
    with pytest.raises(OrderAskedError):
        days.partial_date("03/04/2026", None)
    first: Order
    for first, on in (("day", date(2026, 4, 3)), ("month", date(2026, 3, 4))):
        assert days.partial_date("03/04/2026", first).on == on
    assert days.order_of(["03/04/2026", "", "25/04/2026"]) == "day"
    assert days.order_of(["03/04/2026", "04/25/2026 00:00"]) == "month"
    assert days.order_of(["25/04/2026", "04/25/2026"]) is None
    assert days.order_of(["03/04/2026", "25.04.2026", "2026-04-25"]) is None


def test_codes_are_no_damage() -> None:
    """Only what a spreadsheet writes so: MAR-26 is a code, Mar-26 is not."""
    assert [
        cell for cell in ("MAR-26", "1E-05", "A-1", "FPK-001", "730000", "Mai", "7E05") if days.damage(cell)
    ] == []
    assert [
        cell for cell in ("Mar-26", "7.3E+5", "1E+10", "26. Mai", "#DIV/0!", "#N/A") if not days.damage(cell)
    ] == []
    assert days.misread("MÃ¼ller")
    assert days.misread("M\ufffdller")
    assert not any(map(days.misread, ("Müller", "Łukasz", "O’Brien", "Zoë", "Ã")))
