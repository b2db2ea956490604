"""Intervals hold in 93 to 97 % of samples whose truth is known, skewed and piled up as clinics' scores are.

Scores of 0 to 27 as skewed as those of the PHQ-9, of 20 to 100 with a third at 20 as the SAQ's, nine items
of 0 to 3 of which most are 0. Three standard errors of so many runs are allowed to either side.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest

from analysis.numbers.consistency import Alpha, Omega, alpha, alpha_interval, omega
from analysis.numbers.formulas import Numbers
from analysis.numbers.means import mean_interval, welch
from analysis.numbers.shift import hodges_lehmann

RUNS = 1000
LOW, HIGH = 0.93, 0.97
LOADINGS = np.linspace(0.5, 0.85, 9)
Interval = tuple[float, float]


def mood(random: np.random.Generator, n: int) -> Numbers:
    return np.minimum(27, np.round(random.gamma(1.0, 5.5, n)))


def synkinesis(random: np.random.Generator, n: int) -> Numbers:
    above = np.round(random.gamma(1.5, 14, n) / (20 / 9)) * (20 / 9)
    return np.minimum(100, 20 + np.where(random.random(n) < 0.35, 0, above))


def items(random: np.random.Generator, n: int) -> Numbers:
    factor, own = random.normal(size=(n, 1)), random.normal(size=(n, len(LOADINGS)))
    thresholds = [0.3, 1.1, 1.8]
    return np.digitize(LOADINGS * factor + np.sqrt(1 - LOADINGS**2) * own, thresholds).astype(float)


def of_alpha(answers: Numbers) -> Interval | None:
    found = alpha(answers)
    return alpha_interval(answers, found.estimate) if isinstance(found, Alpha) else None


def of_omega(answers: Numbers) -> Interval | None:
    found = omega(answers)
    return (found.low, found.high) if isinstance(found, Omega) else None


def of_mean(values: Numbers) -> Interval | None:
    found = mean_interval(values)
    return None if found is None else (found.low_skewed, found.high_skewed)


def _held(draw: Callable[[np.random.Generator], Interval | None], truth: float, runs: int) -> float:
    random = np.random.default_rng([20261130, runs])
    found = [interval for _ in range(runs) if (interval := draw(random)) is not None]
    assert len(found) > 0.9 * runs
    return float(np.mean([low <= truth <= high for low, high in found]))


def _check(share: float, runs: int) -> None:
    allowed = 3 * sqrt(0.95 * 0.05 / runs)
    assert LOW - allowed <= share <= HIGH + allowed, f"holds in {share:.1%} of {runs} samples"


@pytest.mark.parametrize("score", [mood, synkinesis])
@pytest.mark.parametrize("n", [10, 12, 20, 30, 100])
def test_the_mean_of_skewed_scores(score, n):
    truth = float(score(np.random.default_rng(1), 2_000_000).mean())
    _check(_held(lambda random: of_mean(score(random, n)), truth, RUNS), RUNS)


@pytest.mark.parametrize("score", [mood, synkinesis])
@pytest.mark.parametrize("sizes", [(20, 40), (20, 20), (30, 100)])
def test_the_difference_of_two_groups(score, sizes):
    """Welch's of the means, and the Hodges–Lehmann shift from 10 on; the truth is no difference."""

    def of_means(random: np.random.Generator) -> Interval | None:
        found = welch(*(score(random, n) for n in sizes))
        return None if found is None else (found.low, found.high)

    def of_shift(random: np.random.Generator) -> Interval:
        found = hodges_lehmann(*(score(random, n // 2) for n in sizes))
        return found.low, found.high

    _check(_held(of_means, 0.0, RUNS), RUNS)
    assert _held(of_shift, 0.0, RUNS) >= LOW - 3 * sqrt(0.95 * 0.05 / RUNS)  # ties at the floor make it wider


@pytest.mark.parametrize("coefficient", [of_alpha, of_omega])
@pytest.mark.parametrize("n", [50, 100, 300])
def test_alpha_and_omega_of_skewed_items(coefficient, n):
    many = items(np.random.default_rng(1), 400_000)
    found = alpha(many) if coefficient is of_alpha else omega(many[:200_000])
    assert not isinstance(found, str)
    _check(_held(lambda random: coefficient(items(random, n)), found.estimate, RUNS), RUNS)
