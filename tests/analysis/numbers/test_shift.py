"""The Hodges–Lehmann shift; results/test_differences.py compares it with R."""

import numpy as np

from analysis.numbers.shift import hodges_lehmann


def test_a_shifted_group_is_found_again_whatever_the_order():
    values = np.array([3.0, 8.0, 1.0, 13.0, 21.0, 2.0, 34.0, 5.0, 55.0, 89.0])
    found, turned = hodges_lehmann(values + 7, values), hodges_lehmann(values, values[::-1] + 7)
    assert found.estimate == 7
    assert (turned.estimate, turned.low, turned.high) == (-7, -found.high, -found.low)
    assert found.low < 7 < found.high


def test_exact_quantiles_are_those_of_the_mann_whitney_table():
    """The published critical values (two-sided 5 %) are one less: the largest that is significant."""
    for few, many, critical in ((5, 5, 2), (8, 10, 17), (10, 10, 23), (12, 15, 49), (20, 20, 127)):
        one, other = np.arange(few) + 0.5, np.arange(many) * 100.0
        rank = critical + 1
        differences = np.sort(np.subtract.outer(one, other).ravel())
        assert hodges_lehmann(one, other).low == differences[rank - 1]


def test_two_values_each_have_the_widest_interval():
    found = hodges_lehmann(np.array([1.0, 2.0]), np.array([5.0, 9.0]))
    assert (found.low, found.high) == (-8, -3)
