"""How far unanswered scores would have to lie from what is likely to turn a mixed model's term.

Unanswered scores are drawn from the model given the patient's own answers (missing at random), then all are
shifted by the same amount (delta adjustment: Carpenter, Roger and Kenward, J Biopharm Stat 2013;23:1352). The
term is estimated on the filled-in data, by generalised least squares with the model's variances and Rubin's
rules.
Since the estimate is linear in the scores, the shift at which its interval meets 0 needs no search.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numbers.formulas import Numbers
from analysis.numbers.rubin import barnard_rubin, more

DRAWS, SEED = 20, 20240607


@dataclass(frozen=True)
class Rows:
    """Answered and unanswered visits: y (missing where unanswered), x (n by p), z (n by q), patient codes."""

    y: Numbers
    x: Numbers
    z: Numbers
    patient: NDArray[np.int64]


@dataclass(frozen=True)
class Tipping:
    """The term with unanswered scores drawn at random, and the shift of them at which its interval meets 0.

    ``shift`` is in points, None where no shift can do it; 0 where the interval holds 0 already.
    """

    estimate: float
    low: float
    high: float
    shift: float | None


def tipping(rows: Rows, term: int, random_covariance: Numbers, sigma: float, df: float) -> Tipping:
    """The tipping point of column ``term`` of x.

    Args:
        random_covariance: q by q, of the patients' random terms; sigma: of the residual.
        df: degrees of freedom of the term where nothing is missing.
    """
    from scipy.special import stdtrit

    blocks = _Blocks.of(rows, random_covariance, sigma)
    draws = blocks.estimates(np.random.default_rng(SEED))[:, term]
    within = float(blocks.covariance[term, term])
    between = more(draws)
    total = within + between
    freedom = barnard_rubin(within, between, df, DRAWS)
    half = float(stdtrit(freedom, 0.975)) * np.sqrt(total)
    estimate = float(draws.mean())
    low, high = estimate - half, estimate + half
    moved = float(blocks.solved(np.isnan(rows.y).astype(np.float64))[term])  # by a shift of one point
    if low <= 0 <= high:
        return Tipping(estimate, low, high, 0.0)
    nearest = low if estimate > 0 else high
    return Tipping(estimate, low, high, -nearest / moved if abs(moved) > 1e-12 else None)


def estimates_of(
    rows: Rows, designs: Numbers, random_covariance: Numbers, sigma: float
) -> tuple[Numbers, Numbers]:
    """Generalised least squares with these variances, for each of several designs of the same answered rows.

    Args:
        designs: d by n by p. The rest as in ``tipping``.

    Returns:
        The estimates (d by p), and their errors.
    """
    blocks = _Blocks.of(rows, random_covariance, sigma)
    found = []
    for design in designs:
        x = np.zeros((*blocks.y.shape, design.shape[1]))
        x[blocks.at] = design
        weighted = blocks.inverse @ x
        covariance = np.linalg.inv(_summed(weighted, x))
        found.append((covariance @ _summed(weighted, blocks.y), np.sqrt(np.diag(covariance))))
    estimates, errors = (np.array(values) for values in zip(*found, strict=True))
    return estimates, errors


@dataclass(frozen=True)
class _Blocks:
    """The patients' visits side by side, with as many places as the most of one; ``here`` has a visit."""

    at: tuple[NDArray[Any], NDArray[Any]]  # patient and place of each row
    y: Numbers
    x: Numbers
    here: NDArray[np.bool_]
    answered: NDArray[np.bool_]
    z: Numbers
    random: Numbers  # the factor of the random terms' covariance
    sigma: float
    inverse: Numbers  # of the covariance of all places of a patient
    inverse_answered: Numbers
    weighted: Numbers  # x times the inverse
    covariance: Numbers  # of the estimates, from all visits

    @classmethod
    def of(cls, rows: Rows, random_covariance: Numbers, sigma: float) -> "_Blocks":
        order = np.argsort(rows.patient, kind="stable")
        place = np.empty(len(order), dtype=np.int64)
        sizes = np.bincount(rows.patient)
        place[order] = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        shape, at = (len(sizes), int(sizes.max())), (rows.patient, place)

        def spread(values: NDArray[Any]) -> NDArray[Any]:
            grid = np.zeros((*shape, *values.shape[1:]), dtype=values.dtype)
            grid[at] = values
            return grid

        here = spread(np.ones(len(rows.y), dtype=bool))
        answered = spread(~np.isnan(rows.y))
        x, z = spread(rows.x), spread(rows.z)
        full = z @ random_covariance @ z.transpose(0, 2, 1) + sigma**2 * np.eye(shape[1])
        inverse, inverse_answered = (_inverse(full, part) for part in (here, answered))
        weighted = inverse @ x
        covariance = np.asarray(np.linalg.inv(_summed(weighted, x)), dtype=np.float64)
        return cls(
            at,
            spread(np.nan_to_num(rows.y)),
            x,
            here,
            answered,
            z,
            _root(random_covariance),
            sigma,
            inverse,
            inverse_answered,
            weighted,
            covariance,
        )

    def solved(self, scores: Numbers) -> Numbers:
        """The estimates where the visits have these scores."""
        grid = np.zeros_like(self.y)
        grid[self.at] = scores
        return self._solved(grid)

    def _solved(self, grid: Numbers) -> Numbers:
        estimates: Numbers = self.covariance @ _summed(self.weighted, grid)
        return estimates

    def estimates(self, random: np.random.Generator) -> Numbers:
        """A row of estimates for each draw of the unanswered scores."""
        weighted = self.inverse_answered @ self.x
        seen = np.asarray(np.linalg.inv(_summed(weighted, self.x)), dtype=np.float64)
        fixed = seen @ _summed(weighted, np.where(self.answered, self.y, 0.0))
        root, of_patient = _root(seen), self.z @ self.random
        towards = of_patient @ of_patient.transpose(0, 2, 1) @ self.inverse_answered
        found = []
        for _ in range(DRAWS):
            mean = self.x @ (fixed + root @ random.standard_normal(len(fixed)))
            own = np.einsum("itq,iq->it", of_patient, random.standard_normal(of_patient[:, 0].shape))
            drawn = mean + own + self.sigma * random.standard_normal(self.y.shape)
            # a free draw is moved to what the patient did answer
            off = np.where(self.answered, self.y - drawn, 0.0)
            moved = drawn + (towards @ off[:, :, None])[:, :, 0]
            found.append(self._solved(np.where(self.answered, self.y, np.where(self.here, moved, 0.0))))
        return np.array(found)


def _summed(weighted: Numbers, values: Numbers) -> Numbers:
    """The sum over patients and places of the products: p by p, or p where there is one value a place."""
    terms = weighted.shape[2]
    found: Numbers = weighted.reshape(-1, terms).T @ values.reshape(-1, *values.shape[2:])
    return found


def _inverse(full: Numbers, part: NDArray[np.bool_]) -> Numbers:
    """The inverse of the covariance of some places, with zeros elsewhere."""
    both = part[:, :, None] & part[:, None, :]
    inside = np.where(both, full, np.eye(full.shape[1]))
    inverse: Numbers = np.where(both, np.linalg.inv(inside), 0.0)
    return inverse


def _root(covariance: Numbers) -> Numbers:
    """A matrix whose square is the covariance, which may be singular."""
    values, vectors = np.linalg.eigh(covariance)
    root: Numbers = vectors * np.sqrt(np.clip(values, 0, None))
    return root
