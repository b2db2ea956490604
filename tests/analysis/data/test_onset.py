"""One date at a time, as whole tables: the two ways of counting a partly known date agree."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.data.onset import CAUSES_FROM_BIRTH, days_since, is_from_birth, middle
from analysis.data.since_onset import from_birth, middle_of_period, time_since_onset

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
FIRST_OF = {"day": {}, "month": {"day": 1}, "year": {"month": 1, "day": 1}}
PALSIES = st.tuples(DAYS, st.sampled_from(["day", "month", "year", None]), DAYS)


def column(values: object) -> pd.Series:
    return pd.Series(values, dtype="datetime64[s]")


@settings(max_examples=30)
@given(st.lists(PALSIES, min_size=1, max_size=200))
def test_both_count_the_same_days(cases: list[tuple[date, str | None, date]]) -> None:
    """Of every onset, however exactly it is known, and every day; before it no days are counted in tables."""
    cases = [(onset.replace(**FIRST_OF[known or "day"]), known, on) for onset, known, on in cases]
    onsets, known, days = (list(each) for each in zip(*cases, strict=True))
    precision = pd.Series(known, dtype="str")
    told = [days_since(*case) for case in cases]
    table = time_since_onset(column(onsets), precision, column(days))
    assert table["before_onset"].tolist() == [number < 0 for number in told]
    assert table["days"].fillna(-1).tolist() == [-1 if number < 0 else number for number in told]
    middles = middle_of_period(column(onsets), precision)
    assert [one.date() for one in middles] == [middle(onset, how) for onset, how, _ in cases]


@pytest.mark.parametrize(
    ("onset", "precision", "on", "days"),
    [
        (date(2024, 5, 31), "day", date(2024, 5, 31), 1),
        (date(2024, 5, 31), "day", date(2024, 5, 30), -1),
        (date(2024, 5, 1), "month", date(2024, 7, 15), 61),
        (date(2024, 5, 1), "month", date(2024, 5, 12), 6),
        (date(2024, 1, 1), "year", date(2025, 7, 1), 365),
        (date(2024, 1, 1), "year", date(2024, 3, 1), 30),
    ],
)
def test_days_since_an_onset(onset: date, precision: str, on: date, days: int) -> None:
    """The 15th of a month, 1 July of a year, but never later than halfway; one day at least after it."""
    assert days_since(onset, precision, on) == days


def test_from_birth_is_one_question() -> None:
    """By how it began or by its cause, for one patient and for all."""
    cases = [
        (begin, cause)
        for begin in ("from_birth", "sudden", None)
        for cause in (*CAUSES_FROM_BIRTH, "bells_palsy", None)
    ]
    patients = pd.DataFrame(cases, columns=["begin", "cause"], dtype="str")
    assert from_birth(patients).tolist() == [is_from_birth(*case) for case in cases]
