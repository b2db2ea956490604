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
_SLIGHT = 0.01  # a patient's leverage up to which the quick root is taken
_EXACT = 1e-13
_STEPS = 20


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
    of_patients = list(blocks(patient[order]))
    y, q = y[order], q[order]

    count = q.shape[1]
    xvx, xvy = np.zeros((count, count)), np.zeros(count)
    for rows in of_patients:
        own = _laid(q, rows)
        weighted = _weighted(own, theta)
        xvx += _products(own, weighted)
        xvy += (weighted @ y[rows][:, :, None]).sum(axis=0)[:, 0]
    bread = np.asarray(np.linalg.inv(xvx), dtype=np.float64)
    coefficients = bread @ xvy

    meat, trace, squares = np.zeros((count, count)), np.zeros(count), np.zeros(count)
    shared = np.zeros((count, count, count))
    turned = np.ascontiguousarray((bread @ back.T).T)
    for rows in of_patients:
        own = _laid(q, rows)
        rest = y[rows] - coefficients @ own
        # every patient's part in each coefficient, adjusted so that its square is right under V
        weighted = _weighted(own, theta)
        leverage = np.einsum("mpi,mpi->i", weighted, bread @ own)
        adjustment = _adjustment(own, bread, theta, leverage > _SLIGHT)
        part = np.einsum("mni,nki->mki", adjustment, turned @ weighted)
        score = np.einsum("mki,mi->ki", part, rest)
        meat += score @ score.T
        through = np.einsum("mki,mpi->kpi", part, own)
        spread = part + theta**2 * part.sum(axis=0)
        variance = np.einsum("mki,mki->ki", part, spread)
        lost = np.einsum("kpi,kpi->ki", through, bread @ through)
        trace += (variance - lost).sum(axis=1)
        squares += (variance**2 - 2 * variance * lost).sum(axis=1)
        shared += through @ through.transpose(0, 2, 1)
    squares += np.einsum("pq,kqr,rs,ksp->k", bread, shared, bread, shared)
    return Robust(back @ coefficients, meat, trace**2 / squares)


def blocks(codes: NDArray[Any]) -> Iterator[NDArray[np.int64]]:
    """Row numbers of all patients with equally many rows, rows by patients, for each such number."""
    _, starts, sizes = np.unique(codes, return_index=True, return_counts=True)
    for size in np.unique(sizes):
        yield starts[sizes == size] + np.arange(size)[:, None]


def _laid(q: Numbers, rows: NDArray[np.int64]) -> Numbers:
    """The rows of a block: number of the row by term by patient, so that sums run along patients."""
    return np.ascontiguousarray(q[rows].transpose(0, 2, 1))


def _products(one: Numbers, other: Numbers) -> Numbers:
    """The sum over rows and patients of the products of terms."""
    summed: Numbers = (one @ other.transpose(0, 2, 1)).sum(axis=0)
    return summed


def _weighted(own: Numbers, theta: float) -> Numbers:
    """V^-1 times the rows of each patient."""
    weighted: Numbers = own - theta**2 / (1 + len(own) * theta**2) * own.sum(axis=0)
    return weighted


def _adjustment(own: Numbers, bread: Numbers, theta: float, heavy: NDArray[np.bool_]) -> Numbers:
    """A = D (D (V - X M X') D)^(-1/2) D with D the root of V, for each patient of a block: m by m by patient.

    Any D with V = D'D gives the same A. ``heavy`` are the patients who weigh much in the coefficients.
    """
    size = len(own)
    root = np.eye(size) + (np.sqrt(1 + size * theta**2) - 1) / size
    lost = _between(root, np.einsum("mpi,npi->mni", own, bread @ own))
    if not heavy.any():
        return _between(root, _near_inverse_root(lost, theta))
    inverse = np.empty_like(lost)
    within = _covariance(size, theta)
    inverse[:, :, heavy] = _inverse_root((within @ within)[:, :, None] - lost[:, :, heavy])
    inverse[:, :, ~heavy] = _near_inverse_root(lost[:, :, ~heavy], theta)
    return _between(root, inverse)


def _between(root: Numbers, inner: Numbers) -> Numbers:
    """root times each patient's matrix times root, where root is 1 plus the same number everywhere."""
    more = root[0, -1] if len(root) > 1 else root[0, 0] - 1
    rows = inner + more * inner.sum(axis=0)
    product: Numbers = rows + more * rows.sum(axis=1, keepdims=True)
    return product


def _inverse_root(matrices: Numbers) -> Numbers:
    """The power -1/2 of each patient's symmetric matrix, of the part of it that is not 0."""
    values, vectors = np.linalg.eigh(matrices.transpose(2, 0, 1))
    kept = values > _NOTHING * values.max(axis=1, keepdims=True, initial=1.0)
    roots = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    found: Numbers = (vectors * roots[:, None, :]) @ vectors.transpose(0, 2, 1)
    return found.transpose(1, 2, 0)


def _near_inverse_root(lost: Numbers, theta: float) -> Numbers:
    """(V^2 - lost)^(-1/2) where little is lost, as of each of many patients: Newton's steps from V^-1.

    A step solves V C + C V = 1 - Y B Y for the correction C, by V's two eigenvalues.
    """
    size, patients = len(lost), lost.shape[2]
    one, largest = np.eye(size)[:, :, None], 1 + size * theta**2
    within = _covariance(size, theta)
    matrices = (within @ within)[:, :, None] - lost
    found = np.broadcast_to(np.linalg.inv(within)[:, :, None], (size, size, patients))
    for _ in range(_STEPS):
        left = one - np.einsum("abi,bci->aci", np.einsum("abi,bci->aci", found, matrices), found)
        left = (left + left.transpose(1, 0, 2)) / 2  # or rounding would grow, step by step
        mean = left.mean(axis=1, keepdims=True)
        shared = mean + mean.transpose(1, 0, 2)
        both = mean.mean(axis=0, keepdims=True)
        # the parts off the vector of ones, beside it, and along it
        found = found + (
            (left - shared + both) / 2 + (shared - 2 * both) / (1 + largest) + both / (2 * largest)
        )
        if np.abs(left).max(initial=0.0) < _EXACT:
            break
    return found


def _covariance(size: int, theta: float) -> Numbers:
    matrix: Numbers = np.eye(size) + theta**2
    return matrix
