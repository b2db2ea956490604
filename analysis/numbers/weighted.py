"""Two arms made comparable by weights, and a weighted comparison with errors by patient.

Input is plain arrays of complete values, without any knowledge of scores or treatments.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numbers.balance import of_means
from analysis.numbers.clustered import blocks
from analysis.numbers.formulas import Numbers
from analysis.numbers.likelihood import NotEstimable
from analysis.numbers.logistic import logistic
from analysis.words import words as _

_NOTHING = 1e-10  # an eigenvalue that is rounding, relative to the largest
_APART = 1e-6  # a chance so near 0 or 1 that the arms hardly overlap there


@dataclass(frozen=True)
class Coefficient:
    """One coefficient of a weighted regression, with its error and degrees of freedom."""

    estimate: float
    se: float
    df: float


def overlap_weights(exposed: NDArray[np.bool_], x: Numbers) -> Numbers:
    """Each row's chance, given x, to be in the arm where it is not.

    The chance is of a logistic regression of ``exposed`` on x (n by p, with its column of ones), which the
    weights then balance exactly: Li, Morgan & Zaslavsky, J Am Stat Assoc 2018;113:390. Checked against R's
    ``glm``.

    Raises:
        NotEstimable: x tells the arms apart, so that there is nobody to compare.
    """
    apart = NotEstimable(_("not estimable: nobody in one arm resembles the other"))
    try:
        found = logistic(exposed.astype(float), x)
    except np.linalg.LinAlgError as failed:
        raise apart from failed
    chance = found.chances[0]
    if not (found.settled and chance[exposed].min() < 1 - _APART and chance[~exposed].max() > _APART):
        raise apart
    weights: Numbers = np.where(exposed, 1 - chance, chance)
    return weights


def effective_size(weights: Numbers) -> float:
    """How many equally weighted values would be as precise: (sum w)^2 / sum w^2 (Kish)."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if weights.any() else 0.0


def standardised_difference(values: Numbers, exposed: NDArray[np.bool_], weights: Numbers) -> float | None:
    """The difference of the arms' weighted means in standard deviations; None where nothing varies.

    Missing values do not count.
    """
    one, other = ~np.isnan(values) & exposed, ~np.isnan(values) & ~exposed
    if one.sum() < 2 or other.sum() < 2 or not (weights[one].any() and weights[other].any()):
        return None
    return of_means(values[one], values[other], weights=(weights[one], weights[other]))


def e_value(estimate: float, spread: float) -> float:
    """How strongly something unknown had to go with both arm and outcome to explain a difference of means.

    A risk ratio: RR + sqrt(RR (RR - 1)) with RR = exp(0.91 |d|), d the difference in standard deviations.
    VanderWeele & Ding, Ann Intern Med 2017;167:268.
    """
    ratio = float(np.exp(0.91 * abs(estimate) / spread))
    return ratio + float(np.sqrt(ratio * (ratio - 1)))


def weighted(y: Numbers, x: Numbers, weights: Numbers, patient: NDArray[Any], at: int) -> Coefficient:
    """The coefficient of column ``at`` of ``y ~ x`` by weighted least squares, with its error by patient.

    CR2 with Satterthwaite's degrees of freedom, equal and independent errors as the working model:
    Pustejovsky & Tipton, J Bus Econ Stat 2018;36:672. As clubSandwich's ``coef_test(vcov = "CR2")`` of
    ``lm(weights = )`` in R.

    Args:
        y: n values. x: n by p, of full rank. weights: n, none negative. patient: n codes.

    Raises:
        NotEstimable: the columns depend on each other, or nothing is left to estimate an error from.
    """
    size = np.linalg.norm(x, axis=0)
    x = x / np.where(size > 0, size, 1.0)
    squares = x.T @ (weights[:, None] * x)
    if np.linalg.cond(squares) > 1e12:
        raise NotEstimable(_("not estimable: the terms say the same"))
    bread: Numbers = np.asarray(np.linalg.inv(squares), dtype=np.float64)
    rest = y - x @ (bread @ (x.T @ (weights * y)))
    outer: Numbers = bread @ (x.T @ (weights[:, None] ** 2 * x)) @ bread
    of_term: Numbers = bread[:, at]
    order = np.argsort(patient, kind="stable")
    found = [
        _of_block(x[rows], weights[rows], rest[rows], bread, outer, of_term)
        for rows in _blocks(patient, order)
    ]
    score, d, v, z = (np.concatenate(column) for column in zip(*found, strict=True))
    # the covariances of the patients' scores under the working model are diag(d) + F K F'
    both = np.hstack([v, z])
    zero = np.zeros_like(bread)
    kernel = np.block([[zero, -bread], [-bread, outer]])
    shared = ((both @ kernel) * both).sum(axis=1)
    inside = kernel @ (both.T @ both)
    trace = float((d + shared).sum())
    spread = float((d**2 + 2 * d * shared).sum() + np.trace(inside @ inside))
    variance = float(score @ score)
    if trace <= 0 or spread <= 0 or variance <= 0:
        raise NotEstimable(_("not estimable: no variation left"))
    scale = size[at] if size[at] > 0 else 1.0
    estimate = float(of_term @ (x.T @ (weights * y))) / float(scale)
    se = float(np.sqrt(variance)) / float(scale)
    if se < 1e-12 * (abs(estimate) + 1):
        raise NotEstimable(_("not estimable: no variation left"))
    return Coefficient(estimate, se, trace**2 / spread)


def _blocks(patient: NDArray[Any], order: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for rows in blocks(patient[order]):
        yield order[rows.T]


def _of_block(
    x: Numbers, w: Numbers, rest: Numbers, bread: Numbers, outer: Numbers, of_term: Numbers
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Patients with equally many rows (patients by rows by terms): what each adds to the coefficient's error.

    Returns:
        The score, its variance under the working model, and the two vectors that tie it to the others'.
    """
    crossed = x @ bread @ (x * w[:, :, None]).transpose(0, 2, 1)
    inner = np.eye(x.shape[1]) - crossed - crossed.transpose(0, 2, 1) + x @ outer @ x.transpose(0, 2, 1)
    adjusted = (_inverse_root(inner) @ (w * (x @ of_term))[:, :, None])[:, :, 0]
    score = (adjusted * rest).sum(axis=1)
    through = np.einsum("gmp,gm->gp", x, w * adjusted)
    return score, (adjusted**2).sum(axis=1), through, np.einsum("gmp,gm->gp", x, adjusted)


def _inverse_root(matrices: Numbers) -> Numbers:
    """The power -1/2 of each patient's symmetric matrix, of the part of it that is not 0."""
    values, vectors = np.linalg.eigh((matrices + matrices.transpose(0, 2, 1)) / 2)
    kept = values > _NOTHING * np.maximum(1.0, values.max(axis=1, keepdims=True, initial=0.0))
    roots = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    found: Numbers = (vectors * roots[:, None, :]) @ vectors.transpose(0, 2, 1)
    return found
