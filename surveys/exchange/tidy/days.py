"""Calendar dates as days since enrolment and onset, ages as bands. Pure.

The day that a partly known onset counts as is that of `analysis.data.frame.time_since_onset`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from surveys.models.patient import CAUSES_FROM_BIRTH

BAND_YEARS = 5
OLDEST_BAND = 90  # from here on ages are one band: so old a person is easily known again


@dataclass(frozen=True)
class Anchors:
    """What a patient's days are counted from. `onset_on` is the first day of the period that is known."""

    enrolled_on: date
    onset_on: date | None
    precision: str | None
    from_birth: bool

    @classmethod
    def of(cls, row: Any) -> Anchors:
        """Of a database row with `queries.ANCHORS`."""
        return cls(
            row.enrolled_on,
            row.onset_on,
            row.onset_precision,
            row.begin == "from_birth" or row.cause in CAUSES_FROM_BIRTH,
        )

    def since_enrolment(self, on: date | None) -> int | None:
        """Days from the enrolment to `on`; negative before it."""
        return None if on is None else (on - self.enrolled_on).days

    def since_onset(self, on: date | None) -> int | None:
        """Days from the onset to `on`, at least 1; negative before it, None from birth or where unknown.

        An onset known by month counts as its 15th, by year as 1 July, but never later than halfway between
        the period's first day and `on`.
        """
        if on is None or self.onset_on is None or self.from_birth:
            return None
        since_first = (on - self.onset_on).days
        if since_first < 0:
            return since_first
        to_middle = (middle(self.onset_on, self.precision) - self.onset_on).days
        return max(since_first - to_middle, -(-since_first // 2), 1)


def middle(on: date, precision: str | None) -> date:
    """The day that a partly known date counts as: the 15th of its month, 1 July of its year."""
    if precision == "month":
        return on.replace(day=15)
    return on.replace(month=7, day=1) if precision == "year" else on


def written(on: date | None, precision: str | None) -> str | None:
    """A partly known date as far as it is known: `2024`, `2024-05` or `2024-05-31`."""
    if on is None:
        return None
    return on.isoformat()[: {"year": 4, "month": 7}.get(precision or "", 10)]


def age_band(birth_year: int | None, on: date) -> str | None:
    """The age in the calendar year of `on` as a band of five years, such as `45-49`; `90+` from 90 on."""
    if birth_year is None:
        return None
    age = on.year - birth_year
    low = age - age % BAND_YEARS
    return f"{OLDEST_BAND}+" if age >= OLDEST_BAND else f"{low}-{low + BAND_YEARS - 1}"
