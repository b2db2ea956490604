"""The REML criterion of a linear mixed model at any spread of its random terms, from sums made once.

`analysis.numbers.mixed` searches it for its minimum. There is one grouping factor, the patient.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numbers.formulas import Numbers
from analysis.words import words as _

_NOTHING_LEFT = 1e-10  # residual sum of squares, relative to that of the scores
_RANK = 1e-9  # an eigenvalue that is rounding, relative to the largest


class NotEstimable(ValueError):
    """The model cannot be fitted to these values; ``reason`` says why, in words for the report."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def factor(theta: Numbers) -> Numbers:
    """Lambda of one patient: 1 by 1, or lower triangular 2 by 2."""
    if len(theta) == 1:
        return theta.reshape(1, 1)
    return np.array([[theta[0], 0.0], [theta[1], theta[2]]])


@dataclass(frozen=True)
class Sums:
    """All sums of the likelihood, with orthonormal x and y less its OLS fit, scaled: exact and fast.

    With random intercepts alone, patients with equally many scores enter only by their cross-products: as
    many rows as coefficients, with the same products, stand for all of them, and the model costs the same for
    ten patients and for a hundred thousand. ``count`` is how many patients each row stands for.
    """

    n: int
    df: int
    patients: int
    scale: float
    ols: Numbers
    rotation: Numbers
    offset: float
    yy: float
    count: Numbers  # rows
    zz: Numbers  # q by q by rows
    zx: Numbers  # q by p by rows
    zy: Numbers  # q by rows

    @classmethod
    def of(cls, y: Numbers, x: Numbers, patient: NDArray[Any], slope: Numbers | None) -> "Sums":
        """The sums of n scores (see `analysis.numbers.mixed.fit`).

        Raises:
            NotEstimable: the columns of x depend on each other, the scores do not vary, or there are no more
                scores than random terms.
        """
        n, p = x.shape
        order = np.argsort(patient, kind="stable")
        y, x, codes = y[order], x[order], patient[order]
        starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]]) if n else np.zeros(0, dtype=np.int64)
        z = np.ones((1, n)) if slope is None else np.stack([np.ones(n), slope[order]])
        if len(starts) <= p:
            raise NotEstimable(_("not estimable: no more patients than coefficients"))
        if n <= len(starts):
            raise NotEstimable(_("not estimable: no patient with two scores"))
        if n <= len(starts) * len(z):
            raise NotEstimable(_("not estimable: no more scores than random intercepts and slopes"))
        columns = np.linalg.norm(x, axis=0)
        q, r = np.linalg.qr(x / np.where(columns > 0, columns, 1.0))
        if np.abs(np.diag(r)).min() < 1e-7:
            raise NotEstimable(_("not estimable: the terms depend on each other"))
        ols = q.T @ y
        rest = y - q @ ols
        rss = float(rest @ rest)
        if rss <= _NOTHING_LEFT * float((y - y.mean()) @ (y - y.mean())) or np.ptp(y) == 0:
            raise NotEstimable(_("not estimable: no variation"))
        scale = float(np.sqrt(rss / (n - p)))
        rest = rest / scale
        rotation = r * columns
        own = np.ascontiguousarray(np.column_stack([q, rest]).T)
        sized = np.diff(starts, append=n)
        rows = [np.add.reduceat(row * own, starts, axis=1) for row in z]
        count = np.ones(len(starts))
        zz = np.add.reduceat(z[:, None] * z[None], starts, axis=2)
        if slope is None:
            rows[0], sizes, count = _by_size(rows[0], sized)
            zz = sizes.reshape(1, 1, -1)
        sums = cls(
            n=n,
            df=n - p,
            patients=len(starts),
            scale=scale,
            ols=ols,
            rotation=rotation,
            offset=2 * float(np.log(np.abs(np.diag(rotation))).sum()) + (n - p) * 2 * float(np.log(scale)),
            yy=float(rest @ rest),
            count=count,
            zz=zz,
            zx=np.stack([row[:p] for row in rows]),
            zy=np.stack([row[p] for row in rows]),
        )
        if sums._rss_within() <= _NOTHING_LEFT * sums.yy:
            raise NotEstimable(_("not estimable: the terms explain every score of each patient"))
        return sums

    def _rss_within(self) -> float:
        """The residual sum if each patient has an intercept (and slope) of their own: the limit of theta."""
        inverse = _pseudo_inverse(self.zz)
        zx, zy = np.einsum("abn,bpn->apn", inverse, self.zx), np.einsum("abn,bn->an", inverse, self.zy)
        xx = np.eye(self.zx.shape[1]) - _products(self.zx, zx)
        xy = -_against(self.zx, zy)
        own = float(np.vdot(self.zy, zy))
        return self.yy - own - float(xy @ np.linalg.pinv(xx, rcond=_RANK, hermitian=True) @ xy)

    def _middle(self, spread: Numbers) -> tuple[Numbers, Numbers]:
        """(zz + spread^-1)^-1 of each patient, the determinant of 1 + zz spread; spread may be singular."""
        zz = self.zz
        if len(zz) == 1:
            determinant = 1 + zz[0, 0] * spread[0, 0]
            return spread[:, :, None] / determinant, determinant
        of_spread = float(_determinant(spread))
        determinant = 1 + np.einsum("abn,ab->n", zz, spread) + of_spread * self._zz_determinant
        return (spread[:, :, None] + of_spread * self._zz_adjugate) / determinant, determinant

    @cached_property
    def _zz_determinant(self) -> Numbers:
        return _determinant(self.zz)

    @cached_property
    def _zz_adjugate(self) -> Numbers:
        return _adjugate(self.zz)

    def along(self, theta: Numbers) -> Numbers:
        """The criterion of random intercepts at many thetas at once."""
        sizes, zx, zy = self.zz[0, 0], self.zx[0], self.zy[0]
        weight = theta[:, None] ** 2 / (1 + sizes * theta[:, None] ** 2)
        xvx = np.eye(len(zx)) - np.einsum("ti,pi,ri->tpr", weight, zx, zx)
        xvy = -np.einsum("ti,pi,i->tp", weight, zx, zy)
        solved = np.linalg.solve(xvx, xvy[:, :, None])[:, :, 0]
        rss = self.yy - weight @ zy**2 - np.einsum("tp,tp->t", xvy, solved)
        logs = np.log1p(sizes * theta[:, None] ** 2) @ self.count + np.linalg.slogdet(xvx)[1]
        criterion: Numbers = logs + self.df * (1 + np.log(2 * np.pi * rss / self.df))
        return criterion

    def at(self, theta: Numbers) -> "At":
        """The model at one theta."""
        lower = factor(theta)
        middle, determinant = self._middle(lower @ lower.T)
        mid_x = np.einsum("abn,bpn->apn", middle, self.zx)
        mid_y = np.einsum("abn,bn->an", middle, self.zy)
        xvx = np.eye(self.zx.shape[1]) - _products(self.zx, mid_x)
        xvy = -_against(self.zx, mid_y)
        inverse = np.asarray(np.linalg.inv(xvx), dtype=np.float64)
        coefficients = inverse @ xvy
        rss = self.yy - float(np.vdot(self.zy, mid_y)) - float(xvy @ coefficients)
        logs = float(np.log(determinant) @ self.count) + float(np.linalg.slogdet(xvx)[1])
        return At(
            sums=self,
            coefficients=coefficients,
            inverse=inverse,
            rss=rss,
            criterion=logs + self.df * (1 + float(np.log(2 * np.pi * rss / self.df))),
            middle=middle,
            mid_x=mid_x,
            mid_y=mid_y,
        )


@dataclass(frozen=True)
class At:
    """The model at one theta: coefficients, (X'V^-1 X)^-1, r'V^-1 r and the profiled criterion.

    What the gradient takes is summed when it is asked for: a search compares many criteria alone.
    """

    sums: Sums
    coefficients: Numbers
    inverse: Numbers
    rss: float
    criterion: float
    middle: Numbers  # (Z'Z + spread^-1)^-1 of each patient, q by q by rows
    mid_x: Numbers
    mid_y: Numbers

    @cached_property
    def trace(self) -> Numbers:
        """The sum over patients of Z'PZ, with P = V^-1 - V^-1 X (X'V^-1 X)^-1 X'V^-1: q by q."""
        zz = self.sums.zz
        zvz = zz - np.einsum("abn,bcn->acn", np.einsum("abn,bcn->acn", zz, self.middle), zz)
        traced: Numbers = zvz @ self.sums.count - np.einsum("pr,abpr->ab", self.inverse, self.cross)
        return traced

    @cached_property
    def outer(self) -> Numbers:
        """The sum over patients of Z'V^-1 r r'V^-1 Z: q by q."""
        sums = self.sums
        zvr = sums.zy - np.einsum("abn,bn->an", sums.zz, self.mid_y) - self.coefficients @ self._zvx
        product: Numbers = zvr @ zvr.T
        return product

    @cached_property
    def cross(self) -> Numbers:
        """The sum over patients of the products of the rows of Z'V^-1 X: q by q by p by p."""
        products: Numbers = self._zvx[:, None] @ self._zvx[None].transpose(0, 1, 3, 2)
        return products

    @cached_property
    def _zvx(self) -> Numbers:
        rows: Numbers = self.sums.zx - np.einsum("abn,bpn->apn", self.sums.zz, self.mid_x)
        return rows


def _by_size(rows: Numbers, sized: NDArray[np.int64]) -> tuple[Numbers, Numbers, Numbers]:
    """Fewer columns with the same products, for patients of each number of scores: them, sizes, counts."""

    def reduced() -> Iterator[tuple[Numbers, int, float]]:
        for size in np.unique(sized).tolist():
            of_size = rows[:, sized == size]
            few = min(of_size.shape)
            alone = few == of_size.shape[1]
            made = of_size if alone else np.asarray(np.linalg.qr(of_size.T, mode="r"), dtype=np.float64).T
            yield made, size, of_size.shape[1] / few

    parts = list(reduced())
    widths = [part.shape[1] for part, *__ in parts]
    return (
        np.concatenate([part for part, *__ in parts], axis=1),
        np.repeat([float(size) for __, size, *___ in parts], widths),
        np.repeat([count for *__, count in parts], widths),
    )


def _products(one: Numbers, other: Numbers) -> Numbers:
    """The sum over random terms and patients of the products of two q by p by n arrays: p by p."""
    summed: Numbers = (one @ other.transpose(0, 2, 1)).sum(axis=0)
    return summed


def _against(zx: Numbers, zy: Numbers) -> Numbers:
    summed: Numbers = (zx @ zy[:, :, None]).sum(axis=0)[:, 0]
    return summed


def _determinant(zz: Numbers) -> Numbers:
    found: Numbers = zz[0, 0] * zz[1, 1] - zz[0, 1] * zz[1, 0]
    return found


def _adjugate(zz: Numbers) -> Numbers:
    return np.stack([np.stack([zz[1, 1], -zz[0, 1]]), np.stack([-zz[1, 0], zz[0, 0]])])


def _pseudo_inverse(zz: Numbers) -> Numbers:
    """Of each patient's symmetric matrix of one or two rows; those of two may be of rank one."""
    if len(zz) == 1:
        return 1 / zz
    trace, determinant = zz[0, 0] + zz[1, 1], _determinant(zz)
    largest = (trace + np.sqrt(np.maximum(trace**2 - 4 * determinant, 0.0))) / 2
    full = determinant > _RANK * largest**2
    return np.where(full, _adjugate(zz) / np.where(full, determinant, 1.0), zz / trace**2)
