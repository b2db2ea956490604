"""What a file of the package holds: its columns, in order, and how a value is written into a cell. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from surveys.exchange.tidy.queries import Selection

Kind = Literal["string", "integer", "number", "boolean", "date", "partial date", "datetime"]
DATES = ("date", "partial date", "datetime")


@dataclass(frozen=True)
class Column:
    """One column. Those that tell a calendar date are empty unless exact dates are exported."""

    name: str
    kind: Kind
    description: str
    tells_date: bool = False

    @property
    def exact(self) -> bool:
        """Whether it is filled only where exact dates are exported."""
        return self.tells_date or self.kind in DATES


@dataclass(frozen=True)
class Table:
    """One CSV file: `rows` gives its cells, a sequence as long as `columns`, in a fixed order.

    `key` names the columns that tell a row from the others; empty where none do.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: Callable[[Selection], Iterator[Sequence[Any]]]

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.name}.csv"


def cell(value: Any) -> str:
    """A value as it stands in a file: empty for None, nothing rounded, several choices joined by `;`."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case date() | datetime():
            return value.isoformat()
        case list() | tuple():
            return ";".join(cell(one) for one in value)
        case _:
            return repr(value)


def text(name: str, description: str) -> Column:
    """A column of codes or words."""
    return Column(name, "string", description)


def whole(name: str, description: str) -> Column:
    """A column of whole numbers."""
    return Column(name, "integer", description)


def flag(name: str, description: str) -> Column:
    """A column of true and false."""
    return Column(name, "boolean", description)


PATIENT = text("patient", "The patient's study code.")
VISIT = text("visit", "The visit's name in the plan; `unscheduled` outside it.")
OCCURRENCE = whole("occurrence", "Which visit of that name it is, from 1.")
SINCE_ENROLMENT = whole("days_since_enrolment", "Calendar days since enrolment; negative before it.")
SINCE_ONSET = whole(
    "days_since_onset",
    "Calendar days since the onset of the index palsy, at least 1; negative before it. An onset known by "
    "month counts as its 15th, by year as 1 July, never later than halfway to this day. Empty without an "
    "onset and from birth.",
)
