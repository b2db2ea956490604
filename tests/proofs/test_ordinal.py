"""Ordered logits of scores with half at the lowest value tell something where there is something.

That they are silent about nothing is in the table of `tests.proofs.intervals`.
"""

from __future__ import annotations

import numpy as np

from analysis.numbers.formulas import normal_tested
from analysis.numbers.ordinal import fit
from tests.proofs.over_time import holds
from tests.proofs.samples import ordered

RUNS = 300
TIME = 1


def test_a_slope_is_told_where_there_is_one() -> None:
    """In 80 % of studies of 200 patients, who differ by 1.8 logits, and whose odds rise by 0.8 a doubling."""
    random = np.random.default_rng(20261130)
    told = 0
    for _ in range(RUNS):
        model = fit(*ordered(random, 200, 0.8, 0.0), np.array([0, TIME]), TIME)
        p = normal_tested(float(model.estimate[TIME]), float(model.se_robust[TIME])).p
        told += holds(model) and p < 0.05
    assert told >= 0.8 * RUNS
