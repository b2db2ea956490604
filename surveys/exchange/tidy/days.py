"""Calendar dates as days since enrolment and onset, ages as bands. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from analysis.data.onset import days_since, is_from_birth

BAND_YEARS = 5
OLDEST_BAND = 90  # from this age on there is one band, because so old a person is easily recognised
# How much of an ISO date is known; the whole of it where its precision is the day.
SIGNS_KNOWN: Mapping[str | None, int] = {"year": 4, "month": 7}


def since_enrolment(row: Any, on: date | None) -> int | None:
    """Days from the enrolment of a row with `queries.ANCHORS` to `on`; negative before it."""
    return None if on is None else (on - row.enrolled_on).days


def since_onset(row: Any, on: date | None) -> int | None:
    """Days from the onset of a row with `queries.ANCHORS` to `on`, at least 1.

    Negative before it, None from birth or where unknown.
    """
    if on is None or row.onset_on is None or is_from_birth(row.begin, row.cause):
        return None
    return days_since(row.onset_on, row.onset_precision, on)


def written(on: date | None, precision: str | None) -> str | None:
    """A partly known date as far as it is known: `2024`, `2024-05` or `2024-05-31`."""
    if on is None:
        return None
    return on.isoformat()[: SIGNS_KNOWN.get(precision)]


def age_band(birth_year: int | None, on: date) -> str | None:
    """The age in the calendar year of `on` as a band of five years, such as `45-49`; `90+` from 90 on."""
    if birth_year is None:
        return None
    age = on.year - birth_year
    low = age - age % BAND_YEARS
    return f"{OLDEST_BAND}+" if age >= OLDEST_BAND else f"{low}-{low + BAND_YEARS - 1}"
