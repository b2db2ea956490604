"""Intervals by resampling patients, always the same for the same numbers."""

from functools import lru_cache

import numpy as np

from analysis.numbers.formulas import Numbers

DRAWS, SEED = 400, 20261130


def resampled(estimate: float, influence: Numbers) -> tuple[float, float]:
    """The 95 % interval of an estimate by the studentised bootstrap of each patient's influence on it.

    A draw takes as many patients, with replacement, and has t = sum of influence / its standard error; the
    interval is the estimate less the upper and lower 2.5 % point of t, times the standard error. Where few
    patients decide an estimate its error goes with it, which percentiles do not see. Hall, Ann Stat
    1988;16:927; Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 12.

    Args:
        influence: of each of n patients, with a mean of 0: n times what it adds to the estimate.
    """
    n = len(influence)
    error = float(np.sqrt(influence @ influence / n / (n - 1)))
    if not error > 0:
        return estimate, estimate
    drawn = influence[draws(n)]
    errors = np.sqrt(drawn.var(axis=1) / (n - 1))
    t = np.divide(drawn.mean(axis=1), errors, out=np.zeros(DRAWS), where=errors > 0)
    low, high = np.quantile(t, [0.025, 0.975])
    return estimate - error * float(high), estimate - error * float(low)


@lru_cache(maxsize=64)
def draws(n: int) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """The patients of each draw: the same for all estimates of as many patients."""
    return np.random.default_rng(SEED).integers(0, n, (DRAWS, n), dtype=np.int32)
