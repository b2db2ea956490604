"""Scoring at length: every possible PHQ-9 sheet, and both speeds on many sheets of every instrument."""

from __future__ import annotations

import math

import numpy as np
import pytest

from surveys.instruments.library import Library
from surveys.instruments.scoring import score, score_table

LIBRARY = Library.load(())
SHEETS = 100_000


def test_every_phq9_sheet_follows_the_published_rule() -> None:
    """All 5^9 sheets (0 to 3 or not answered): 9 × the mean of 7 or more answers."""
    choices = np.array([0.0, 1.0, 2.0, 3.0, math.nan])
    sheets = choices[np.indices((5,) * 9).reshape(9, -1)]
    columns = {f"q{number}": answers for number, answers in enumerate(sheets, start=1)}

    total = score_table(LIBRARY.get("phq9"), columns)["total"]

    answered = 9 - np.isnan(sheets).sum(axis=0)
    with np.errstate(invalid="ignore"):
        rule = np.where(answered >= 7, np.nansum(sheets, axis=0) * 9 / answered, math.nan)
    assert len(rule) == 1_953_125
    np.testing.assert_array_equal(total.value, rule)
    np.testing.assert_array_equal(total.items_used, answered)
    np.testing.assert_array_equal(total.prorated, (answered >= 7) & (answered < 9))


@pytest.mark.parametrize("key", LIBRARY.keys())
def test_one_and_many_are_scored_alike(key: str) -> None:
    """A response scored alone has, to the last bit, the value that a whole table gives it."""
    instrument = LIBRARY.get(key)
    random = np.random.default_rng(7)
    columns = {}
    for item in instrument.items:
        values = random.choice([choice.value for choice in instrument.choices(item.key)], size=SHEETS)
        columns[item.key] = np.where(random.random(SHEETS) < 0.04, math.nan, values)

    many = score_table(instrument, columns)

    for row in range(SHEETS):
        answers = {
            item: None if math.isnan(values[row]) else int(values[row]) for item, values in columns.items()
        }
        for one in score(instrument, answers):
            value = many[one.scale].value[row]
            assert one.value == value or (one.value is None and math.isnan(value)), answers
