"""How many patients an interval of a given half-width needs."""

from collections.abc import Callable

import numpy as np
from scipy import stats

from analysis.numbers.guards import COEFFICIENT_FROM

MOST = 1_000_000


def patients_for_mean(spread: float, half_width: float) -> int | None:
    """The fewest patients whose mean has a 95 % interval of at most that half-width; None beyond a million.

    t(n - 1) × spread / √n ≤ half_width, from 10 patients on, as any coefficient here. In R:
    ``ceiling(uniroot(function(n) qt(.975, n - 1) * spread / sqrt(n) - half_width, c(2, 1e6))$root)``.
    """
    return _fewest(lambda n: stats.t.ppf(0.975, n - 1) * spread / np.sqrt(n), half_width)


def patients_for_difference(spread: float, half_width: float) -> int | None:
    """The fewest patients in each of two groups, for the difference of their means.

    t(2n - 2) × spread × √(2 / n) ≤ half_width.
    """
    return _fewest(lambda n: stats.t.ppf(0.975, 2 * n - 2) * spread * np.sqrt(2 / n), half_width)


def of_several(spread: float, icc: float, visits: int) -> float:
    """The spread of patients' means over so many visits: spread × √((1 + (visits - 1) icc) / visits)."""
    return float(spread * np.sqrt((1 + (visits - 1) * icc) / visits))


def _fewest(half_width_of: Callable[[int], float], half_width: float) -> int | None:
    low, high = COEFFICIENT_FROM, MOST
    if not half_width_of(high) <= half_width:
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if half_width_of(middle) <= half_width else (middle + 1, high)
    return low
