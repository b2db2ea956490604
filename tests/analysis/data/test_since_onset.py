"""Days from an onset that may be known only by month or year."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.data.since_onset import time_since_onset


def days_on(onset: str | None, precision: str | None, visit: str) -> tuple[float, float, float, bool]:
    """Estimated, shortest and longest days, and whether the visit lies before the onset."""
    dates = pd.to_datetime(pd.Series([onset, visit]))
    row = time_since_onset(dates[:1], pd.Series([precision]), dates[1:].reset_index(drop=True)).iloc[0]
    return row["days"], row["shortest"], row["longest"], bool(row["before_onset"])


@pytest.mark.parametrize(
    ("onset", "precision", "visit", "expected"),
    [
        ("2024-01-01", "day", "2024-01-01", (1, 1, 1, False)),
        ("2024-01-01", "day", "2024-03-31", (90, 90, 90, False)),
        ("2024-05-01", "month", "2024-09-01", (109, 93, 123, False)),
        ("2024-05-01", "month", "2024-05-21", (10, 1, 20, False)),
        ("2024-05-01", "month", "2024-05-22", (11, 1, 21, False)),
        ("2024-05-01", "month", "2024-05-01", (1, 1, 1, False)),
        ("2020-01-01", "year", "2024-07-01", (1461, 1278, 1643, False)),
        ("2020-01-01", "year", "2020-03-01", (30, 1, 60, False)),
        ("2020-01-01", "year", "2021-01-01", (184, 1, 366, False)),
    ],
)
def test_days_since_onset(onset, precision, visit, expected):
    """The 15th, or 1 July, but never later than halfway to the visit, and at least one day."""
    assert days_on(onset, precision, visit) == expected


def test_visit_before_onset_has_no_duration():
    days, shortest, longest, before = days_on("2024-05-01", "month", "2024-04-30")
    assert before
    assert np.isnan([days, shortest, longest]).all()


def test_no_onset_has_no_duration_and_is_not_before():
    days, _, _, before = days_on(None, None, "2024-04-30")
    assert np.isnan(days)
    assert not before


@given(
    visit=st.dates(date(1960, 1, 1), date(2030, 12, 31)),
    back=st.integers(0, 70 * 365),
    precision=st.sampled_from(["day", "month", "year"]),
)
def test_estimate_lies_between_the_bounds(visit, back, precision):
    """Whatever is known of the date, the estimate is a whole number of days within what is possible."""
    onset = visit - timedelta(days=back)
    days, shortest, longest, before = days_on(onset.isoformat(), precision, visit.isoformat())
    assert not before
    assert 1 <= shortest <= days <= longest
    assert shortest <= max(back, 1) <= longest
    assert days == int(days)
    if precision == "day":
        assert days == shortest == longest == max(back, 1)


@given(visit=st.dates(date(1990, 1, 1), date(2030, 12, 31)), back=st.integers(0, 4000))
def test_any_day_of_the_known_period_gives_the_same(visit, back):
    """An onset by month may be stored as any day of that month."""
    onset = visit - timedelta(days=back)
    first = onset.replace(day=1)
    assert days_on(onset.isoformat(), "month", visit.isoformat()) == days_on(
        first.isoformat(), "month", visit.isoformat()
    )
