"""By how much one group's values lie above another's: the Hodges–Lehmann estimate with its interval."""

from dataclasses import dataclass
from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import NDArray

from analysis.numbers.formulas import Numbers

_Z = 1.959963984540054  # the normal's 97.5 % point
EXACT_BELOW = 50  # values in each group


@dataclass(frozen=True)
class Shift:
    """The median of all differences between values of two groups, and its 95 % interval."""

    estimate: float
    low: float
    high: float


def hodges_lehmann(one: Numbers, other: Numbers) -> Shift:
    """The shift of one against the other: the median of all n1 n2 differences.

    The interval runs from the q-th smallest difference to the q-th largest, q the 2.5 % point of the
    Mann–Whitney statistic: exact below 50 values in each group without ties; otherwise by the normal
    distribution with its variance corrected for ties within the groups. Hodges & Lehmann, Ann Math Stat
    1963;34:598; Hollander & Wolfe, Nonparametric Statistical Methods, 1999. The same as R's
    ``wilcox.test(conf.int = TRUE)``, but for what its search for a root leaves.
    """
    differences, counts = _differences(one, other)
    up_to = np.cumsum(counts)
    pairs = len(one) * len(other)
    rank = max(_quantile(one, other), 1)

    def smallest(at: int) -> float:
        return float(differences[np.searchsorted(up_to, at)])

    middle = (smallest((pairs + 1) // 2) + smallest(pairs // 2 + 1)) / 2
    return Shift(middle, smallest(rank), smallest(pairs + 1 - rank))


def _differences(one: Numbers, other: Numbers) -> tuple[Numbers, NDArray[np.int64]]:
    """The differences, sorted, each with how often it occurs; scores take few values, so few are made."""
    (a, of_a), (b, of_b) = (np.unique(values, return_counts=True) for values in (one, other))
    differences: Numbers = np.subtract.outer(a, b).ravel()
    order = np.argsort(differences)
    return differences[order], np.multiply.outer(of_a, of_b).ravel()[order]


def _quantile(one: Numbers, other: Numbers) -> int:
    """The 2.5 % point of the Mann–Whitney statistic."""
    n, m = len(one), len(other)
    if max(n, m) < EXACT_BELOW and len(np.unique(np.concatenate([one, other]))) == n + m:
        return _exact_quantile(min(n, m), max(n, m))
    # a shift that is no difference of two values leaves ties within the groups only
    ties = np.concatenate([np.unique(values, return_counts=True)[1] for values in (one, other)])
    tied = float((ties.astype(np.float64) ** 3 - ties).sum()) / ((n + m) * (n + m - 1))
    spread = np.sqrt(n * m / 12 * (n + m + 1 - tied))
    return int(np.ceil(n * m / 2 - _Z * spread - 0.5))


@lru_cache(maxsize=2048)
def _exact_quantile(few: int, many: int) -> int:
    """The smallest u that at least 2.5 % of all orders reach or stay below.

    The number of ways to reach each u is a coefficient of the Gaussian binomial.
    """
    ways = [1] + [0] * (few * many // 2)
    for i in range(1, few + 1):
        # times (1 - x^(many + i)) / (1 - x^i)
        for u in range(len(ways) - 1, many + i - 1, -1):
            ways[u] -= ways[u - many - i]
        for u in range(i, len(ways)):
            ways[u] += ways[u - i]
    total, reached = comb(few + many, few), 0
    for u, of_u in enumerate(ways):
        reached += of_u
        if 40 * reached >= total:
            return u
    return len(ways) - 1
