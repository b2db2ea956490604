"""Linear mixed models of scores in patients, by REML, equal to lme4 and lmerTest in R.

There is one grouping factor, the patient, with a random intercept and, if wanted, a random slope. The sums
are in `analysis.numbers.likelihood`. Input is plain arrays of complete values, without any knowledge of
scores.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numbers.formulas import Numbers
from analysis.numbers.likelihood import NotEstimable, Sums, factor

SINGULAR_UNDER = 1e-4  # lme4's tolerance for the relative standard deviation of a random term
_THETA_LIMIT = 1e4  # scores never have a patients' spread larger than so many times the residual's
_STEPS = 60
_REFRESHED = 8  # steps after which the curvature is measured anyway
_CLOSE = 1e-2  # a step so short, relative to theta, is near the minimum
_SEARCHED = 2000  # patients among whom the whole range is searched
_EIGENVALUE = 1e-8  # lmerTest's tolerance: directions of the likelihood flatter than this do not count


@dataclass(frozen=True)
class MixedModel:
    """A fitted model: one entry per column of x in ``estimate``, ``covariance`` and ``df``.

    ``theta`` is lme4's: the lower triangle of the relative Cholesky factor, by column. ``criterion`` is
    the REML criterion at the optimum.
    """

    estimate: Numbers
    covariance: Numbers
    df: Numbers
    theta: Numbers
    sigma: float
    criterion: float
    n: int
    patients: int

    @property
    def se(self) -> Numbers:
        errors: Numbers = np.sqrt(np.diag(self.covariance))
        return errors

    @property
    def random_covariance(self) -> Numbers:
        """Variances and covariance of the patients' intercepts (and slopes)."""
        lower = factor(self.theta)
        matrix: Numbers = self.sigma**2 * lower @ lower.T
        return matrix

    @property
    def singular(self) -> bool:
        """Whether a random term vanishes, or is a multiple of the other (lme4's ``isSingular``)."""
        return bool((np.diag(factor(self.theta)) < SINGULAR_UNDER).any())


def fit(
    y: Numbers,
    x: Numbers,
    patient: NDArray[Any],
    slope: Numbers | None = None,
    near: Numbers | None = None,
) -> MixedModel:
    """``y ~ x + (1 | patient)``, or ``(1 + slope | patient)``, by restricted maximum likelihood.

    y = X b + Z u + e with u = sigma Lambda(theta) v, v and e independent and standard normal up to sigma.
    The profiled REML criterion in theta is minimised (Bates et al., J Stat Softw 2015;67(1)):

        log|V| + log|X'V^-1 X| + (n - p) (1 + log(2 pi r'V^-1 r / (n - p))),  V = I + Z Lambda Lambda' Z'

    Standard errors are those of (X'V^-1 X)^-1 sigma^2. Degrees of freedom after Satterthwaite, as in
    lmerTest (Kuznetsova et al., J Stat Softw 2017;82(13)): 2 v^2 / (g'Ag), g the gradient of a
    coefficient's variance v in (theta, sigma) and A twice the inverse Hessian of the REML criterion there.

    Args:
        y: n scores, complete. x: n by p, with a column of ones. patient: n codes. slope: n values.
        near: with a slope, the theta of almost the same model, not singular: the search begins there.

    Raises:
        NotEstimable: the columns of x depend on each other, the scores do not vary, or there are no more
            scores than random terms.
    """
    sums = Sums.of(y, x, patient, slope)
    if slope is not None and near is None:
        near = _near(y, x, patient, slope)
    theta = _optimum(sums, near)
    at = sums.at(theta)
    sigma = float(np.sqrt(at.rss / sums.df))
    back = np.asarray(np.linalg.inv(sums.rotation), dtype=np.float64)
    df = _satterthwaite(sums, theta, sigma, back)
    return MixedModel(
        estimate=back @ (sums.scale * at.coefficients + sums.ols),
        covariance=back @ at.inverse @ back.T * (sums.scale * sigma) ** 2,
        df=df,
        theta=theta,
        sigma=sums.scale * sigma,
        criterion=at.criterion + sums.offset,
        n=sums.n,
        patients=sums.patients,
    )


def _directions(theta: Numbers) -> Numbers:
    """The derivatives of Lambda Lambda' in each theta (k by q by q)."""
    q = 1 if len(theta) == 1 else 2
    places = [(0, 0)] if q == 1 else [(0, 0), (1, 0), (1, 1)]
    found = np.zeros((len(theta), q, q))
    for number, place in enumerate(places):
        found[number][place] = 1.0
    half = found @ factor(theta).T
    summed: Numbers = half + half.transpose(0, 2, 1)
    return summed


def _profiled(sums: Sums, theta: Numbers) -> tuple[float, Numbers]:
    """The profiled criterion and its gradient."""
    at = sums.at(theta)
    inner = at.trace - sums.df / at.rss * at.outer
    return at.criterion, np.einsum("kab,ab->k", _directions(theta), inner)


def _optimum(sums: Sums, near: Numbers | None = None) -> Numbers:
    """The theta of the lowest criterion; it may have two minima, so the search covers the whole range."""
    if len(sums.zz) == 1:
        spreads = np.array([1e-3, *np.geomspace(1e-2, 1e3, 40)])
        return _signed(_descended(sums, spreads[[np.argmin(sums.along(spreads))]]))
    if near is not None:
        return _signed(_descended(sums, near))
    unit = _unit(sums)
    places = [
        np.array([spread, r * slope / unit, np.sqrt(1 - r**2) * slope / unit])
        for spread, slope, r in product((0.1, 0.5, 2.0, 10.0), (0.05, 0.3, 1.5, 10.0), (-0.6, 0.6))
    ]
    starts = sorted(places, key=lambda at: sums.at(at).criterion)[:2]
    ends = [_descended(sums, start) for start in starts]
    return _signed(min(ends, key=lambda at: sums.at(at).criterion))


def _near(y: Numbers, x: Numbers, patient: NDArray[Any], slope: Numbers) -> Numbers | None:
    """Where to begin with many patients: the theta of some, off the edge; None if that is not known."""
    codes, of_row = np.unique(patient, return_inverse=True)
    if len(codes) < 2 * _SEARCHED:
        return None
    some = of_row % (len(codes) // _SEARCHED) == 0
    try:
        sums = Sums.of(y[some], x[some], patient[some], slope[some])
    except NotEstimable:
        return None
    spread, shared, apart = _optimum(sums)
    # at 0, an edge, the criterion is level, even where it is not the lowest for all patients
    return np.array([max(spread, 0.05), shared, max(apart, 0.05 / _unit(sums))])


def _unit(sums: Sums) -> float:
    """The size of the slope's values: theta of the slope is in one over it."""
    return float(np.sqrt(sums.zz[1, 1].sum() / sums.n)) or 1.0


def _descended(sums: Sums, theta: Numbers) -> Numbers:
    """Newton's steps to a minimum, to the precision of the arithmetic; far off, curvatures are estimated.

    No bounds are needed: the signs of Lambda's columns do not count (see ``_signed``), so an edge at 0 is an
    ordinary minimum.
    """
    value, gradient = _profiled(sums, theta)
    hessian = None
    for number in range(_STEPS):
        if hessian is None or number % _REFRESHED == 0:
            hessian = _slopes(lambda at: _profiled(sums, at)[1], theta)
        curvature, axes = np.linalg.eigh((hessian + hessian.T) / 2)
        curvature = np.maximum(np.abs(curvature), 1e-8 * max(1.0, float(np.abs(curvature).max())))
        step = -axes @ (axes.T @ gradient / curvature)
        step *= min(1.0, (1.0 + float(np.linalg.norm(theta))) / float(np.linalg.norm(step) or 1.0))
        while (reached := _profiled(sums, theta + step))[0] > value + 1e-11 * abs(value):
            step = step / 4
        theta = np.clip(theta + step, -_THETA_LIMIT, _THETA_LIMIT)
        length, scale = float(np.abs(step).max()), 1e-2 + float(np.abs(theta).max())
        if length <= 1e-9 * scale:
            break
        # far off, the gradients tell the curvature well enough (BFGS); close by, it is measured anew
        hessian = _updated(hessian, step, reached[1] - gradient) if length > _CLOSE * scale else None
        value, gradient = reached
    return theta


def _updated(hessian: Numbers, step: Numbers, change: Numbers) -> Numbers | None:
    """The Hessian after a step, from the change of the gradient; None where that tells of no minimum."""
    along, over = float(step @ change), float(step @ hessian @ step)
    if along <= 0 or over <= 0:
        return None
    seen = hessian @ step
    updated: Numbers = hessian + np.outer(change, change) / along - np.outer(seen, seen) / over
    return updated


def _signed(theta: Numbers) -> Numbers:
    """The same model with lme4's signs: no negative number on Lambda's diagonal."""
    if len(theta) == 1:
        return np.abs(theta)
    first = -1.0 if theta[0] < 0 else 1.0
    return np.array([first * theta[0], first * theta[1], abs(theta[2])])


def _slopes(function: Callable[[Numbers], Numbers], point: Numbers, width: float = 1e-4) -> Numbers:
    """The Jacobian of a smooth function by central differences, ``width`` being relative."""
    columns = []
    for number, value in enumerate(point):
        step = np.zeros(len(point))
        step[number] = width * max(abs(float(value)), 0.1)
        columns.append((function(point + step) - function(point - step)) / (2 * step[number]))
    return np.column_stack(columns)


def _satterthwaite(sums: Sums, theta: Numbers, sigma: float, back: Numbers) -> Numbers:
    """Degrees of freedom of each coefficient."""

    def gradient(point: Numbers) -> Numbers:
        at, variance = sums.at(point[:-1]), float(point[-1]) ** 2
        in_theta = np.einsum("kab,ab->k", _directions(point[:-1]), at.trace - at.outer / variance)
        in_sigma = 2 * (sums.df - at.rss / variance) / float(point[-1])
        return np.append(in_theta, in_sigma)

    point = np.append(theta, sigma)
    # two widths, so that the error of their difference cancels (Richardson)
    hessian = (4 * _slopes(gradient, point, 5e-4) - _slopes(gradient, point, 1e-3)) / 3
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
    kept = values > _EIGENVALUE
    spread = 2 * (vectors[:, kept] / values[kept]) @ vectors[:, kept].T

    at = sums.at(theta)
    inside = np.einsum("kab,abpr->kpr", _directions(theta), at.cross)
    in_theta = sigma**2 * at.inverse @ inside @ at.inverse
    changes = np.concatenate([in_theta, 2 * sigma * at.inverse[None]])
    by_term = np.einsum("jp,kpr,jr->jk", back, changes, back)
    variance = sigma**2 * np.einsum("jp,pr,jr->j", back, at.inverse, back)
    df: Numbers = 2 * variance**2 / np.einsum("jk,kl,jl->j", by_term, spread, by_term)
    return df
