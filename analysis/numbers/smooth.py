"""Smooth curves through scores over time since onset, with a band from bootstrap by patient."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numbers.guards import COEFFICIENT_FROM, TOO_FEW
from analysis.words import words as _

Numbers = NDArray[np.float64]

SPAN = 2 / 3
ITERATIONS = 3
RESAMPLES = 200
_DEPENDENT = 1e-7  # a direction so short, relative to the longest, is rounding


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


def spline(x: Numbers, y: Numbers, *, seed: int = 0, resamples: int = RESAMPLES, points: int = 60) -> Smooth:
    """Natural cubic spline with 3 degrees of freedom on an even grid over the range of x, with a band.

    Least squares; knots at the thirds (R's type 7) and ends of x, beyond which the curve is straight: the
    same curve as R's ``lm(y ~ splines::ns(x, df = 3))``. One value per patient: resampling the pairs is
    resampling patients; knots stay. Quantiles 2.5 and 97.5 % of the resampled curves at each point. The
    same data and seed give the same band. Refused under 10 patients and with fewer than 5 different x.
    """
    if len(x) < COEFFICIENT_FROM:
        return Smooth(reason=TOO_FEW)
    knots = np.quantile(x, [0, 1 / 3, 2 / 3, 1])
    if len(np.unique(x)) < 5 or len(np.unique(knots)) < 4:
        return Smooth(reason=_("no variation") if np.ptp(x) == 0 else _("too few different values"))
    grid = np.linspace(float(x.min()), float(x.max()), points)
    basis, shown = natural_basis(x, knots), natural_basis(grid, knots)
    line = shown @ np.linalg.lstsq(basis, y, rcond=None)[0]
    random = np.random.default_rng(seed)
    times = random.multinomial(len(x), np.full(len(x), 1 / len(x)), size=resamples).astype(np.float64)
    squares = (times @ (basis[:, :, None] * basis[:, None, :]).reshape(len(x), -1)).reshape(-1, 4, 4)
    coefficients = (
        np.linalg.pinv(squares, rcond=1e-10, hermitian=True) @ (times @ (basis * y[:, None]))[:, :, None]
    )
    low, high = np.percentile(coefficients[:, :, 0] @ shown.T, [2.5, 97.5], axis=0)
    x_grid, y_line, y_low, y_high = (tuple(column.tolist()) for column in (grid, line, low, high))
    return Smooth(x_grid, y_line, y_low, y_high)


def spline_space(*variables: Numbers) -> Numbers:
    """What natural cubic splines of some variables can follow: orthonormal columns, each with a mean of 0.

    For each variable the space of R's ``splines::ns(x, df = 3)``: knots at the thirds of its values and at
    their ends. A knot that falls on an end is dropped, as R's own fit drops the column it makes empty.
    Columns that depend on the others are left out, so that the result has full rank (n by at most 3 each).
    """
    n = len(variables[0])
    bases = [np.empty((n, 0))]
    for x in variables:
        knots = np.unique(np.quantile(x, [0, 1 / 3, 2 / 3, 1])) if n else x
        if len(knots) > 1:
            basis = natural_basis(x, knots)[:, 1:]
            centred = basis - basis.mean(axis=0)
            bases.append(centred / np.maximum(np.linalg.norm(centred, axis=0), np.finfo(float).tiny))
    return full_rank(np.column_stack(bases))


def full_rank(columns: Numbers) -> Numbers:
    """Orthonormal columns of the same space, without those that depend on the others."""
    space, sizes, __ = np.linalg.svd(columns, full_matrices=False)
    kept: Numbers = space[:, sizes > _DEPENDENT * sizes.max(initial=0.0)]
    return kept


def natural_basis(x: Numbers, knots: Numbers) -> Numbers:
    """The natural cubic splines on these knots (first, inner, last), as columns: 1, x, one per inner knot.

    Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, 5.2.1; x scaled to 0–1.
    """
    x, knots = ((values - knots[0]) / (knots[-1] - knots[0]) for values in (x, knots))
    cubes = np.maximum(x[:, None] - knots, 0) ** 3
    slopes = (cubes[:, :-1] - cubes[:, -1:]) / (knots[-1] - knots[:-1])
    return np.column_stack([np.ones(len(x)), x, slopes[:, :-1] - slopes[:, -1:]])
