"""Missing values of covariates, drawn again and again by chained equations, as R's ``mice``.

Each variable with gaps is drawn in turn from a regression on all others: van Buuren, Flexible Imputation of
Missing Data, 2nd edition, 2018. All draws are made side by side. Input is plain arrays, without any knowledge
of what they mean.

Few rows have a gap. What those without one add to a regression is the same in every draw, and summed once.
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
_LEVEL = 1e-12  # a standard deviation of rounding: the column does not vary


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
    values = np.column_stack([one.values for one in covariates])
    gaps = np.isnan(values)
    filled = np.repeat(values[None], draws, axis=0)
    for at, gap in enumerate(gaps.T):
        filled[:, gap, at] = random.choice(values[~gap, at], (draws, int(gap.sum())))
    lacking = np.flatnonzero(gaps.any(axis=0)).tolist()
    rows = _Rows.of(complete, filled, gaps)
    for _ in range(CYCLES if len(lacking) > 1 else 1):
        for at in lacking:
            drawn = _drawn(covariates[at], gaps[:, at], rows, rows.of_covariates + at, random)
            filled[:, gaps[:, at], at] = drawn
            rows.put(rows.of_covariates + at, gaps[:, at], drawn)
    return filled


@dataclass(frozen=True)
class _Rows:
    """All rows, with columns of ones, of what is complete, and of the covariates, in units of known spreads.

    Those without a gap are ``whole`` (rows by columns); the ``rest`` (draws by rows by columns) differ.
    """

    whole: Numbers
    rest: Numbers
    in_rest: NDArray[np.bool_]
    middle: Numbers
    size: Numbers  # of a column that does not vary 0
    of_covariates: int  # their first column

    @classmethod
    def of(cls, complete: Numbers, filled: Numbers, gaps: NDArray[np.bool_]) -> "_Rows":
        known = np.column_stack([complete, np.where(gaps, np.nan, filled[0])])
        middle, size = np.nanmean(known, axis=0), np.nanstd(known, axis=0)
        size = np.where(size > _LEVEL, size, 0.0)
        unit, in_rest = np.where(size > 0, size, 1.0), np.asarray(gaps.any(axis=1))
        rest = np.concatenate(
            [np.broadcast_to(complete[in_rest], (len(filled), *complete[in_rest].shape)), filled[:, in_rest]],
            axis=2,
        )
        return cls(
            whole=np.column_stack([np.ones(int((~in_rest).sum())), (known[~in_rest] - middle) / unit]),
            rest=np.concatenate([np.ones((*rest.shape[:2], 1)), (rest - middle) / unit], axis=2),
            in_rest=in_rest,
            middle=np.r_[0.0, middle],
            size=np.r_[1.0, size],
            of_covariates=1 + complete.shape[1],
        )

    def put(self, column: int, gap: NDArray[np.bool_], drawn: Numbers) -> None:
        """Drawn values in a column's gaps."""
        if self.size[column]:
            self.rest[:, gap[self.in_rest], column] = (drawn - self.middle[column]) / self.size[column]

    def but(self, column: int) -> NDArray[np.int64]:
        """The columns that vary, and that of ones, without this one."""
        return np.flatnonzero((self.size > 0) & (np.arange(len(self.size)) != column))

    def scaled(self, columns: NDArray[np.int64]) -> Numbers:
        """What turns these columns into each draw's own standard deviations from its own means."""
        sums = (_crossed(self.whole[:, columns]) + _crossed(self.rest[:, :, columns])) / len(self.in_rest)
        spread = np.sqrt(np.diagonal(sums, axis1=1, axis2=2)[:, 1:] - sums[:, 0, 1:] ** 2)
        turning = np.zeros_like(sums)
        at = np.arange(1, len(columns))
        turning[:, 0, 0] = 1
        turning[:, at, at] = 1 / spread
        turning[:, 0, at] = -sums[:, 0, 1:] / spread
        return turning


def _drawn(
    one: Covariate, gap: NDArray[np.bool_], rows: _Rows, column: int, random: np.random.Generator
) -> Numbers:
    """A value for each draw and gap."""
    y = np.concatenate([one.values[~rows.in_rest], one.values[~gap & rows.in_rest]])
    if np.ptp(y) == 0:
        return np.full((len(rows.rest), int(gap.sum())), y[0])
    if one.binary:
        return _of_two(y, gap, rows, column, random)
    low, high = (np.broadcast_to(limit, gap.shape)[gap] for limit in (one.low, one.high))
    return _numbers(y, gap, rows, column, (low, high), random)


def _numbers(
    y: Numbers,
    gap: NDArray[np.bool_],
    rows: _Rows,
    column: int,
    limits: tuple[Numbers, Numbers],
    random: np.random.Generator,
) -> Numbers:
    from scipy.special import ndtr, ndtri

    columns, hidden = rows.but(column), gap[rows.in_rest]
    whole, rest = rows.whole[:, columns], rows.rest[:, :, columns]
    seen, turning = rest[:, ~hidden], rows.scaled(columns)
    draws, terms = len(rest), len(columns)
    of_whole, of_rest = y[: len(whole)], y[len(whole) :]
    squares = turning.transpose(0, 2, 1) @ (_crossed(whole) + _crossed(seen)) @ turning
    squares += _RIDGE * squares * np.eye(terms)
    inverse: Numbers = np.asarray(np.linalg.inv(squares), dtype=np.float64)
    crossed = _product(turning.transpose(0, 2, 1), of_whole @ whole + of_rest @ seen)
    fitted = _product(inverse, crossed)
    told = _product(turning, fitted)
    rss = ((of_whole - told @ whole.T) ** 2).sum(axis=1) + ((of_rest - _product(seen, told)) ** 2).sum(axis=1)
    spread = np.sqrt(rss / random.chisquare(max(len(y) - terms, 1), draws))[:, None]
    drawn_fit = _product(turning, fitted + spread * _normal(inverse, random))
    mean = _product(rest[:, hidden], drawn_fit)
    low, high = limits
    below, above = ndtr((low - mean) / spread), ndtr((high - mean) / spread)
    drawn = mean + spread * ndtri(below + (above - below) * random.random(mean.shape))
    within: Numbers = np.clip(drawn, low, high)
    return within


def _of_two(
    y: Numbers, gap: NDArray[np.bool_], rows: _Rows, column: int, random: np.random.Generator
) -> Numbers:
    from scipy.special import expit

    columns, hidden = rows.but(column), gap[rows.in_rest]
    rest, turning = rows.rest[:, :, columns], rows.scaled(columns)
    at = np.arange(1, len(columns))
    prior = np.zeros((len(rest), len(columns)))
    prior[:, at] = _LOOSE / turning[:, at, at] ** 2
    found = logistic(y, rows.whole[:, columns], rest[:, ~hidden], prior=prior)
    information = turning.transpose(0, 2, 1) @ found.information @ turning
    inverse: Numbers = np.asarray(np.linalg.inv(information), dtype=np.float64)
    fitted = found.coefficients + _product(turning, _normal(inverse, random))
    chances = expit(_product(rest[:, hidden], fitted))
    drawn: Numbers = (random.random(chances.shape) < chances).astype(float)
    return drawn


def _crossed(x: Numbers) -> Numbers:
    found: Numbers = x.swapaxes(-1, -2) @ x
    return found


def _product(matrices: Numbers, vectors: Numbers) -> Numbers:
    found: Numbers = (matrices @ vectors[:, :, None])[:, :, 0]
    return found


def _normal(covariance: Numbers, random: np.random.Generator) -> Numbers:
    """A draw of each covariance, with a mean of 0."""
    root: NDArray[Any] = np.linalg.cholesky((covariance + covariance.transpose(0, 2, 1)) / 2)
    return _product(root, random.standard_normal(covariance.shape[:2]))
