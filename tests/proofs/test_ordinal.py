"""Ordered logits of scores with half at the lowest value: silent about nothing, clear about something.

The errors by patient count. Where patients' slopes differ the spread alone moves the share at the lowest
value, so that nothing there is not nothing for the mean: then nothing is told.
"""

from __future__ import annotations

import numpy as np
import pytest

from analysis.numbers.ordinal import OrdinalModel, fit
from analysis.results.course_ordinal import NOT_PROPORTIONAL_UNDER, SPREAD_UNDER
from tests.proofs.samples import ordered

RUNS = 300
NOTHING_AT_MOST = 0.05 + 3 * np.sqrt(0.05 * 0.95 / RUNS)
TIME = 1


def drawn(random: np.random.Generator, patients: int, effect: float, slopes: float = 0.0) -> OrdinalModel:
    """Patients with one to five visits, who differ by 1.8 logits; ``slopes`` is the sd of their own."""
    return fit(*ordered(random, patients, effect, slopes), np.array([0, TIME]), TIME)


def told(model: OrdinalModel) -> bool:
    """Whether a report tells the direction of the time since the first visit."""
    holds = model.proportional_p >= NOT_PROPORTIONAL_UNDER and model.spread_p >= SPREAD_UNDER
    return holds and bool(abs(model.estimate[TIME] / model.se_robust[TIME]) > 1.96)


@pytest.mark.parametrize("patients", [90, 200])
@pytest.mark.parametrize("slopes", [0.0, 0.5, 1.0])
def test_nothing_is_told_where_there_is_nothing(patients: int, slopes: float) -> None:
    random = np.random.default_rng(20261130)
    found = np.mean([told(drawn(random, patients, 0.0, slopes)) for _ in range(RUNS)])
    assert found <= NOTHING_AT_MOST


def test_a_slope_is_told_where_there_is_one() -> None:
    random = np.random.default_rng(20261130)
    assert np.mean([told(drawn(random, 200, 0.8)) for _ in range(RUNS)]) >= 0.8
