"""Missing values of covariates, drawn again and again by chained equations, as R's ``mice``.

Each variable with gaps is drawn in turn from a regression on all others: van Buuren, Flexible Imputation of
Missing Data, 2nd edition, 2018. All draws are made side by side. Input is plain arrays, without any knowledge
of what they mean.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numbers.formulas import Numbers
from analysis.numbers.logistic import logistic

DRAWS, CYCLES, SEED = 20, 10, 20261201
_RIDGE = 1e-5  # relative: terms that say the same stay solvable, as in mice
_LOOSE = 0.1  # precision of a normal prior on log odds per standard deviation: they stay finite


@dataclass(frozen=True)
class Covariate:
    """n values, missing as nan. ``binary``: 0 and 1. Missing ones are known to lie from low to high."""

    values: Numbers
    binary: bool = False
    low: Numbers | float = -np.inf
    high: Numbers | float = np.inf


def imputed(
    covariates: list[Covariate], complete: Numbers, *, draws: int = DRAWS, seed: int = SEED
) -> Numbers:
    """The covariates with drawn values in place of what is missing.

    Numbers by Bayesian linear regression (``mice.impute.norm``), within their limits; 0 and 1 by Bayesian
    logistic regression (``mice.impute.logreg``). The regressors are the other covariates and ``complete`` (n
    by q, in which what is estimated later must stand). Every covariate has some values.

    Returns:
        draws by n by covariates. The same input gives the same numbers.
    """
    random = np.random.default_rng(seed)
    gaps = [np.isnan(one.values) for one in covariates]
    filled = np.empty((draws, len(complete), len(covariates)))
    for at, (one, gap) in enumerate(zip(covariates, gaps, strict=True)):
        filled[:, :, at] = one.values
        filled[:, gap, at] = random.choice(one.values[~gap], (draws, int(gap.sum())))
    lacking = [at for at, gap in enumerate(gaps) if gap.any()]
    known = np.broadcast_to(complete, (draws, *complete.shape))
    for _ in range(CYCLES if len(lacking) > 1 else 1):
        for at in lacking:
            others = np.concatenate([known, np.delete(filled, at, axis=2)], axis=2)
            filled[:, gaps[at], at] = _drawn(covariates[at], gaps[at], _standard(others), random)
    return filled


def _standard(x: Numbers) -> Numbers:
    """With a column of ones, and only columns that vary in every draw, in standard deviations."""
    spread = x.std(axis=1, keepdims=True)
    varies = (spread > 1e-12).all(axis=(0, 1))
    scaled = (x - x.mean(axis=1, keepdims=True))[:, :, varies] / spread[:, :, varies]
    return np.concatenate([np.ones((*x.shape[:2], 1)), scaled], axis=2)


def _drawn(one: Covariate, gap: NDArray[np.bool_], x: Numbers, random: np.random.Generator) -> Numbers:
    """A value for each draw and gap."""
    seen, y = x[:, ~gap], one.values[~gap]
    if np.ptp(y) == 0:
        return np.full((len(x), int(gap.sum())), y[0])
    if one.binary:
        return _of_two(y, seen, x[:, gap], random)
    low, high = (np.broadcast_to(limit, gap.shape)[gap] for limit in (one.low, one.high))
    return _numbers(y, seen, x[:, gap], (low, high), random)


def _numbers(
    y: Numbers, seen: Numbers, unseen: Numbers, limits: tuple[Numbers, Numbers], random: np.random.Generator
) -> Numbers:
    from scipy.special import ndtr, ndtri

    draws, n, terms = seen.shape
    squares = seen.transpose(0, 2, 1) @ seen
    squares += _RIDGE * squares * np.eye(terms)
    inverse: Numbers = np.asarray(np.linalg.inv(squares), dtype=np.float64)
    fitted = (inverse @ (seen.transpose(0, 2, 1) @ y)[:, :, None])[:, :, 0]
    rest = y - (seen @ fitted[:, :, None])[:, :, 0]
    spread = np.sqrt((rest**2).sum(axis=1) / random.chisquare(max(n - terms, 1), draws))[:, None]
    mean = _product(unseen, fitted + spread * _normal(inverse, random))
    low, high = limits
    below, above = ndtr((low - mean) / spread), ndtr((high - mean) / spread)
    drawn = mean + spread * ndtri(below + (above - below) * random.random(mean.shape))
    within: Numbers = np.clip(drawn, low, high)
    return within


def _of_two(y: Numbers, seen: Numbers, unseen: Numbers, random: np.random.Generator) -> Numbers:
    from scipy.special import expit

    found = logistic(y, seen, prior=_LOOSE)
    inverse: Numbers = np.asarray(np.linalg.inv(found.information), dtype=np.float64)
    fitted = found.coefficients + _normal(inverse, random)
    drawn: Numbers = (random.random((len(seen), unseen.shape[1])) < expit(_product(unseen, fitted))).astype(
        float
    )
    return drawn


def _product(matrices: Numbers, vectors: Numbers) -> Numbers:
    found: Numbers = (matrices @ vectors[:, :, None])[:, :, 0]
    return found


def _normal(covariance: Numbers, random: np.random.Generator) -> Numbers:
    """A draw of each covariance, with a mean of 0."""
    root: NDArray[Any] = np.linalg.cholesky((covariance + covariance.transpose(0, 2, 1)) / 2)
    return _product(root, random.standard_normal(covariance.shape[:2]))
