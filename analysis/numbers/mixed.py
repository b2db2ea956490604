"""Linear mixed models of scores in patients, by REML, equal to lme4 and lmerTest in R.

There is one grouping factor, the patient, with a random intercept and, if wanted, a random slope. All sums
are per patient first, so memory does not grow with the square of the rows. Input is plain arrays of complete
values, without any knowledge of scores.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numbers.formulas import Numbers

SINGULAR_UNDER = 1e-4  # lme4's tolerance for the relative standard deviation of a random term
_NOTHING_LEFT = 1e-10  # residual sum of squares, relative to that of the scores
_THETA_LIMIT = 1e4  # scores never have a patients' spread larger than so many times the residual's
_STEPS = 60
_EIGENVALUE = 1e-8  # lmerTest's tolerance: directions of the likelihood flatter than this do not count


class NotEstimable(ValueError):
    """The model cannot be fitted to these values; the message says why, in words for the report."""


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
        factor = _factor(self.theta)
        matrix: Numbers = self.sigma**2 * factor @ factor.T
        return matrix

    @property
    def singular(self) -> bool:
        """Whether a random term vanishes, or is a multiple of the other (lme4's ``isSingular``)."""
        return bool((np.diag(_factor(self.theta)) < SINGULAR_UNDER).any())


def fit(y: Numbers, x: Numbers, patient: NDArray[Any], slope: Numbers | None = None) -> MixedModel:
    """``y ~ x + (1 | patient)``, or ``(1 + slope | patient)``, by restricted maximum likelihood.

    y = X b + Z u + e with u = sigma Lambda(theta) v, v and e independent and standard normal up to sigma.
    The profiled REML criterion in theta is minimised (Bates et al., J Stat Softw 2015;67(1)):

        log|V| + log|X'V^-1 X| + (n - p) (1 + log(2 pi r'V^-1 r / (n - p))),  V = I + Z Lambda Lambda' Z'

    Standard errors are those of (X'V^-1 X)^-1 sigma^2. Degrees of freedom after Satterthwaite, as in
    lmerTest (Kuznetsova et al., J Stat Softw 2017;82(13)): 2 v^2 / (g'Ag), g the gradient of a
    coefficient's variance v in (theta, sigma) and A twice the inverse Hessian of the REML criterion there.

    Args:
        y: n scores, complete. x: n by p, with a column of ones. patient: n codes. slope: n values.

    Raises:
        NotEstimable: the columns of x depend on each other, the scores do not vary, or there are no more
            scores than random terms.
    """
    sums = _Sums.of(y, x, patient, slope)
    theta = _optimum(sums)
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
        patients=len(sums.zz),
    )


def _factor(theta: Numbers) -> Numbers:
    """Lambda of one patient: 1 by 1, or lower triangular 2 by 2."""
    if len(theta) == 1:
        return theta.reshape(1, 1)
    return np.array([[theta[0], 0.0], [theta[1], theta[2]]])


def _inverted(matrices: Numbers) -> tuple[Numbers, Numbers]:
    """Inverses and determinants of many symmetric matrices of one or two rows, faster than in general."""
    if matrices.shape[1] == 1:
        return 1 / matrices, matrices[:, 0, 0]
    a, b, d = matrices[:, 0, 0], matrices[:, 0, 1], matrices[:, 1, 1]
    determinant = a * d - b * b
    inverse = np.empty_like(matrices)
    inverse[:, 0, 0], inverse[:, 1, 1] = d / determinant, a / determinant
    inverse[:, 0, 1] = inverse[:, 1, 0] = -b / determinant
    return inverse, determinant


def _directions(theta: Numbers) -> Numbers:
    """The derivatives of Lambda Lambda' in each theta (k by q by q)."""
    q = 1 if len(theta) == 1 else 2
    places = [(0, 0)] if q == 1 else [(0, 0), (1, 0), (1, 1)]
    found = np.zeros((len(theta), q, q))
    for number, place in enumerate(places):
        found[number][place] = 1.0
    half = found @ _factor(theta).T
    summed: Numbers = half + half.transpose(0, 2, 1)
    return summed


@dataclass(frozen=True)
class _At:
    """The model at one theta: coefficients, (X'V^-1 X)^-1, r'V^-1 r and the profiled criterion.

    ``zvx`` is Z'V^-1 X of each patient; ``trace`` and ``outer`` make the gradient: the sums over patients
    of Z'PZ and of Z'V^-1 r r'V^-1 Z, with P = V^-1 - V^-1 X (X'V^-1 X)^-1 X'V^-1.
    """

    coefficients: Numbers
    inverse: Numbers
    rss: float
    criterion: float
    zvx: Numbers
    trace: Numbers
    outer: Numbers


@dataclass(frozen=True)
class _Sums:
    """All sums of the likelihood, with orthonormal x and y less its OLS fit, scaled: exact and fast."""

    n: int
    df: int
    scale: float
    ols: Numbers
    rotation: Numbers
    offset: float
    yy: float
    zz: Numbers  # patients by q by q
    zx: Numbers  # patients by q by p
    zy: Numbers  # patients by q

    @classmethod
    def of(cls, y: Numbers, x: Numbers, patient: NDArray[Any], slope: Numbers | None) -> "_Sums":
        n, p = x.shape
        order = np.argsort(patient, kind="stable")
        y, x, codes = y[order], x[order], patient[order]
        starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]]) if n else np.zeros(0, dtype=np.int64)
        z = np.ones((n, 1)) if slope is None else np.column_stack([np.ones(n), slope[order]])
        if len(starts) <= p:
            raise NotEstimable("not estimable: no more patients than coefficients")
        if n <= len(starts):
            raise NotEstimable("not estimable: no patient with two scores")
        if n <= len(starts) * z.shape[1]:
            raise NotEstimable("not estimable: no more scores than random intercepts and slopes")
        columns = np.linalg.norm(x, axis=0)
        q, r = np.linalg.qr(x / np.where(columns > 0, columns, 1.0))
        if np.abs(np.diag(r)).min() < 1e-7:
            raise NotEstimable("not estimable: the terms depend on each other")
        ols = q.T @ y
        rest = y - q @ ols
        rss = float(rest @ rest)
        if rss <= _NOTHING_LEFT * float((y - y.mean()) @ (y - y.mean())) or np.ptp(y) == 0:
            raise NotEstimable("not estimable: no variation")
        scale = float(np.sqrt(rss / (n - p)))
        rest = rest / scale
        rotation = r * columns
        offset = 2 * float(np.log(np.abs(np.diag(rotation))).sum()) + (n - p) * 2 * float(np.log(scale))
        sums = cls(
            n=n,
            df=n - p,
            scale=scale,
            ols=ols,
            rotation=rotation,
            offset=offset,
            yy=float(rest @ rest),
            zz=np.add.reduceat(z[:, :, None] * z[:, None, :], starts),
            zx=np.add.reduceat(z[:, :, None] * q[:, None, :], starts),
            zy=np.add.reduceat(z * rest[:, None], starts),
        )
        if sums.rss_within() <= _NOTHING_LEFT * sums.yy:
            raise NotEstimable("not estimable: the terms explain every score of each patient")
        return sums

    def rss_within(self) -> float:
        """The residual sum if each patient has an intercept (and slope) of their own: the limit of theta."""
        inverse = np.linalg.pinv(self.zz, rcond=1e-9, hermitian=True)
        zx, zy = inverse @ self.zx, np.einsum("iab,ib->ia", inverse, self.zy)
        xx = np.eye(self.zx.shape[2]) - np.einsum("iap,iar->pr", self.zx, zx)
        xy = -np.einsum("iap,ia->p", self.zx, zy)
        own = float(np.einsum("ia,ia->", self.zy, zy))
        return self.yy - own - float(xy @ np.linalg.pinv(xx, rcond=1e-9, hermitian=True) @ xy)

    def along(self, theta: Numbers) -> Numbers:
        """The criterion of random intercepts at many thetas at once."""
        sizes, zx, zy = self.zz[:, 0, 0], self.zx[:, 0], self.zy[:, 0]
        weight = theta[:, None] ** 2 / (1 + sizes * theta[:, None] ** 2)
        xvx = np.eye(zx.shape[1]) - np.einsum("ti,ip,ir->tpr", weight, zx, zx)
        xvy = -np.einsum("ti,ip,i->tp", weight, zx, zy)
        solved = np.linalg.solve(xvx, xvy[:, :, None])[:, :, 0]
        rss = self.yy - weight @ zy**2 - np.einsum("tp,tp->t", xvy, solved)
        logs = np.log1p(sizes * theta[:, None] ** 2).sum(axis=1) + np.linalg.slogdet(xvx)[1]
        criterion: Numbers = logs + self.df * (1 + np.log(2 * np.pi * rss / self.df))
        return criterion

    def at(self, theta: Numbers) -> _At:
        factor = _factor(theta)
        inner = np.eye(len(factor)) + factor.T @ self.zz @ factor
        inverted, determinant = _inverted(inner)
        middle = factor @ inverted @ factor.T
        weighted = self.zz @ middle
        mid_x = middle @ self.zx
        mid_y = np.einsum("iab,ib->ia", middle, self.zy)
        xvx = np.eye(self.zx.shape[2]) - np.einsum("iap,iar->pr", self.zx, mid_x)
        xvy = -np.einsum("iap,ia->p", self.zx, mid_y)
        inverse = np.linalg.inv(xvx)
        coefficients = inverse @ xvy
        rss = self.yy - float(np.einsum("ia,ia->", self.zy, mid_y)) - float(xvy @ coefficients)
        logs = float(np.log(determinant).sum()) + float(np.linalg.slogdet(xvx)[1])
        zvx = self.zx - weighted @ self.zx
        zvr = self.zy - np.einsum("iab,ib->ia", weighted, self.zy) - zvx @ coefficients
        return _At(
            coefficients=coefficients,
            inverse=inverse,
            rss=rss,
            criterion=logs + self.df * (1 + float(np.log(2 * np.pi * rss / self.df))),
            zvx=zvx,
            trace=(self.zz - weighted @ self.zz).sum(axis=0) - np.einsum("iap,ibp->ab", zvx @ inverse, zvx),
            outer=zvr.T @ zvr,
        )


def _profiled(sums: _Sums, theta: Numbers) -> tuple[float, Numbers]:
    """The profiled criterion and its gradient."""
    at = sums.at(theta)
    inner = at.trace - sums.df / at.rss * at.outer
    return at.criterion, np.einsum("kab,ab->k", _directions(theta), inner)


def _optimum(sums: _Sums) -> Numbers:
    """The theta of the lowest criterion; it may have two minima, so the search covers the whole range."""
    if sums.zz.shape[1] == 1:
        spreads = np.array([1e-3, *np.geomspace(1e-2, 1e3, 40)])
        return _signed(_descended(sums, spreads[[np.argmin(sums.along(spreads))]]))
    unit = float(np.sqrt(sums.zz[:, 1, 1].sum() / sums.n)) or 1.0
    places = [
        np.array([spread, r * slope / unit, np.sqrt(1 - r**2) * slope / unit])
        for spread, slope, r in product((0.1, 0.5, 2.0, 10.0), (0.05, 0.3, 1.5, 10.0), (-0.6, 0.6))
    ]
    starts = sorted(places, key=lambda at: sums.at(at).criterion)[:2]
    ends = [_descended(sums, start) for start in starts]
    return _signed(min(ends, key=lambda at: sums.at(at).criterion))


def _descended(sums: _Sums, theta: Numbers) -> Numbers:
    """Newton's steps to a minimum, to the precision of the arithmetic.

    No bounds are needed: the signs of Lambda's columns do not count (see ``_signed``), so an edge at 0 is an
    ordinary minimum.
    """
    value, gradient = _profiled(sums, theta)
    for _ in range(_STEPS):
        hessian = _slopes(lambda at: _profiled(sums, at)[1], theta)
        curvature, axes = np.linalg.eigh((hessian + hessian.T) / 2)
        curvature = np.maximum(np.abs(curvature), 1e-8 * max(1.0, float(np.abs(curvature).max())))
        step = -axes @ (axes.T @ gradient / curvature)
        step *= min(1.0, (1.0 + float(np.linalg.norm(theta))) / float(np.linalg.norm(step) or 1.0))
        while (reached := _profiled(sums, theta + step))[0] > value + 1e-11 * abs(value):
            step = step / 4
        theta = np.clip(theta + step, -_THETA_LIMIT, _THETA_LIMIT)
        value, gradient = reached
        if np.abs(step).max() <= 1e-9 * (1e-2 + np.abs(theta).max()):
            break
    return theta


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


def _satterthwaite(sums: _Sums, theta: Numbers, sigma: float, back: Numbers) -> Numbers:
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
    inside = np.einsum("iap,kab,ibr->kpr", at.zvx, _directions(theta), at.zvx)
    in_theta = sigma**2 * at.inverse @ inside @ at.inverse
    changes = np.concatenate([in_theta, 2 * sigma * at.inverse[None]])
    by_term = np.einsum("jp,kpr,jr->jk", back, changes, back)
    variance = sigma**2 * np.einsum("jp,pr,jr->j", back, at.inverse, back)
    df: Numbers = 2 * variance**2 / np.einsum("jk,kl,jl->j", by_term, spread, by_term)
    return df
