"""Intervals by resampling patients, always the same for the same numbers."""

from collections.abc import Iterator

import numpy as np

from analysis.numbers.formulas import Numbers, df_of_error

DRAWS, SEED = 400, 20261130
AT_ONCE = 100_000  # numbers that are held at once: all draws of a nation's patients would take gigabytes
_NOTHING = 1e-6

Drawn = np.ndarray[tuple[int, int], np.dtype[np.int32]]
"""The patients of some draws, by number: a row for each draw."""


def resampled(estimate: float, influence: Numbers) -> tuple[float, float] | None:
    """The 95 % interval of an estimate by the studentised bootstrap of each patient's influence on it.

    A draw takes as many patients, with replacement, and has t = sum of influence / its standard error; the
    interval is the estimate less the upper and lower 2.5 % point of t, times the standard error. Where few
    patients decide an estimate its error goes with it, which percentiles do not see. Hall, Ann Stat
    1988;16:927; Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 12.

    The draws know no patient who is not there, and of rare and large influences most samples have too few.
    So both ends are `unsure` times as far away.

    Args:
        influence: of each of n patients, with a mean of 0: n times what it adds to the estimate.

    Returns:
        Low and high; None where so few patients decide the estimate that draws without them tell nothing.
    """
    n = len(influence)
    if not np.isfinite(influence).all():
        return None
    error = float(np.sqrt(influence @ influence / n / (n - 1)))
    drawn = (influence[patients] for patients in draws(n))
    means, variances = np.concatenate([[some.mean(axis=1), some.var(axis=1)] for some in drawn], axis=1)
    errors = np.sqrt(variances / (n - 1))
    if (errors <= _NOTHING * error).any():
        return None
    low, high = np.quantile(means / errors, [0.025, 0.975]) * error * unsure(influence)
    return estimate - float(high), estimate - float(low)


def unsure(influence: Numbers) -> float:
    """How much further t reaches because the standard error of these n numbers is itself an estimate.

    Its 97.5 % point with `df_of_error`, over that with n - 1, which normal numbers have.
    """
    from scipy.special import stdtrit

    return float(stdtrit(df_of_error(influence), 0.975) / stdtrit(len(influence) - 1, 0.975))


def draws(n: int) -> Iterator[Drawn]:
    """The patients of each draw, some draws at once: the same for all estimates of as many patients."""
    rng, at_once = np.random.default_rng(SEED), max(1, AT_ONCE // n)
    for first in range(0, DRAWS, at_once):
        yield rng.integers(0, n, (min(at_once, DRAWS - first), n), dtype=np.int32)
