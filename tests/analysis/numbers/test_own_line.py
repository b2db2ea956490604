"""Each patient's own line taken off, against a regression with a line for every patient."""

import numpy as np
import pytest

from analysis.numbers.own_line import less_own_line, with_a_line


def test_what_is_left_is_what_a_regression_with_a_line_for_every_patient_leaves():
    random = np.random.default_rng(4)
    patient = np.repeat([7, 3, 9], [4, 5, 6])
    time, values = random.uniform(0, 2, 15), random.normal(size=(15, 2))
    of_each = (patient[:, None] == np.unique(patient)).astype(float)
    design = np.column_stack([of_each, of_each * time[:, None]])
    expected = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    assert less_own_line(patient, time, values) == pytest.approx(expected, abs=1e-12)


def test_nothing_is_left_of_a_straight_line():
    time = np.tile(np.arange(4.0), 2)
    left = less_own_line(np.repeat([1, 2], 4), time, np.column_stack([5 + 3 * time]))
    assert not left.any()


def test_a_line_needs_four_visits_at_different_times():
    patient = np.repeat([1, 2, 3], [3, 4, 4])
    time = np.r_[np.arange(3.0), np.zeros(4), np.arange(4.0)]
    assert with_a_line(patient, time).tolist() == [False] * 7 + [True] * 4
