"""What is left of repeated values after each patient's own straight line over time is taken off."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numbers.formulas import Numbers

FEWEST_VISITS = 4  # with three, what a line leaves is one number


def with_a_line(patient: NDArray[Any], time: Numbers) -> NDArray[np.bool_]:
    """Which rows belong to patients with at least 4 rows that are not all at one time."""
    _, group, sizes = np.unique(patient, return_inverse=True, return_counts=True)
    spread = _centred(time[:, None], group)[:, 0]
    enough: NDArray[np.bool_] = ((sizes >= FEWEST_VISITS) & (np.bincount(group, spread**2) > 1e-12))[group]
    return enough


def less_own_line(patient: NDArray[Any], time: Numbers, values: Numbers) -> Numbers:
    """Each column of ``values`` (n by k) less the patient's own least-squares line over time.

    The same as a regression with an intercept and a slope for every patient: Frisch and Waugh, Econometrica
    1933;1:387. Every patient's times must vary (see ``with_a_line``).
    """
    _, group = np.unique(patient, return_inverse=True)
    off, moved = _centred(time[:, None], group), _centred(values, group)
    slopes = _summed(off * moved, group) / _summed(off**2, group)
    left: Numbers = moved - off * slopes[group]
    # what rounding leaves of a straight line is no variation
    return np.where(np.abs(left) > 1e-10 * np.abs(values).max(axis=0, initial=0.0), left, 0.0)


def _centred(values: Numbers, group: NDArray[np.int64]) -> Numbers:
    centred: Numbers = values - (_summed(values, group) / np.bincount(group)[:, None])[group]
    return centred


def _summed(values: Numbers, group: NDArray[np.int64]) -> Numbers:
    return np.column_stack([np.bincount(group, column) for column in values.T])
