"""Ordered logits of scores with half at the lowest value: silent about nothing, clear about something.

The errors by patient count. Where patients' slopes differ the spread alone moves the share at the lowest
value, so that nothing there is not nothing for the mean.
"""

from __future__ import annotations

import numpy as np
import pytest

from analysis.numbers.ordinal import OrdinalModel, fit

RUNS = 300
NOTHING_AT_MOST = 0.05 + 3 * np.sqrt(0.05 * 0.95 / RUNS)
PIECE = 80 / 36  # of a SAQ score
TIME = 1


def drawn(random: np.random.Generator, patients: int, effect: float) -> OrdinalModel:
    """Patients with one to five visits, who differ by 1.8 logits."""
    sizes = random.integers(1, 6, patients)
    of = np.repeat(np.arange(patients), sizes)
    time = np.concatenate([np.r_[0, np.sort(random.uniform(0.1, 1.6, size - 1))] for size in sizes])
    fixed = (
        random.normal(0, 0.8, patients),
        random.normal(50, 15, patients),
        random.integers(0, 2, patients),
    )
    latent = random.normal(0, 1.8, patients)[of] + effect * time + random.logistic(size=len(of))
    score = 20 + PIECE * np.clip(np.ceil(latent * 3 - 1), 0, 36)
    onset, age, female = (values[of].astype(float) for values in fixed)
    return fit(score, np.column_stack([onset, time, age, female]), of, np.array([0, TIME]))


@pytest.mark.parametrize(("patients", "effect"), [(90, 0.0), (200, 0.8)])
def test_a_slope_is_told_where_there_is_one(patients: int, effect: float) -> None:
    random = np.random.default_rng(20261130)
    found = [drawn(random, patients, effect) for _ in range(RUNS)]
    told = np.mean([abs(one.estimate[TIME] / one.se_robust[TIME]) > 1.96 for one in found])
    assert told <= NOTHING_AT_MOST if effect == 0 else told >= 0.8
