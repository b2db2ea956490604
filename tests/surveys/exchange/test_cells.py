"""One cell of an import: what is taken, and what a fault says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from surveys.exchange import cells
from surveys.exchange.cells import CellError
from surveys.instruments.library import Library
from surveys.store.patient.patients import PartialDate

PHQ9 = Library.load().get("phq9")


@pytest.mark.parametrize(
    ("cell", "number"), [("3", 3), ("3.0", 3), ("-2", -2), ("007", 7), ("123456789.00", 123456789)]
)
def test_whole_numbers_are_in_ordinary_digits(cell: str, number: int) -> None:
    assert cells.whole_number(cell) == number


@pytest.mark.parametrize("cell", ["", "3.5", "1e3", "٣", "3 ", "+3", "1234567890", "3."])
def test_what_is_no_whole_number_is_named(cell: str) -> None:
    with pytest.raises(CellError) as told:
        cells.whole_number(cell)
    assert str(told.value) == f"{cell!r} is not a whole number."


def test_an_answer_is_one_of_the_instrument() -> None:
    """The fault speaks of the answer, not of the instrument: the column names that."""
    assert cells.answer(PHQ9, "q1", "3") == cells.answer(PHQ9, "q1", "3.0") == 3
    with pytest.raises(CellError) as told:
        cells.answer(PHQ9, "q1", "4.0")
    assert str(told.value) == "4 is not one of the choices 0, 1, 2, 3."


def test_a_code_is_one_of_those_allowed() -> None:
    assert cells.one_of("left", ("left", "right")) == "left"
    with pytest.raises(CellError) as told:
        cells.one_of("l", ("left", "right"))
    assert str(told.value) == "'l' is not one of: left, right."


def test_a_year_is_possible() -> None:
    assert cells.year("1960.0") == 1960
    with pytest.raises(CellError, match=r"'1790' is not a possible year\. Write one "):
        cells.year("1790")


@pytest.mark.parametrize("cell", ["en", "pt-BR", "gsw", "zh-Hans-CN"])
def test_a_locale_is_a_language_code(cell: str) -> None:
    assert cells.locale(cell) == cell


@pytest.mark.parametrize("cell", ["English", "e", "en_GB", "EN", "en-", "en-latinlat-latinlat"])
def test_what_is_no_locale_is_refused(cell: str) -> None:
    with pytest.raises(CellError, match="is not a language code such as en or pt-BR"):
        cells.locale(cell)


EAST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-05-31", date(2024, 5, 31)),
        ("2024-05-31T14:30Z", datetime(2024, 5, 31, 14, 30, tzinfo=UTC)),
        ("2024-05-31 14:30:05+0200", datetime(2024, 5, 31, 14, 30, 5, tzinfo=EAST)),
        ("2024-05-31T14:30:05,250+02:00", datetime(2024, 5, 31, 14, 30, 5, 250000, tzinfo=EAST)),
    ],
)
def test_a_day_or_an_instant(cell: str, expected: date | datetime) -> None:
    assert cells.day_or_instant(cell) == expected


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("31.05.2024", "is neither a date"),
        ("2024-05-31T14:30", "does not say of which time zone"),
        ("2024-02-30", "is not a day of the calendar"),
        ("2024-05-31T25:00Z", "is not a day of the calendar"),
        ("0001-01-01", "is too far from today"),
        ("2024-5-1", "is neither a date"),
    ],
)
def test_what_is_no_day_is_refused(cell: str, said: str) -> None:
    with pytest.raises(CellError, match=said):
        cells.day_or_instant(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024", PartialDate(date(2024, 1, 1), "year")),
        ("2024-05", PartialDate(date(2024, 5, 1), "month")),
        ("2024-05-31", PartialDate(date(2024, 5, 31), "day")),
    ],
)
def test_a_date_is_known_by_day_month_or_year(cell: str, expected: PartialDate) -> None:
    assert cells.partial_date(cell) == expected


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("May 2024", "is not a date: write YYYY"),
        ("2024-13", "is not a day of the calendar"),
        ("2024-02-30", "is not a day of the calendar"),
        ("1700", "is too far from today"),
        ("24", "is not a date"),
    ],
)
def test_what_is_no_partial_date_is_refused(cell: str, said: Any) -> None:
    with pytest.raises(CellError, match=said):
        cells.partial_date(cell)
