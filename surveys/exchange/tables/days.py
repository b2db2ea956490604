"""Days and times as programs write them, made into those that an import reads. No order is ever guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from analysis.words import words as _
from surveys import typed
from surveys.exchange.cells import CellError
from surveys.exchange.tables.mapping import Order

SIGNS = {"ymd": "y-m-d", "dmy": "d/m/y", "mdy": "m/d/y"}
ANONYMOUS = "1980-01-01"  # LimeSurvey's day of every anonymous response
_DAY = r"(?P<a>\d{1,4})(?P<sign>[-/.])(?P<b>\d{1,2})(?P=sign)(?P<c>\d{1,4})"
_CLOCK = (
    r"(?:[ T]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?)?"
)
_ZONE = r"(?: ?(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}))?"
_WRITTEN = re.compile(_DAY + _CLOCK + _ZONE, re.ASCII)


def orders(cells: Iterable[str]) -> tuple[set[Order], int]:
    """The orders in which the days of `cells` can all be read, and how many cells are days.

    A year stands first or last and has four digits; days between dots are day, month, year.
    """
    possible: set[Order] = {"ymd", "dmy", "mdy"}
    days = 0
    for cell in cells:
        found = _WRITTEN.fullmatch(cell)
        if found is None:
            continue
        days += 1
        possible &= _of_one(found["a"], found["sign"], found["b"], found["c"])
    return (possible if days else set()), days


def _of_one(a: str, sign: str, b: str, c: str) -> set[Order]:
    if len(a) == 4:
        return {"ymd"}
    if len(c) != 4:
        return set()
    if sign == ".":
        return {"dmy"}
    found: set[Order] = set()
    if int(b) <= 12:
        found.add("dmy")
    if int(a) <= 12:
        found.add("mdy")
    return found


def lacks_zone(cell: str) -> bool:
    """Whether the cell has a time of day without a time zone."""
    found = _WRITTEN.fullmatch(cell)
    return found is not None and bool(found["hour"]) and not found["zone"]


def written(cell: str, order: Order | None, zone: str) -> str:
    """The day or instant of `cell` as an import reads it: `2024-03-02`, or with the time and its offset.

    A time of day without a zone counts in `zone`; where that is empty, the day alone counts.

    Raises:
        CellError: it is none, or can be read in two ways and `order` is None.
    """
    found = _WRITTEN.fullmatch(cell)
    if found is None:
        raise CellError(
            _(
                "%(cell)s is not a day. Write it as 2026-12-31, or name the column that holds the day.",
                cell=repr(cell),
            )
        )
    possible = _of_one(found["a"], found["sign"], found["b"], found["c"])
    if not possible:
        raise CellError(_("%(cell)s has a year of two digits. Write all four.", cell=repr(cell)))
    if len(possible) == 2 and int(found["a"]) == int(found["b"]):
        possible = {order} if order in possible else {"dmy"}
    if order in possible:
        used = order
    elif len(possible) == 1 and (order is None or "ymd" in possible):
        (used,) = possible
    elif order is None:
        raise CellError(
            _(
                '%(cell)s can be read in two ways. Say which comes first, with dates = "dmy" or "mdy".',
                cell=repr(cell),
            )
        )
    else:
        raise CellError(
            _("%(cell)s is not %(signs)s, as the mapping says.", cell=repr(cell), signs=SIGNS[order])
        )
    numbers = [int(found[name]) for name in "abc"]
    year, month, day = (numbers[used.index(part)] for part in "ymd")
    try:
        on = date(year, month, day)
    except ValueError:
        raise CellError(_("%(cell)s is not a day of the calendar.", cell=repr(cell))) from None
    if not typed.is_possible_year(year):
        raise CellError(
            _(
                "%(cell)s is too far from today: the year must be %(possible_years)s.",
                cell=repr(cell),
                possible_years=typed.possible_years(),
            )
        )
    if on.isoformat() == ANONYMOUS and found["hour"]:
        raise CellError(
            _(
                "%(cell)s is what LimeSurvey writes for anonymous answers, and no day. Name a column "
                "with days.",
                cell=repr(cell),
            )
        )
    return _with_clock(cell, on, found, zone)


def _with_clock(cell: str, on: date, found: re.Match[str], zone: str) -> str:
    if not found["hour"] or not (found["zone"] or zone):
        return on.isoformat()
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] in "Pp" else 0)
    try:
        at = datetime(on.year, on.month, on.day, hour, minute, second)  # noqa: DTZ001
    except ValueError:
        raise CellError(_("%(cell)s is not a time of day.", cell=repr(cell))) from None
    if found["zone"]:
        offset = "Z" if found["zone"] in ("Z", "UTC", "GMT") else found["zone"]
        return at.isoformat() + offset
    return at.replace(tzinfo=ZoneInfo(zone)).isoformat()
