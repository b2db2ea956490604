"""Intervals of a mean and of the difference of two means, also where values are skewed."""

from dataclasses import dataclass

import numpy as np

from analysis.numbers.formulas import Numbers
from analysis.numbers.guards import COEFFICIENT_FROM

_NOTHING = 1e-12


@dataclass(frozen=True)
class OfMean:
    """The 95 % interval of a mean by t, and the one that also holds for few skewed values."""

    low: float
    high: float
    low_skewed: float
    high_skewed: float


def mean_interval(values: Numbers) -> OfMean | None:
    """The 95 % intervals of a mean, n - 1 df; None of fewer than 10 values or of equal ones.

    By t: m ± t s / sqrt(n), as R's ``t.test``. Of 10 to 30 skewed values that one holds in about 91 % only.
    The other turns t by Hall's cubic transformation with the values' skewness g (the third central moment
    over the 1.5th power of the second): m - s / sqrt(n) q(t) and m - s / sqrt(n) q(-t), where
    q(t) = 3 sqrt(n) / g ((1 + g (t / sqrt(n) - g / (6 n)))^(1/3) - 1). Hall, J R Stat Soc B 1992;54:221.
    """
    from scipy.special import stdtrit

    n = len(values)
    if n < COEFFICIENT_FROM or np.ptp(values) == 0:
        return None
    mean, error = float(values.mean()), float(values.std(ddof=1)) / np.sqrt(n)
    t = float(stdtrit(n - 1, 0.975))
    away = values - mean
    skewness = float((away**3).mean() / (away**2).mean() ** 1.5)

    def turned(quantile: float) -> float:
        if abs(skewness) < _NOTHING:
            return quantile
        inner = 1 + skewness * (quantile / np.sqrt(n) - skewness / (6 * n))
        return float(3 * np.sqrt(n) / skewness * (np.cbrt(inner) - 1))

    return OfMean(mean - error * t, mean + error * t, mean - error * turned(t), mean - error * turned(-t))


@dataclass(frozen=True)
class OfDifference:
    """The difference of two means with Welch's 95 % interval."""

    estimate: float
    low: float
    high: float


def welch(one: Numbers, other: Numbers) -> OfDifference | None:
    """The mean of one less that of the other; None where neither varies. Each has two values or more.

    ± t sqrt(v1 + v2), v the variance over n, with (v1 + v2)^2 / (v1^2 / (n1 - 1) + v2^2 / (n2 - 1)) df:
    Welch, Biometrika 1947;34:28. The same as R's ``t.test``.
    """
    from scipy.special import stdtrit

    v1, v2 = (float(values.var(ddof=1)) / len(values) for values in (one, other))
    if v1 + v2 <= _NOTHING:
        return None
    df = (v1 + v2) ** 2 / (v1**2 / (len(one) - 1) + v2**2 / (len(other) - 1))
    estimate = float(one.mean() - other.mean())
    half = float(stdtrit(df, 0.975)) * float(np.sqrt(v1 + v2))
    return OfDifference(estimate, estimate - half, estimate + half)
