"""A reader has the shown cells and the sums of rows and columns, and solves for the others."""

import numpy as np
import pytest
from hypothesis import given as given_by
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.numbers.coarser import coarser
from tests.support.examples import examples

UNDER = 5


def told(counts, shown):
    """The equations that a reader has: one for each row, column and shown cell, over all cells."""
    rows, columns = counts.shape
    equations = [np.zeros((rows, columns)) for _ in range(rows + columns)]
    for at in range(rows):
        equations[at][at] = 1
    for at in range(columns):
        equations[rows + at][:, at] = 1
    for at in np.argwhere(shown):
        equations.append(np.zeros((rows, columns)))
        equations[-1][tuple(at)] = 1
    return np.array([one.ravel() for one in equations])


@examples(12)
@given_by(
    counts=arrays(np.int64, st.tuples(st.integers(2, 5), st.integers(2, 5)), elements=st.integers(0, 14))
)
def test_no_small_cell_can_be_solved_for(counts):
    """Where the sums of rows and columns themselves are not small."""
    counts = counts * np.where(counts.sum(axis=1) >= UNDER, 1, 0)[:, None]
    counts = counts * np.where(counts.sum(axis=0) >= UNDER, 1, 0)[None, :]
    kept = coarser(counts, UNDER)
    found = np.linalg.svd(told(counts, ~kept.hidden))
    rank = int((found.S > 1e-9).sum())
    # What a cell may be besides: it is solved for where no solution of the equations changes it.
    free = np.abs(found.Vh[rank:]).max(axis=0, initial=0).reshape(counts.shape) > 1e-9
    small = (counts > 0) & (counts < UNDER)
    assert (kept.hidden & free)[small].all()


def test_nothing_is_hidden_without_need():
    kept = coarser(np.array([[9, 7], [0, 5]]), UNDER)
    assert not kept.hidden.any()


def test_a_small_row_takes_the_smallest_other_with_it():
    """Both sides of 3 patients would be what left and right leave of all."""
    kept = coarser(np.array([[60], [55], [3], [0]]), UNDER)
    assert kept.rows.tolist() == [False, True, True, False]


def test_of_row_and_column_the_cheaper_is_hidden():
    """One small site costs 13 patients by column; its two levels would cost 110."""
    kept = coarser(np.array([[50, 4, 60], [40, 9, 50]]), UNDER)
    assert kept.rows.tolist() == [False, False]
    assert kept.columns.tolist() == [True, True, False]


@pytest.mark.parametrize("under", [1, 5])
def test_what_is_hidden_from_the_start_stays_so(under):
    kept = coarser(np.array([[50, 40], [30, 20]]), under, rows=np.array([True, False]))
    assert kept.rows.tolist() == [True, False]
    assert not kept.columns.any()
