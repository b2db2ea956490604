"""The calendar dates that leave: none, the real ones, or all of a patient moved by one secret number of days.

The number follows from the study's secret key, which stays in the database: two exports agree, and nobody who
has the files alone can undo it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from analysis.data.onset import middle
from surveys.exchange.tidy.days import written

MOST_DAYS = 365


@dataclass(frozen=True)
class Dates:
    """How a patient's dates leave; `moved` gives the days by which those of a study code move, or None."""

    moved: Callable[[str], int | None]

    @property
    def leave(self) -> bool:
        """Whether any date leaves."""
        return self.moved is not nothing

    def day(self, code: str, on: date | None) -> date | None:
        """A calendar date of the patient."""
        days = self.moved(code)
        return None if on is None or days is None else on + timedelta(days=days)

    def instant(self, code: str, at: datetime | None) -> datetime | None:
        """An instant of the patient."""
        days = self.moved(code)
        return None if at is None or days is None else at + timedelta(days=days)

    def known(self, code: str, on: date | None, precision: str | None) -> str | None:
        """A date as far as it is known; one that is moved starts from the middle of the known period."""
        days = self.moved(code)
        if on is None or days is None:
            return None
        return written(on if days == 0 else self.day(code, middle(on, precision)), precision)

    def year(self, code: str, year: int | None) -> int | None:
        """A year; one that is moved starts from its middle."""
        moved = self.day(code, None if year is None else date(year, 7, 1))
        return None if moved is None else moved.year


def nothing(_: str) -> int | None:
    """No date leaves."""
    return None


NO_DATES = Dates(nothing)
EXACT = Dates(lambda _: 0)


def shifted(key: str) -> Dates:
    """All dates of a patient 1 to 365 days earlier, the same number for the same study code and `key`."""

    def moved(code: str) -> int:
        digest = hmac.new(key.encode(), code.encode(), hashlib.sha256).digest()
        return -1 - int.from_bytes(digest[:8], "big") % MOST_DAYS

    return Dates(moved)
