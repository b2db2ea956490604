"""What a check is: its words, and the rows that it finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Date, Integer, Select, String, cast, func, literal, null, select, type_coerce

from surveys.instruments.instrument import Instrument
from surveys.lists.scope import Scope


@dataclass(frozen=True)
class Terms:
    """What checks go by: a reader's patients, the study's lowest age, definitions of questionnaires."""

    scope: Scope
    lowest_age: int
    instruments: Sequence[Instrument]


@dataclass(frozen=True)
class Check:
    """One check. `kinds` are its sentences; `%(one)s` and `%(other)s` in one stand for what was found.

    `found` gives the rows, as `row` makes them.
    """

    key: str
    title: str
    why: str
    kinds: Mapping[str, str]
    found: Callable[[Terms], Select[Any]]


def row(
    kind: Any,
    patient_id: Any,
    *,
    subject: Any = "",
    seen: Any = "",
    one_on: Any = None,
    other_on: Any = None,
    figure: Any = None,
    other: Any = None,
) -> Select[Any]:
    """The columns of a finding.

    `subject` tells two findings about one patient apart; `seen` is what was found there: with another a
    dismissal no longer holds. `figure` is the number of the row to look at, or a number to be told.
    """
    return select(
        patient_id.label("patient_id"),
        cast(_value(kind), String).label("kind"),
        cast(_value(subject), String).label("subject"),
        cast(_value(seen), String).label("seen"),
        _day(one_on).label("one_on"),
        _day(other_on).label("other_on"),
        cast(_value(figure), Integer).label("figure"),
        cast(_value(other), String).label("other"),
    )


def named(prefix: str, number: Any) -> Any:
    """A subject: what it is, and its number."""
    return literal(f"{prefix}:") + cast(number, String)


def days(*columns: Any) -> Any:
    """What was seen: these days, in one text."""
    told: Any = literal("")
    for column in columns:
        told = told + func.coalesce(cast(column, String), "") + "|"
    return told


def _day(value: Any) -> Any:
    """SQLite would make a number of a day that is cast."""
    return cast(null(), Date) if value is None else type_coerce(value, Date)


def _value(value: Any) -> Any:
    if value is None:
        return null()
    return literal(value) if isinstance(value, str | int) else value
