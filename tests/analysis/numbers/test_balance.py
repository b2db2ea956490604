"""Standardised differences, against what R's tableone prints and against fractions worked by hand."""

import numpy as np
import pytest

from analysis.numbers.balance import of_levels, of_means


def of(mean, sd, n):
    """Numbers of just that mean and standard deviation."""
    values = np.arange(n, dtype=float)
    return mean + sd * (values - values.mean()) / values.std(ddof=1)


def test_it_is_what_tableone_prints():
    """README of tableone (Yoshida, CRAN), the trial of primary biliary cirrhosis: 158 and 154 patients."""
    platelets = of_means(of(258.75, 100.32, 158), of(265.20, 90.73, 154))
    assert round(abs(platelets), 3) == 0.067
    stage = of_levels(np.array([12, 35, 56, 55]), np.array([4, 32, 64, 54]))
    assert round(stage, 3) == 0.246


def test_fractions_by_hand():
    """Means 2 and 4 with variances 1 and 4. Shares 5:3:2 and 2:3:5: the squared distance is 36/61."""
    assert of_means(np.array([1.0, 2, 3]), np.array([2.0, 4, 6])) == pytest.approx(-2 / np.sqrt(2.5))
    assert of_levels(np.array([5, 3, 2]), np.array([2, 3, 5])) == pytest.approx(6 / np.sqrt(61))


def test_two_levels_are_a_share():
    """p = 0.6 and 0.3: 0.3 / √((0.24 + 0.21) / 2); the level that is left out does not matter."""
    one, other = np.repeat([1.0, 0.0], [6, 4]), np.repeat([1.0, 0.0], [3, 7])
    wanted = 0.3 / np.sqrt(0.225)
    assert of_means(one, other, shares=True) == pytest.approx(wanted)
    assert of_levels(np.array([6, 4]), np.array([3, 7])) == pytest.approx(wanted)
    assert of_levels(np.array([4, 6]), np.array([7, 3])) == pytest.approx(wanted)


def test_a_level_that_nobody_has_does_not_count():
    some = of_levels(np.array([5, 3, 2]), np.array([2, 3, 5]))
    assert of_levels(np.array([0, 5, 3, 0, 2]), np.array([0, 2, 3, 0, 5])) == pytest.approx(some)


@pytest.mark.parametrize(
    ("one", "other"),
    [([9, 0], [9, 0]), ([9, 0], [0, 9]), ([4, 5, 0], [0, 0, 9])],
    ids=["all of one level", "each of another", "no level in common"],
)
def test_what_does_not_vary_has_no_distance(one, other):
    assert of_levels(np.array(one), np.array(other)) is None
    assert of_means(np.array([1.0, 1.0]), np.array([2.0, 2.0])) is None
