"""The files of the package: their columns, in order, and the cell of each value. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Literal

from surveys.exchange.tidy.codes import FLAGS
from surveys.exchange.tidy.days import since_enrolment, since_onset
from surveys.exchange.tidy.queries import Selection

Type = Literal["string", "integer", "number", "boolean", "date", "partial date", "datetime"]
DATES = ("date", "partial date", "datetime")
Value = Callable[[Any], Any]
"""What a cell says of its row."""


@dataclass(frozen=True)
class Column:
    """One column and its cells; where it `is_date`, they are empty unless exact dates are exported.

    `value` takes a row, or the `part` of the row that many rows share. `codes` has the words of each code
    of a coded column; it is empty for numbers, free texts and columns that hold several codes. `typed`: what
    somebody typed freely, which the coarser version leaves out.
    """

    name: str
    type: Type
    words: str
    value: Value
    is_date: bool = False
    part: str | None = None
    codes: Mapping[str, str] = field(default_factory=dict)
    typed: bool = False

    def __post_init__(self) -> None:
        if self.type in DATES and not self.is_date:
            raise ValueError(f"The column {self.name} holds dates: make it with is_date=True.")

    def within(self, part: str) -> Column:
        """The same column for a table whose rows hold this row as their `part`."""
        return replace(self, part=part)

    def of(self, row: Any) -> Any:
        """What it says of `row`, not yet as a cell."""
        return self.value(row if self.part is None else getattr(row, self.part))

    def cells(self, *, exact: bool) -> Callable[[Any], str]:
        """A function that gives the cell of one row after the other; dates are empty unless `exact`."""
        if self.is_date and not exact:
            return lambda _: ""
        value = self.value
        if self.part is None:
            return lambda row: cell(value(row))
        return _once_each(attrgetter(self.part), lambda part: cell(value(part)))


def _once_each(part_of: Value, cell_of: Callable[[Any], str]) -> Callable[[Any], str]:
    """`cell_of` the part of a row, computed once for all rows in a run that share it."""
    last, written = None, ""

    def told(row: Any) -> str:
        nonlocal last, written
        part = part_of(row)
        if part is not last:
            last, written = part, cell_of(part)
        return written

    return told


@dataclass(frozen=True)
class TidyTable:
    """One CSV file, a line for each of `rows`, in a fixed order.

    `key` names the columns that identify a row; empty if none do.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: Callable[[Selection], Iterator[Any]]

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.name}.csv"

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    def lines(self, selection: Selection, *, exact: bool) -> Iterator[list[str]]:
        """The cells of each row; calendar dates are filled in if `exact`."""
        cells = [column.cells(exact=exact) for column in self.columns]
        for row in self.rows(selection):
            yield [written(row) for written in cells]


def cell(value: Any) -> str:
    """The cell of a value: empty for None, never rounded, several choices joined by `;`."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case date() | datetime():
            return value.isoformat()
        case list() | tuple():
            return ";".join(cell(one) for one in value)
        case _:
            return repr(value)


def text(name: str, words: str, value: Value) -> Column:
    """A column of words."""
    return Column(name, "string", words, value)


def coded(name: str, words: str, codes: Mapping[str, str], value: Value) -> Column:
    """A column of codes, each with its words."""
    return Column(name, "string", words, value, codes=codes)


def whole(name: str, words: str, value: Value) -> Column:
    """A column of whole numbers."""
    return Column(name, "integer", words, value)


def number(name: str, words: str, value: Value) -> Column:
    """A column of numbers."""
    return Column(name, "number", words, value)


def flag(name: str, words: str, value: Value) -> Column:
    """A column of true and false."""
    return Column(name, "boolean", words, value, codes=FLAGS)


def day(name: str, words: str, value: Value) -> Column:
    """A column of calendar dates."""
    return Column(name, "date", words, value, is_date=True)


def known_day(name: str, words: str, value: Value) -> Column:
    """A column of dates that are written as exactly as they are known."""
    return Column(name, "partial date", words, value, is_date=True)


def instant(name: str, words: str, value: Value) -> Column:
    """A column of instants."""
    return Column(name, "datetime", words, value, is_date=True)


PATIENT = text("patient", "The patient's study code.", lambda row: row.code)
VISIT = text("visit", "The visit's name in the plan; `unscheduled` outside it.", lambda row: row.visit)
OCCURRENCE = whole("occurrence", "Which visit of that name it is, from 1.", lambda row: row.occurrence)


def days_since_enrolment(on: Callable[[Any], date | None]) -> Column:
    """The days from enrolment to the day that `on` gives of a row."""
    return whole(
        "days_since_enrolment",
        "Calendar days since enrolment; negative before it.",
        lambda row: since_enrolment(row, on(row)),
    )


def days_since_onset(on: Callable[[Any], date | None]) -> Column:
    """The days from onset to the day that `on` gives of a row."""
    return whole(
        "days_since_onset",
        "Calendar days since the onset of the index palsy, at least 1; negative before it. An onset known by "
        "month counts as its 15th, by year as 1 July, never later than halfway to this day. Empty without an "
        "onset and from birth.",
        lambda row: since_onset(row, on(row)),
    )
