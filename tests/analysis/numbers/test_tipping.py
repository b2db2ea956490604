"""Tipping points: scores drawn at random change nothing, and the shift found does turn the term."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.numbers.mixed import fit
from analysis.numbers.tipping import Rows, tipping


def followed(seed: int, gain: float, patients: int = 150, visits: int = 4) -> Rows:
    """Scores that rise by `gain` per visit, a third of the later ones unanswered."""
    random = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), visits)
    time = np.tile(np.arange(visits, dtype=float), patients)
    own, slope = random.normal(0, 8, patients), random.normal(0, 2, patients)
    y = 50 + own[patient] + (gain + slope[patient]) * time + random.normal(0, 6, len(time))
    y[(time > 0) & (random.random(len(time)) < 1 / 3)] = np.nan
    x = np.column_stack([np.ones(len(time)), time])
    return Rows(y, x, x, patient)


@pytest.mark.parametrize("seed", [1, 2])
def test_drawn_at_random_the_term_is_that_of_the_answered_scores(seed: int) -> None:
    """Under missing at random the mean over draws, and Rubin's variance, are those of the answered data."""
    rows = followed(seed, 2.0)
    known = ~np.isnan(rows.y)
    model = fit(rows.y[known], rows.x[known], rows.patient[known], rows.x[known, 1])
    found = tipping(rows, 1, model.random_covariance, model.sigma, model.df[1])
    assert found.estimate == pytest.approx(model.estimate[1], abs=0.15 * model.se[1])
    assert (found.high - found.low) / 2 == pytest.approx(1.98 * model.se[1], rel=0.15)


@pytest.mark.parametrize("gain", [3.0, -3.0])
def test_the_shift_found_brings_the_interval_to_zero(gain: float) -> None:
    """The same by another way: the term of the scores themselves shifted, by weighted least squares."""
    rows = followed(3, gain)
    covariance, sigma = np.diag([64.0, 4.0]), 6.0
    found = tipping(rows, 1, covariance, sigma, 100.0)
    assert found.shift is not None
    assert found.shift * gain < 0
    full = np.zeros((2, 2))
    moved = np.zeros(2)
    for one in range(rows.patient.max() + 1):
        inside = rows.patient == one
        x, z = rows.x[inside], rows.z[inside]
        inverse = np.linalg.inv(z @ covariance @ z.T + sigma**2 * np.eye(len(x)))
        full += x.T @ inverse @ x
        moved += x.T @ inverse @ (np.isnan(rows.y[inside]) * found.shift)
    nearest = found.low if gain > 0 else found.high
    assert nearest + np.linalg.solve(full, moved)[1] == pytest.approx(0, abs=1e-9)


def test_an_interval_that_holds_zero_needs_no_shift() -> None:
    assert tipping(followed(4, 0.0), 1, np.diag([64.0, 4.0]), 6.0, 100.0).shift == 0.0
