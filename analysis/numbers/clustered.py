"""Standard errors for any correlation within a patient: cluster-robust, corrected for few patients.

They serve models whose own errors assume too much, such as a random intercept where patients' slopes also
differ. Input is plain arrays of complete values, without any knowledge of scores.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numbers.formulas import Numbers

_NOTHING = 1e-10  # an eigenvalue that is rounding, relative to the largest


@dataclass(frozen=True)
class Robust:
    """One entry per column of x: the estimate, its cluster-robust covariance and degrees of freedom."""

    estimate: Numbers
    covariance: Numbers
    df: Numbers

    @property
    def se(self) -> Numbers:
        errors: Numbers = np.sqrt(np.diag(self.covariance))
        return errors


def robust(y: Numbers, x: Numbers, patient: NDArray[Any], theta: float = 0.0) -> Robust:
    """Estimates of ``y ~ x`` with patients' random intercepts, and errors by patient.

    Generalised least squares with V = I + theta^2 11' within a patient (theta = 0: ordinary least squares),
    theta being lme4's. Errors are CR2, the "bias-reduced linearisation" with V as the working model, and
    degrees of freedom Satterthwaite's: Pustejovsky & Tipton, J Bus Econ Stat 2018;36:672. As clubSandwich's
    ``coef_test(vcov = "CR2", test = "Satterthwaite")`` in R.

    Args:
        y: n scores, complete. x: n by p, of full rank. patient: n codes.
    """
    columns = np.linalg.norm(x, axis=0)
    q, rotation = np.linalg.qr(x / columns)
    back = np.linalg.inv(rotation) / columns[:, None]
    order = np.argsort(patient, kind="stable")
    blocks = list(_blocks(patient[order]))
    y, q = y[order], q[order]

    xvx, xvy = np.zeros((q.shape[1],) * 2), np.zeros(q.shape[1])
    for rows in blocks:
        weighted = _inverse(rows.shape[1], theta) @ q[rows]
        xvx += np.einsum("imp,imr->pr", q[rows], weighted)
        xvy += np.einsum("imp,im->p", weighted, y[rows])
    bread = np.asarray(np.linalg.inv(xvx), dtype=np.float64)
    coefficients = bread @ xvy

    count = q.shape[1]
    meat, trace, squares = np.zeros((count, count)), np.zeros(count), np.zeros(count)
    shared = np.zeros((count, count, count))
    for rows in blocks:
        own, rest = q[rows], y[rows] - q[rows] @ coefficients
        # every patient's part in each coefficient, adjusted so that its square is right under V
        part = _adjustment(own, bread, theta) @ _inverse(rows.shape[1], theta) @ own @ bread @ back.T
        score = np.einsum("imk,im->ik", part, rest)
        meat += score.T @ score
        through = np.einsum("imp,imk->ikp", own, part)
        variance = np.einsum("imk,mn,ink->ik", part, _covariance(rows.shape[1], theta), part)
        lost = np.einsum("ikp,pr,ikr->ik", through, bread, through)
        trace += (variance - lost).sum(axis=0)
        squares += (variance**2 - 2 * variance * lost).sum(axis=0)
        shared += np.einsum("ikp,ikr->kpr", through, through)
    squares += np.einsum("pq,kqr,rs,ksp->k", bread, shared, bread, shared)
    return Robust(back @ coefficients, meat, trace**2 / squares)


def _blocks(codes: NDArray[Any]) -> Iterator[NDArray[np.int64]]:
    """Row numbers of all patients with equally many rows, patients by rows, for each such number."""
    _, starts, sizes = np.unique(codes, return_index=True, return_counts=True)
    for size in np.unique(sizes):
        yield starts[sizes == size][:, None] + np.arange(size)


def _covariance(size: int, theta: float) -> Numbers:
    matrix: Numbers = np.eye(size) + theta**2
    return matrix


def _inverse(size: int, theta: float) -> Numbers:
    matrix: Numbers = np.eye(size) - theta**2 / (1 + size * theta**2)
    return matrix


def _adjustment(own: Numbers, bread: Numbers, theta: float) -> Numbers:
    """A = D'(D (V - X M X') D')^(-1/2) D with V = D'D, for each patient of a block."""
    lower = np.linalg.cholesky(_covariance(own.shape[1], theta))
    residual = _covariance(own.shape[1], theta) - own @ bread @ own.transpose(0, 2, 1)
    values, vectors = np.linalg.eigh(lower.T @ residual @ lower)
    kept = values > _NOTHING * values.max(axis=1, keepdims=True, initial=1.0)
    roots = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    matrix: Numbers = lower @ (vectors * roots[:, None, :]) @ vectors.transpose(0, 2, 1) @ lower.T
    return matrix
