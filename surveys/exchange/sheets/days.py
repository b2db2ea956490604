"""Dates as lists have them, German and English, and what spreadsheets make of dates and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from analysis.words import words as _
from surveys import same, typed
from surveys.exchange import cells
from surveys.exchange.cells import CellError
from surveys.store.patient.patients import PartialDate

Order = Literal["day", "month"]
ORDERS: tuple[Order, ...] = ("day", "month")

_MONTHS = (
    ("jan", "januar", "january", "jänner", "jaenner"),
    ("feb", "februar", "february"),
    ("mar", "mär", "mrz", "märz", "maerz", "march"),
    ("apr", "april"),
    ("mai", "may"),
    ("jun", "juni", "june"),
    ("jul", "juli", "july"),
    ("aug", "august"),
    ("sep", "sept", "september"),
    ("okt", "oct", "oktober", "october"),
    ("nov", "november"),
    ("dez", "dec", "dezember", "december"),
)
_MONTH = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}
_NAME = r"([^\W\d_]{3,9})\.?"

_TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_DOTS = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})", re.ASCII)
_MONTH_ALONE = re.compile(r"(\d{1,2})[./-](\d{4})", re.ASCII)
_EITHER = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", re.ASCII)
_DAY_NAMED = re.compile(rf"(?:(\d{{1,2}})\.? )?{_NAME} (\d{{4}})")
_NAMED_DAY = re.compile(rf"{_NAME} (\d{{1,2}}),? (\d{{4}})")
_TWO_DIGITS = re.compile(r"\d{1,2}[./-] ?\d{1,2}[./-] ?\d{2}", re.ASCII)
_SERIAL = re.compile(r"[1-9]\d{3,4}", re.ASCII)
_SHORTENED = re.compile(r"[+-]?\d+(?:[.,]\d+E[+-]?|E\+)\d+", re.ASCII | re.IGNORECASE)
# A study code may be MAR-26; a spreadsheet writes Mar-26 or Mär 26.
_MADE_DATE = re.compile(
    r"(?:\d{1,2}(?:\. ?|[ -])([^\W\d_]{3,9})|([^\W\d_]{3,9})\.?[ -]\d{2})(?:[ -]\d{2,4})?"
)
_ERROR = re.compile(r"#(?:#+|[A-ZÄÖÜ0/]+[!?/A-Z]*)")
_FIRST_SERIAL = date(1899, 12, 30)

WRITE = _("Write it as 31.12.2026 or 2026-12-31.")


class OrderAskedError(CellError):
    """A date of which day and month cannot be told apart."""


def order_of(cells: Iterable[str]) -> Order | None:
    """Which comes first in dates such as 25/03/2026, as far as one of `cells` tells."""
    told: set[Order] = set()
    for cell in cells:
        if found := _EITHER.fullmatch(_TIME.sub("", cell)):
            first, second = int(found[1]), int(found[2])
            told |= {"day"} if first > 12 >= second else {"month"} if second > 12 >= first else set()
    return told.pop() if len(told) == 1 else None


def partial_date(cell: str, order: Order | None) -> PartialDate:
    """A date known by day, month or year. `order` is that of 03/04/2026.

    Raises:
        OrderAskedError: the cell is such a date, and `order` is None.
        CellError: it is no date.
    """
    bare = _TIME.sub("", cell)
    if found := _YEAR_FIRST.fullmatch(bare):
        return _whole(cell, *found.groups())
    if found := _DOTS.fullmatch(bare):
        return _whole(cell, *reversed(found.groups()))
    if found := _EITHER.fullmatch(bare):
        return _either(cell, int(found[1]), int(found[2]), found[3], order)
    if found := _MONTH_ALONE.fullmatch(bare):
        return _whole(cell, found[2], found[1])
    for named, places in ((_DAY_NAMED, (3, 2, 1)), (_NAMED_DAY, (3, 1, 2))):
        found = named.fullmatch(bare)
        if found and (month := _MONTH.get(same.folded(found[places[1]]))):
            return _whole(cell, found[places[0]], str(month), found[places[2]])
    return _told(cell, bare)


def _either(cell: str, first: int, second: int, year: str, order: Order | None) -> PartialDate:
    if first <= 12 and second <= 12 and first != second and order is None:
        raise OrderAskedError(
            _(
                "%(cell)s can be read in two ways. Say which comes first, the day or the month.",
                cell=repr(cell),
            )
        )
    day_first = second <= 12 and (first > 12 or order != "month")
    day, month = (first, second) if day_first else (second, first)
    return _whole(cell, year, str(month), str(day))


def _whole(cell: str, year: str, month: str, day: str | None = None) -> PartialDate:
    parts = [year, month.zfill(2), *([day.zfill(2)] if day else [])]
    try:
        return cells.partial_date("-".join(parts))
    except CellError as error:
        raise CellError(f"{cell!r}{str(error).removeprefix(repr('-'.join(parts)))}") from None


def _told(cell: str, bare: str) -> PartialDate:
    """A year or a month; else it says what the cell is."""
    said = damage(cell)
    if said:
        raise CellError(f"{cell!r} {said} {WRITE}")
    if _TWO_DIGITS.fullmatch(bare):
        raise CellError(
            _("%(cell)s has a year of two digits. Write all four, such as 31.12.1965.", cell=repr(cell))
        )
    try:
        return cells.partial_date(bare)
    except CellError as error:
        if _SERIAL.fullmatch(bare):
            on = _FIRST_SERIAL + timedelta(int(bare))
            if typed.is_possible_year(on.year):
                said = _(
                    "is how a spreadsheet counts days, perhaps %(on)s. Format the column as dates.",
                    on=on.isoformat(),
                )
                raise CellError(f"{cell!r} {said}") from None
        if str(error).endswith("YYYY-MM-DD."):
            raise CellError(
                _(
                    "%(cell)s is not a date. %(write)s Month.year or the year alone do too.",
                    cell=repr(cell),
                    write=WRITE,
                )
            ) from None
        raise CellError(str(error).replace(repr(bare), repr(cell))) from None


def damage(cell: str) -> str | None:
    """What a spreadsheet made of this cell, as the rest of a sentence; None if it reads as typed."""
    if is_shortened(cell):
        return _("is a long number that a spreadsheet shortened. Format the column as text and type it anew.")
    made = _MADE_DATE.fullmatch(cell)
    month = (made[1] or made[2]) if made else ""
    if same.folded(month) in _MONTH and not month.isupper():
        return _(
            "is what a spreadsheet makes of a date or of a number with a dash. Format the column as text."
        )
    if _ERROR.fullmatch(cell):
        return _("is an error that a spreadsheet shows.")
    return None


def is_shortened(cell: str) -> bool:
    """Whether the cell is how spreadsheets shorten numbers, such as 1e+05."""
    return bool(_SHORTENED.fullmatch(cell))


def misread(cell: str) -> str | None:
    """Why letters of this cell are not those that were typed, as the rest of a sentence."""
    if "\ufffd" in cell:
        return _("has lost letters. Save the list once more, as .xlsx or CSV UTF-8.")
    try:
        found = cell.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return None
    return (
        None
        if found == cell
        else _("was saved wrongly: it means %(found)s. Save the list as .xlsx.", found=repr(found))
    )
