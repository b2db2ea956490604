"""Intervals by resampling patients, always the same for the same numbers."""

from functools import lru_cache

import numpy as np

from analysis.numbers.formulas import Numbers, df_of_error

DRAWS, SEED = 400, 20261130
_NOTHING = 1e-6


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
    drawn = influence[draws(n)]
    errors = np.sqrt(drawn.var(axis=1) / (n - 1))
    if (errors <= _NOTHING * error).any():
        return None
    low, high = np.quantile(drawn.mean(axis=1) / errors, [0.025, 0.975]) * error * unsure(influence)
    return estimate - float(high), estimate - float(low)


def unsure(influence: Numbers) -> float:
    """How much further t reaches because the standard error of these n numbers is itself an estimate.

    Its 97.5 % point with `df_of_error`, over that with n - 1, which normal numbers have.
    """
    from scipy.special import stdtrit

    return float(stdtrit(df_of_error(influence), 0.975) / stdtrit(len(influence) - 1, 0.975))


@lru_cache(maxsize=64)
def draws(n: int) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """The patients of each draw: the same for all estimates of as many patients."""
    return np.random.default_rng(SEED).integers(0, n, (DRAWS, n), dtype=np.int32)
