"""Weights, their worth, differences and E-values against formulas and published numbers."""

import numpy as np
import pytest

from analysis.numbers.likelihood import NotEstimable
from analysis.numbers.weighted import (
    e_value,
    effective_size,
    overlap_weights,
    standardised_difference,
    weighted,
)


def arms(n=200, seed=3):
    random = np.random.default_rng(seed)
    x = random.normal(size=n)
    return random.random(n) < 1 / (1 + np.exp(-x)), np.column_stack([np.ones(n), x])


def test_weights_balance_what_they_are_made_from():
    """The property that defines overlap weights (Li, Morgan & Zaslavsky 2018, theorem 3)."""
    exposed, x = arms()
    weights = overlap_weights(exposed, x)
    assert ((weights > 0) & (weights < 1)).all()
    assert standardised_difference(x[:, 1], exposed, weights) == pytest.approx(0, abs=1e-9)
    assert standardised_difference(x[:, 1], exposed, np.ones(200)) > 0.5


def test_arms_that_nothing_joins_are_refused():
    x = np.linspace(-1, 1, 40)
    with pytest.raises(NotEstimable, match="nobody in one arm"):
        overlap_weights(x > 0, np.column_stack([np.ones(40), x]))


def test_equal_weights_are_worth_their_number():
    assert effective_size(np.full(7, 0.3)) == pytest.approx(7)
    assert effective_size(np.array([1.0, 0, 0])) == 1
    assert effective_size(np.zeros(3)) == 0


def test_e_value_of_a_published_example():
    """RR 3.9 gives 7.26 (VanderWeele & Ding 2017, maternal breastfeeding); d with exp(0.91 d) = 3.9."""
    assert e_value(np.log(3.9) / 0.91, 1.0) == pytest.approx(7.26, abs=0.005)
    assert e_value(0.0, 1.0) == 1


def test_equal_weights_are_least_squares():
    exposed, x = arms()
    y = np.random.default_rng(4).normal(size=200) + 2 * exposed
    design = np.column_stack([exposed.astype(float), x])
    found = weighted(y, design, np.ones(200), np.arange(200), 0)
    assert found.estimate == pytest.approx(np.linalg.lstsq(design, y, rcond=None)[0][0])


def test_terms_that_say_the_same_are_refused():
    x = arms()[1]
    twice = np.column_stack([x, 2 * x[:, 1]])
    with pytest.raises(NotEstimable, match="say the same"):
        weighted(x[:, 1], twice, np.ones(200), np.arange(200), 0)


def test_scores_without_a_rest_are_refused():
    x = arms()[1]
    with pytest.raises(NotEstimable, match="no variation left"):
        weighted(x @ [1.0, 2.0], x, np.ones(200), np.arange(200), 1)
