"""Standardised differences between two groups: in standard deviations, whatever the unit and the sizes."""

import numpy as np
from numpy.typing import NDArray

from analysis.numbers.formulas import Numbers


def of_means(
    one: Numbers, other: Numbers, *, shares: bool = False, weights: tuple[Numbers, Numbers] | None = None
) -> float | None:
    """(mean of one - mean of the other) / the root of the mean of both variances; None without variation.

    Austin, Stat Med 2009;28:3083. Of ``shares`` (values of 0 and 1) the variance is p (1 - p). ``weights`` of
    both groups weigh the means alone, so that they change the difference and not its unit.
    """
    ddof = 0 if shares else 1
    spread = np.sqrt((one.var(ddof=ddof) + other.var(ddof=ddof)) / 2)
    if not spread > 1e-12 * (1 + max(np.abs(one).max(), np.abs(other).max())):
        return None
    of_one, of_other = weights or (None, None)
    return float((np.average(one, weights=of_one) - np.average(other, weights=of_other)) / spread)


def of_levels(one: NDArray[np.int64], other: NDArray[np.int64]) -> float | None:
    """The distance of two groups that are counted by the same levels; never negative.

    The root of (p - q)' S^-1 (p - q), where p and q are the shares of all levels but one, and S is the mean
    of their two multinomial covariances: Yang and Dalton, SAS Global Forum 2012, paper 335. Of two levels it
    is the size of `of_means` of shares. Levels without a patient in either group do not count.

    Returns:
        None where S is singular: a level holds a whole group, or the groups share no level.
    """
    counted = (one + other) > 0
    p, q = (counts[counted][1:] / counts.sum() for counts in (one, other))
    spread = (_covariance(p) + _covariance(q)) / 2
    if not len(p) or np.linalg.matrix_rank(spread) < len(p):
        return None
    apart = p - q
    return float(np.sqrt(apart @ np.linalg.solve(spread, apart)))


def _covariance(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.diag(shares) - np.outer(shares, shares)
    return found
