"""Dates told as days, bands and parts: worked out by hand, at their edges."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from surveys.exchange.tidy.days import age_band, since_enrolment, since_onset, written

ENROLLED = date(2026, 3, 10)


def anchored(onset_on: date | None, precision: str = "day", **facts: str) -> SimpleNamespace:
    """A row with what days are counted from."""
    return SimpleNamespace(
        **{
            "enrolled_on": ENROLLED,
            "onset_on": onset_on,
            "onset_precision": precision,
            "begin": "sudden",
            "cause": "bells_palsy",
            **facts,
        }
    )


@pytest.mark.parametrize(
    ("on", "days"),
    [(ENROLLED, 0), (date(2026, 3, 11), 1), (date(2026, 3, 9), -1), (date(2027, 3, 10), 365), (None, None)],
)
def test_days_since_enrolment(on: date | None, days: int | None) -> None:
    assert since_enrolment(anchored(None), on) == days


@pytest.mark.parametrize(
    ("onset", "precision", "on", "days"),
    [
        (date(2026, 3, 1), "day", date(2026, 3, 11), 10),
        (date(2026, 3, 1), "day", date(2026, 3, 1), 1),
        (date(2026, 3, 1), "day", date(2026, 2, 27), -2),
        (date(2026, 3, 1), "month", date(2026, 3, 31), 16),  # counts as the 15th
        (None, "day", ENROLLED, None),
        (date(2026, 3, 1), "day", None, None),
    ],
)
def test_days_since_onset(onset: date | None, precision: str, on: date | None, days: int | None) -> None:
    """At least 1 from its day on."""
    assert since_onset(anchored(onset, precision), on) == days


def test_a_palsy_from_birth_has_no_onset_to_count_from() -> None:
    """By how it began, or by its cause."""
    for facts in ({"begin": "from_birth"}, {"cause": "birth_trauma"}):
        assert since_onset(anchored(date(1980, 1, 1), **facts), ENROLLED) is None, facts


@pytest.mark.parametrize(
    ("precision", "told"),
    [("year", "2024"), ("month", "2024-05"), ("day", "2024-05-31"), (None, "2024-05-31")],
)
def test_a_date_is_written_as_far_as_it_is_known(precision: str | None, told: str) -> None:
    assert written(date(2024, 5, 31), precision) == told
    assert written(None, precision) is None


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (2026, "0-4"),
        (2022, "0-4"),
        (2021, "5-9"),
        (1981, "45-49"),
        (1977, "45-49"),
        (1976, "50-54"),
        (1937, "85-89"),
        (1936, "90+"),
        (1910, "90+"),
        (None, None),
    ],
)
def test_ages_are_bands_of_five_years(born: int | None, band: str | None) -> None:
    """By the calendar year; from 90 on all are one."""
    assert age_band(born, date(2026, 12, 31)) == age_band(born, date(2026, 1, 1)) == band
