"""A field of a patient: its words, its kind, and the conditions it takes, in words and for the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, bindparam, or_
from sqlalchemy.orm import Session

from analysis.words import joined
from analysis.words import words as _
from surveys import same, typed
from surveys.lists.own.reading import Reading
from surveys.models import Patient

Kind = Literal["choice", "choices", "number", "day", "days_since", "text"]
LISTED = ","  # stands before and behind each value of a list of choices
NO_ANSWER = "none"
MOST_DAYS = 36_500

# The conditions of each kind: the key that an address has, and the words. One with … takes a value.
OPERATORS: Mapping[Kind, Mapping[str, str]] = {
    "choice": {"is": _("is one of …"), "is_not": _("is none of …")},
    "choices": {
        "is": _("has one of …"),
        "is_not": _("has none of …"),
        "known": _("known"),
        "unknown": _("not known"),
    },
    "number": {
        "above": _("above …"),
        "at_least": _("at least …"),
        "at_most": _("at most …"),
        "below": _("below …"),
        "known": _("known"),
        "unknown": _("not known"),
    },
    "day": {
        "since": _("on or after …"),
        "before": _("before …"),
        "last_days": _("in the last … days"),
        "next_days": _("in the next … days"),
        "known": _("known"),
        "unknown": _("not known"),
    },
    "days_since": {
        "at_least": _("at least …"),
        "at_most": _("at most …"),
        "known": _("known"),
        "unknown": _("never"),
    },
    "text": {"contains": _("contains …"), "known": _("known"), "unknown": _("not known")},
}
WITHOUT_VALUE = ("known", "unknown")


class ConditionError(ValueError):
    """A condition that cannot be asked; the message says what to do."""


@dataclass(frozen=True)
class Field:
    """One field. `read` gives its SQL; a field of kind `days_since` gives the day that is counted from.

    `choices` are the words of each value; `precision` gives how exactly a day is known; `compared` gives the
    folded form of a text, or `found` the patients whose text holds another. An `exact` number is shown with
    all its decimals.
    """

    key: str
    group: str
    label: str
    kind: Kind
    read: Callable[[Reading], ColumnElement[Any]]
    choices: Mapping[str, str] = field(default_factory=dict)
    precision: Callable[[Reading], ColumnElement[Any]] | None = None
    compared: Callable[[Reading], ColumnElement[Any]] | None = None
    found: Callable[[Session, Reading, str], Sequence[int]] | None = None
    exact: bool = False

    @property
    def chosen(self) -> bool:
        """Whether its values are among `choices`."""
        return self.kind in ("choice", "choices")

    @property
    def operators(self) -> Mapping[str, str]:
        """The conditions that it takes, with their words."""
        return OPERATORS[self.kind]


@dataclass(frozen=True)
class Condition:
    """A condition as it was chosen: the field's key, how it is compared, and with what."""

    key: str
    operator: str
    values: tuple[str, ...] = ()


def checked(one: Field, condition: Condition) -> Condition:
    """The condition with its values as they are kept.

    Raises:
        ConditionError: the field takes no such condition or value.
    """
    operator = condition.operator
    if operator not in one.operators:
        raise ConditionError(_("%(label)s: choose how it is compared.", label=one.label))
    if operator in WITHOUT_VALUE:
        return Condition(one.key, operator)
    given = tuple(dict.fromkeys(text.strip() for text in condition.values if text.strip()))
    if not given:
        raise ConditionError(
            _("%(label)s: choose at least one.", label=one.label)
            if one.chosen
            else _("%(label)s: enter a value.", label=one.label)
        )
    if one.chosen:
        if gone := [value for value in given if value not in one.choices]:
            raise ConditionError(
                _(
                    "%(label)s has no choice “%(gone)s” any more. Choose another.",
                    label=one.label,
                    gone=gone[0],
                )
            )
        return Condition(one.key, operator, given)
    _value(one, operator, given[0])
    return Condition(one.key, operator, given[:1])


def met(session: Session, one: Field, condition: Condition, reading: Reading) -> ColumnElement[bool]:
    """The condition for the database; it must be `checked`."""
    if one.found is not None and condition.operator == "contains":
        ids = one.found(session, reading, condition.values[0])
        # Written into the statement: there may be more of them than a statement takes parameters.
        return Patient.id.in_(bindparam(None, ids, expanding=True, literal_execute=True))
    column, operator = one.read(reading), condition.operator
    if operator == "known":
        return column.is_not(None)
    if operator == "unknown":
        return column.is_(None)
    if one.kind == "choice":
        within = column.in_(condition.values)
        return within if operator == "is" else ~within
    if one.kind == "choices":
        has = or_(*(column.contains(f"{LISTED}{value}{LISTED}") for value in condition.values))
        return has if operator == "is" else or_(column.is_(None), ~has)
    value, today = _value(one, operator, condition.values[0]), reading.scope.today
    if one.kind == "text":
        return (one.compared or one.read)(reading).contains(same.folded(value), autoescape=True)
    if one.kind == "days_since":
        day = today - timedelta(days=value)
        return column <= day if operator == "at_least" else column >= day
    if operator in ("last_days", "next_days"):
        first, last = sorted((today, today + timedelta(days=value if operator == "next_days" else -value)))
        return column.between(first, last)
    ways: Mapping[str, Callable[[], ColumnElement[bool]]] = {
        "above": lambda: column > value,
        "at_least": lambda: column >= value,
        "at_most": lambda: column <= value,
        "below": lambda: column < value,
        "since": lambda: column >= value,
        "before": lambda: column < value,
    }
    return ways[operator]()


def words(one: Field, condition: Condition) -> str:
    """The condition as staff read it: Sex: is one of Female, Male."""
    told = joined(", ", (_said(one, value) for value in condition.values))
    return f"{one.label}: {str(one.operators[condition.operator]).replace('…', told or '…')}"


def said(one: Field, value: str) -> str:
    """The words of a value of a field with choices; of a list of values those of each."""
    values = value.strip(LISTED).split(LISTED) if one.kind == "choices" else [value]
    return joined(", ", (_said(one, single) for single in values))


def order(one: Field, reading: Reading, down: bool) -> Sequence[ColumnElement[Any]]:
    """The order of the rows by this field: empty cells last, equal ones by code."""
    column = one.read(reading)
    upwards = down == (one.kind == "days_since")  # the most days since are the earliest day
    return column.is_(None), column.asc() if upwards else column.desc()


def _said(one: Field, value: str) -> str:
    return one.choices.get(value, value)


def _value(one: Field, operator: str, text: str) -> Any:
    """The value to compare with.

    Raises:
        ConditionError: it is none for this field.
    """
    if one.kind == "text":
        return text
    try:
        if one.kind == "number":
            return typed.number(text)
        if one.kind == "days_since" or operator.endswith("_days"):
            return _days(text)
        return _day(text)
    except ValueError as fault:
        raise ConditionError(f"{one.label}: {fault}") from None


def _days(text: str) -> int:
    days = typed.whole_number(text)
    if not 0 <= days <= MOST_DAYS:
        raise ValueError(_("Enter a number of days from 0 to %(most_days)s.", most_days=MOST_DAYS))
    return days


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(_("give a day as year-month-day, such as 2026-05-01.")) from None
    if not typed.is_possible_year(day.year):
        raise ValueError(_("the year must be %(possible_years)s.", possible_years=typed.possible_years()))
    return day
