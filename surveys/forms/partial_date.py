"""A date as exactly as it is known: day, month and year, or month and year, or only the year."""

from __future__ import annotations

from datetime import date
from typing import Literal

from surveys import typed

Box = Literal["day", "month", "year"]


class PartialDateError(ValueError):
    """Boxes that do not make a date: the wrong `box`, and the `fault`, for which pages have words."""

    def __init__(self, box: Box, fault: str) -> None:
        super().__init__(fault)
        self.box: Box = box
        self.fault = fault


def read(day: int | None, month: int | None, year: int | None) -> tuple[date, str] | None:
    """The first day of the period and its precision (day, month or year); None if all boxes are empty.

    Raises:
        PartialDateError: fault `no_year`, `year`, `no_month`, `month` or `day`.
    """
    if year is None:
        if month is None and day is None:
            return None
        raise PartialDateError("year", "no_year")
    if not typed.is_possible_year(year):
        raise PartialDateError("year", "year")
    if month is None:
        if day is not None:
            raise PartialDateError("month", "no_month")
        return date(year, 1, 1), "year"
    if not 1 <= month <= 12:
        raise PartialDateError("month", "month")
    if day is None:
        return date(year, month, 1), "month"
    try:
        return date(year, month, day), "day"
    except ValueError:
        raise PartialDateError("day", "day") from None
