"""A date as exactly as it is known."""

from __future__ import annotations

from datetime import date

import pytest

from surveys.forms.partial_date import PartialDateError, read
from surveys.typed import is_possible_year


@pytest.mark.parametrize(
    ("day", "month", "year", "expected"),
    [
        (None, None, None, None),
        (None, None, 2024, (date(2024, 1, 1), "year")),
        (None, 12, 2024, (date(2024, 12, 1), "month")),
        (29, 2, 2024, (date(2024, 2, 29), "day")),
    ],
)
def test_the_boxes_that_are_filled_say_how_exact(
    day: int | None, month: int | None, year: int | None, expected: tuple[date, str] | None
) -> None:
    assert read(day, month, year) == expected


@pytest.mark.parametrize(
    ("boxes", "box", "fault"),
    [
        ((None, 5, None), "year", "no_year"),
        ((3, None, None), "year", "no_year"),
        ((3, 5, 24), "year", "year"),
        ((3, None, 2024), "month", "no_month"),
        ((None, 0, 2024), "month", "month"),
        ((None, 13, 2024), "month", "month"),
        ((30, 2, 2024), "day", "day"),
        ((0, 2, 2024), "day", "day"),
    ],
)
def test_a_fault_names_its_box(boxes: tuple[int | None, ...], box: str, fault: str) -> None:
    """Pages have words for each."""
    with pytest.raises(PartialDateError) as wrong:
        read(*boxes)
    assert (wrong.value.box, wrong.value.fault) == (box, fault)


def test_a_year_is_possible_here_as_everywhere() -> None:
    """Both ends of `is_possible_year`."""
    years = [year for year in range(1800, 2300) if is_possible_year(year)]
    assert read(None, None, years[0]) == (date(years[0], 1, 1), "year")
    assert read(None, None, years[-1]) == (date(years[-1], 1, 1), "year")
    for year in (years[0] - 1, years[-1] + 1):
        with pytest.raises(PartialDateError):
            read(None, None, year)
