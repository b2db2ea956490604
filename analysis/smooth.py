"""A smooth curve through scores over time since onset, with a band from bootstrap by patient."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.guards import COEFFICIENT_FROM, TOO_FEW

Numbers = NDArray[np.float64]

SPAN = 2 / 3
ITERATIONS = 3
RESAMPLES = 200


@dataclass(frozen=True)
class Smooth:
    """The curve on a grid: ``x, y`` and the pointwise 95 % band ``low, high``; empty with a ``reason``."""

    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    reason: str | None = None


def lowess(x: Numbers, y: Numbers, *, delta: float) -> tuple[Numbers, Numbers]:
    """Cleveland's LOWESS (f = 2/3, 3 robust steps) at the sorted x, as R's ``lowess``.

    Points closer than ``delta`` to the last fitted one are interpolated. Cleveland, JASA 1979;74:829.
    """
    from statsmodels.nonparametric import smoothers_lowess

    fit: Any = smoothers_lowess.lowess
    with np.errstate(all="ignore"):  # a neighbourhood of one x alone divides by its width of zero
        fitted = fit(y, x, frac=SPAN, it=ITERATIONS, delta=delta)
    return fitted[:, 0], fitted[:, 1]


def smooth(x: Numbers, y: Numbers, *, seed: int = 0, resamples: int = RESAMPLES, points: int = 60) -> Smooth:
    """LOWESS on an even grid over the range of x, with a band from resampled patients.

    One value per patient: resampling the pairs is resampling patients. Quantiles 2.5 and 97.5 % of the
    resampled curves at each point, each taken only within its own range. The same data and seed give the
    same band. Refused under 10 patients and where x does not vary.
    """
    if len(x) < COEFFICIENT_FROM:
        return Smooth(reason=TOO_FEW)
    width = float(np.ptp(x))
    if width <= 0:
        return Smooth(reason="no variation")
    grid = np.linspace(float(x.min()), float(x.max()), points)
    delta = 0.01 * width
    line = np.interp(grid, *lowess(x, y, delta=delta))
    random = np.random.default_rng(seed)
    curves = np.full((resamples, points), np.nan)
    for curve in curves:
        chosen = random.integers(0, len(x), len(x))
        if np.ptp(x[chosen]) > 0:
            at, value = lowess(x[chosen], y[chosen], delta=delta)
            curve[:] = np.interp(grid, at, value, left=np.nan, right=np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a point that no resample reaches is cut below
        low, high = np.nanpercentile(curves, [2.5, 97.5], axis=0)
    reached = np.isfinite(curves).mean(axis=0) >= 0.5
    kept = reached & np.isfinite(line)
    if not kept.any():
        return Smooth(reason="too few different values")
    x_kept, y_kept, low_kept, high_kept = (tuple(c[kept].tolist()) for c in (grid, line, low, high))
    return Smooth(x_kept, y_kept, low_kept, high_kept)
