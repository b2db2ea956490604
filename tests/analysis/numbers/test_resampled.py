"""Intervals by resampling: how far they reach where few patients make up an estimate."""

import numpy as np
import pytest
from scipy.stats import t

from analysis.numbers.resampled import resampled, unsure


def test_numbers_without_tails_reach_no_further():
    assert unsure(np.tile([-1.0, 1.0], 30)) == pytest.approx(1)


def test_rare_and_large_ones_reach_further():
    """The kurtosis of one in ten is 8.1: 2 / (2 / 99 + 5.1 / 100) degrees of freedom."""
    rare = np.r_[np.full(10, 9.0), np.full(90, -1.0)]
    assert unsure(rare) == pytest.approx(
        t.ppf(0.975, 2 / (2 / 99 + (73 / 9 - 3) / 100)) / t.ppf(0.975, 99), rel=1e-12
    )


def test_of_even_numbers_it_is_near_students():
    even = np.random.default_rng(1).normal(size=500)
    even -= even.mean()
    half = t.ppf(0.975, 499) * even.std(ddof=1) / np.sqrt(500)
    assert resampled(3.0, even) == pytest.approx((3 - half, 3 + half), abs=0.15 * half)


@pytest.mark.parametrize("influence", [np.zeros(60), np.r_[59.0, np.full(59, -1.0)], np.full(60, np.nan)])
def test_no_interval_where_draws_tell_nothing(influence):
    assert resampled(1.0, influence) is None
