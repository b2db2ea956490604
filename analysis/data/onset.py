"""The day that a partly known date counts as, and the days between an onset and another day.

For one date at a time; `analysis.data.since_onset` does the same for tables, and a test compares the two.
"""

from calendar import monthrange
from datetime import date
from typing import overload

ACUTE_BELOW_DAYS = 90
CAUSES_FROM_BIRTH = ("congenital_or_syndromic", "birth_trauma")


def is_from_birth(begin: str | None, cause: str | None) -> bool:
    """Whether the palsy is from birth, so that it has no time since onset."""
    return begin == "from_birth" or cause in CAUSES_FROM_BIRTH


@overload
def middle(on: date, precision: str | None) -> date: ...
@overload
def middle(on: date | None, precision: str | None) -> date | None: ...
def middle(on: date | None, precision: str | None) -> date | None:
    """The day that a partly known date counts as: the 15th of its month, 1 July of its year.

    `on` may be any day of the known period.
    """
    if on is None:
        return None
    if precision == "month":
        return on.replace(day=15)
    return on.replace(month=7, day=1) if precision == "year" else on


def days_since(onset: date, precision: str | None, on: date) -> int:
    """Days from a partly known `onset`, the first day of its period, to `on`; negative before that day.

    The onset counts as the middle of its period, but never later than halfway to `on`; after it the result is
    at least 1.
    """
    since_first = (on - onset).days
    if since_first < 0:
        return since_first
    to_middle = (middle(onset, precision) - onset).days
    return max(since_first - to_middle, -(-since_first // 2), 1)


def last_day(on: date, precision: str | None) -> date:
    """The last day of the known period that begins on the day `on`."""
    if precision == "year":
        return on.replace(month=12, day=31)
    if precision == "month":
        return on.replace(day=monthrange(on.year, on.month)[1])
    return on
