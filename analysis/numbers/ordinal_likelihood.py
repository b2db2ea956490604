"""The likelihood of ordered scores in patients with a random intercept, by quadrature.

`analysis.numbers.ordinal` searches it for its top.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numbers.formulas import Numbers

_MODE_STEPS = 50
_FURTHEST = 2.0  # standard deviations that one step to a patient's mode may go


def logistic(values: Numbers) -> Numbers:
    """1 / (1 + exp(-values))."""
    from scipy.special import expit

    chances: Numbers = expit(values)
    return chances


@dataclass(frozen=True)
class Nodes:
    """Where each patient's intercept is looked at (v, patients by nodes), and each one's log weight."""

    v: Numbers
    log_weight: Numbers


@dataclass(frozen=True)
class Informed:
    """The log-likelihood, its gradient, the observed information and each patient's part in the gradient."""

    log_likelihood: float
    gradient: Numbers
    information: Numbers
    scores: Numbers


@dataclass(frozen=True)
class OrderedScores:
    """Levels by patient. ``over @ point`` is the threshold above less the terms, ``under @ point`` below.

    With a and b less the patient's point[0] v, log P = log F(a) + log(1 - F(b)) + log(1 - exp(b - a)), in
    which nothing cancels. The first parameter, the patients' standard deviation, has a column of zeros.
    """

    over: Numbers  # n by parameters
    under: Numbers
    level: NDArray[np.int64]
    starts: NDArray[np.int64]
    of_row: NDArray[np.int64]

    @classmethod
    def of(cls, level: NDArray[np.int64], terms: Numbers, patient: NDArray[Any]) -> "OrderedScores":
        """Of rows in the order of their patients; levels count from 0, and none is left out."""
        changes = np.r_[True, patient[1:] != patient[:-1]]
        top = int(level.max())
        places, none = np.eye(top), np.zeros((len(level), 1))
        over = np.column_stack([none, places[np.minimum(level, top - 1)], -terms])
        under = np.column_stack([none, places[np.maximum(level - 1, 0)], -terms])
        over[level == top], under[level == 0] = 0.0, 0.0
        return cls(over, under, level, np.flatnonzero(changes), np.cumsum(changes) - 1)

    @property
    def patients(self) -> int:
        return len(self.starts)

    @cached_property
    def thresholds(self) -> int:
        return int(self.level.max())

    def with_own_lowest(self, terms: Numbers) -> "OrderedScores":
        """With further coefficients, last, of these terms at the lowest threshold alone."""
        over = np.column_stack([self.over, -terms * (self.level == 0)[:, None]])
        under = np.column_stack([self.under, -terms * (self.level == 1)[:, None]])
        return replace(self, over=over, under=under)

    def modes(self, point: Numbers, v: Numbers) -> Numbers:
        """The likeliest v of each patient, by Newton's steps from these: the likelihood is concave in it."""
        above, below = self._ends(point)
        for _ in range(_MODE_STEPS):
            a, b = self._chances(above, below, point[0] * v)
            step = (point[0] * self._summed(a + b - 1) - v) / self._curvature(point, a, b)
            v = v + np.clip(step, -_FURTHEST, _FURTHEST)
            if np.abs(step).max() < 1e-6:
                break
        return v

    def nodes(self, point: Numbers, modes: Numbers, count: int) -> Nodes:
        """Gauss and Hermite's nodes round the modes, as wide as the likelihood is there."""
        x, weight = np.polynomial.hermite.hermgauss(count)
        a, b = self._chances(*self._ends(point), point[0] * modes)
        width = np.sqrt(2 / self._curvature(point, a, b))[:, None]
        v = modes[:, None] + width * x
        return Nodes(v, np.log(weight) + x**2 + np.log(width) - v**2 / 2 - 0.5 * np.log(2 * np.pi))

    def log_likelihood(self, point: Numbers, nodes: Nodes) -> float:
        """Minus infinity where thresholds cross."""
        if (np.diff(point[1 : 1 + self.thresholds]) <= 0).any():
            return -np.inf
        return float(self._shares(point, nodes)[1].sum())

    def informed(self, point: Numbers, nodes: Nodes) -> Informed:
        """The likelihood with these nodes, with its exact derivatives."""
        share, of_patients = self._shares(point, nodes)
        above, below = self._ends(point)
        gap = 1 / np.expm1(above - below)
        between = gap[:, None] * (self.over - self.under)
        size = len(point)
        parts = np.empty((nodes.v.shape[1], self.patients, size))
        spread = np.zeros((3, len(self.level)))  # of a and of b, and of both by v squared
        across = np.zeros((2, len(self.level)))  # the first two by v
        for at, v in enumerate(nodes.v.T):
            a, b = self._chances(above, below, point[0] * v)
            part = self._summed((1 - a)[:, None] * self.over - b[:, None] * self.under + between)
            part[:, 0] = v * self._summed(a + b - 1)
            parts[at] = part
            weight, own = share[self.of_row, at], v[self.of_row]
            of_a, of_b = weight * a * (1 - a), weight * b * (1 - b)
            spread += of_a, of_b, own**2 * (of_a + of_b)
            across += own * of_a, own * of_b
        scores = np.einsum("ik,kip->ip", share, parts)
        rest = (np.sqrt(share.T)[:, :, None] * (parts - scores)).reshape(-1, size)
        apart = self.over - self.under
        information = (
            self.over.T @ (spread[0][:, None] * self.over)
            + self.under.T @ (spread[1][:, None] * self.under)
            + apart.T @ ((gap + gap**2)[:, None] * apart)
            - rest.T @ rest
        )
        crossed = self.over.T @ across[0] + self.under.T @ across[1]
        information[0] -= crossed
        information[:, 0] -= crossed
        information[0, 0] += spread[2].sum()
        return Informed(float(of_patients.sum()), scores.sum(axis=0), information, scores)

    def of_spread(self, point: Numbers, nodes: Nodes, along: Numbers) -> Numbers:
        """Each patient's score of the variance of slopes along these n values, where that variance is 0."""
        share = self._shares(point, nodes)[0]
        above, below = self._ends(point)
        scores = np.zeros(self.patients)
        for at, v in enumerate(nodes.v.T):
            a, b = self._chances(above, below, point[0] * v)
            first = self._summed(along * (a + b - 1))
            scores += share[:, at] * (first**2 - self._summed(along**2 * (a * (1 - a) + b * (1 - b)))) / 2
        return scores

    def _ends(self, point: Numbers) -> tuple[Numbers, Numbers]:
        above = np.where(self.level == self.thresholds, np.inf, self.over @ point)
        below = np.where(self.level == 0, -np.inf, self.under @ point)
        return above, below

    def _chances(self, above: Numbers, below: Numbers, u: Numbers) -> tuple[Numbers, Numbers]:
        return logistic(above - u[self.of_row]), logistic(below - u[self.of_row])

    def _curvature(self, point: Numbers, a: Numbers, b: Numbers) -> Numbers:
        curvature: Numbers = 1 + point[0] ** 2 * self._summed(a * (1 - a) + b * (1 - b))
        return curvature

    def _summed(self, values: Numbers) -> Numbers:
        summed: Numbers = np.add.reduceat(values, self.starts, axis=0)
        return summed

    def _shares(self, point: Numbers, nodes: Nodes) -> tuple[Numbers, Numbers]:
        """Each node's share of its patient's likelihood, and the log of that likelihood."""
        from scipy.special import log_expit, logsumexp

        above, below = self._ends(point)
        u = point[0] * nodes.v[self.of_row]
        of_rows = log_expit(above[:, None] - u) + log_expit(u - below[:, None])
        of_rows += np.log(-np.expm1(below - above))[:, None]
        logs = self._summed(of_rows) + nodes.log_weight
        whole: Numbers = logsumexp(logs, axis=1)
        return np.exp(logs - whole[:, None]), whole
