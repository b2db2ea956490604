"""Readers of the cells of a CSV file. Each returns the value or raises `CellError` with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any, TypeVar

from analysis.words import words as _
from surveys import typed
from surveys.instruments.answers import AnswerError, read_answer
from surveys.instruments.definition import Instrument
from surveys.store.patient.patients import PartialDate

D = TypeVar("D", date, datetime)

# ASCII digits only: int() would take digits of every script. A spreadsheet with an empty cell writes 3.0.
_WHOLE = re.compile(r"-?[0-9]{1,9}(\.0+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class CellError(ValueError):
    """A cell with an unusable value; the message says why, and which value would do."""


def whole_number(cell: str) -> int:
    """A whole number in ordinary digits; `3.0` is 3."""
    if not _WHOLE.fullmatch(cell):
        raise CellError(_("%(cell)s is not a whole number.", cell=repr(cell)))
    return int(cell.split(".")[0])


def answer(instrument: Instrument, item: str, cell: str) -> Any:
    """An answer to `item`, as the instrument reads it; several choices are separated by `;`.

    Where a whole number is asked for, `3.0` is 3.
    """
    asked = instrument.item(item)
    whole = _WHOLE.fullmatch(cell) if asked.kind in ("choice", "whole") else None
    texts = cell.split(";") if asked.kind == "choices" else [cell.split(".")[0] if whole else cell]
    try:
        return read_answer(instrument, item, texts)
    except AnswerError as error:
        raise CellError(str(error).removeprefix(f"{instrument.key} {item}: ")) from None


def one_of(cell: str, allowed: Collection[str]) -> str:
    """One of the codes."""
    if cell not in allowed:
        raise CellError(
            _("%(cell)s is not one of: %(allowed)s.", cell=repr(cell), allowed=", ".join(allowed))
        )
    return cell


def year(cell: str) -> int:
    """A year in four digits."""
    value = whole_number(cell)
    if not typed.is_possible_year(value):
        raise CellError(
            _(
                "%(cell)s is not a possible year. Write one %(possible_years)s.",
                cell=repr(cell),
                possible_years=typed.possible_years(),
            )
        )
    return value


def locale(cell: str) -> str:
    """A language code such as en or pt-BR."""
    if not _LOCALE.fullmatch(cell) or len(cell) > 16:
        raise CellError(_("%(cell)s is not a language code such as en or pt-BR.", cell=repr(cell)))
    return cell


def day_or_instant(cell: str) -> date | datetime:
    """A calendar date, or an instant with its offset from UTC."""
    if _DAY.fullmatch(cell):
        return _real(cell, lambda: date.fromisoformat(cell))
    found = _INSTANT.fullmatch(cell)
    if not found:
        raise CellError(
            _(
                "%(cell)s is neither a date (2024-05-31) nor an instant (2024-05-31T14:30:00Z).",
                cell=repr(cell),
            )
        )
    if not found.group(3):
        raise CellError(
            _(
                "%(cell)s does not say of which time zone it is: add Z or an offset such as +02:00, "
                "or give the date alone.",
                cell=repr(cell),
            )
        )
    return _real(cell, lambda: datetime.fromisoformat(cell.replace(",", ".")))


def partial_date(cell: str) -> PartialDate:
    """A date known by day, month or year."""
    found = _PARTIAL.fullmatch(cell)
    if not found:
        raise CellError(_("%(cell)s is not a date: write YYYY, YYYY-MM or YYYY-MM-DD.", cell=repr(cell)))
    year, month, day = found.groups()
    on = _real(cell, lambda: date(int(year), int(month or 1), int(day or 1)))
    return PartialDate(on, "day" if day else "month" if month else "year")


def _real(cell: str, make: Callable[[], D]) -> D:
    try:
        made = make()
    except ValueError:
        raise CellError(_("%(cell)s is not a day of the calendar.", cell=repr(cell))) from None
    if not typed.is_possible_year(made.year):
        raise CellError(
            _(
                "%(cell)s is too far from today: the year must be %(possible_years)s.",
                cell=repr(cell),
                possible_years=typed.possible_years(),
            )
        )
    return made
