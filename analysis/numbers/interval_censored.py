"""The share to whom something has happened by a day, though it is only seen at the next look."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.numbers.formulas import Numbers

DRAWS, SEED = 100, 20261130
_ROUNDS, _SETTLED = 5000, 1e-10
_OF_DRAWS = 150  # rounds of a draw, which begins where all patients ended
_NEVER = np.inf
_MANY = 1000  # patients, from whom on those with the same days are counted together

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Looks:
    """Patients by row, in days. The event lies after ``after`` and at or before ``by``.

    ``by`` is infinite where it was never seen: no event up to ``after``. ``entered`` is when a patient came
    under observation, from when on an event could be seen. ``other`` is the day of an event that ends the
    waiting (infinite without one); there ``after`` and ``by`` do not count.
    """

    entered: Numbers
    after: Numbers
    by: Numbers
    other: Numbers

    def __len__(self) -> int:
        return len(self.entered)

    def lost_never(self, lost: Flags) -> "Looks":
        """As if those lost had no event, ever."""
        return replace(self, after=np.where(lost, _NEVER, self.after))

    def lost_at_once(self, lost: Flags) -> "Looks":
        """As if those lost had the event the day after they were last seen."""
        return replace(self, by=np.where(lost, self.after + 1, self.by))


@dataclass(frozen=True)
class Incidence:
    """``share`` of ``day`` (rising) by then, of patients without an event at the first entry."""

    day: Numbers
    share: Numbers
    drawn: Numbers  # the same of each draw of patients, draws by days

    def at(self, day: float) -> float:
        return float(self._at(self.share[None, :], day)[0])

    def interval(self, day: float) -> tuple[float, float]:
        """The middle 95 % of the draws."""
        low, high = np.quantile(self._at(self.drawn, day), [0.025, 0.975])
        return float(low), float(high)

    def median(self) -> tuple[float | None, float | None, float | None]:
        """The first day by which half have it, with the middle 95 % of the draws; None: never."""
        reached = np.array([self._half(share) for share in self.drawn])
        low, high = (float(np.sort(reached)[at]) for at in (int(0.025 * DRAWS), int(0.975 * DRAWS)))
        found = (self._half(self.share), low, high)
        first, second, third = (None if np.isinf(value) else float(value) for value in found)
        return first, second, third

    def _at(self, shares: Numbers, day: float) -> Numbers:
        up_to = int(np.searchsorted(self.day, day, side="right"))
        found: Numbers = shares[:, up_to - 1] if up_to else np.zeros(len(shares))
        return found

    def _half(self, share: Numbers) -> float:
        at = np.flatnonzero(share >= 0.5 - 1e-9)
        return float(self.day[at[0]]) if len(at) else _NEVER


def incidence(looks: Looks, *, draws: bool = True) -> Incidence:
    """The cumulative incidence by maximum likelihood without a model, and its draws.

    Turnbull's self-consistency (J R Stat Soc B 1976;38:290) with masses of the event at the days ``by``, of
    the other event at its days, and a rest that has neither; who entered later stands for those who had
    an event before and were never seen (left truncation). Where nothing is interval-censored it is the
    Aalen–Johansen estimate. Draws take patients with replacement from a fixed seed.
    """
    seen, others = _innermost(looks), np.unique(looks.other[np.isfinite(looks.other)])
    day = np.concatenate([seen, others, [_NEVER]])
    is_event = np.arange(len(day)) < len(seen)
    is_other = ~is_event & np.isfinite(day)
    without = np.isinf(looks.other)[:, None]
    within = is_event & (day > looks.after[:, None]) & (day <= looks.by[:, None])
    beyond = np.isinf(looks.by)[:, None] & (day > looks.after[:, None])
    beyond[:, -1] |= np.isinf(looks.by)  # who is never to have it
    seen_to = np.where(np.isinf(looks.by)[:, None], beyond, within)
    may = np.where(without, seen_to, is_other & (day == looks.other[:, None]))
    gone = day <= looks.entered[:, None]
    whole = _masses(may, gone, np.ones((1, len(looks))), np.full((1, len(day)), 1 / len(day)), _ROUNDS)
    share = np.cumsum(whole[:, : len(seen)], axis=1)
    drawn = np.repeat(share, DRAWS, axis=0)
    if draws:
        random = np.random.default_rng(SEED)
        weights = random.multinomial(len(looks), np.full(len(looks), 1 / len(looks)), DRAWS).astype(
            np.float64
        )
        start = np.maximum(np.repeat(whole, DRAWS, axis=0), 1e-6)
        drawn = np.cumsum(_masses(may, gone, weights, start, _OF_DRAWS)[:, : len(seen)], axis=1)
    return Incidence(seen, share[0], drawn)


def _innermost(looks: Looks) -> Numbers:
    """The days that can have a mass of the event: ends ``by`` with a beginning after the end before them."""
    waited = np.isinf(looks.other)
    ends = np.unique(looks.by[np.isfinite(looks.by) & waited])
    begins = np.unique(np.concatenate([looks.after[waited], looks.entered, looks.other[~waited]]))
    before = np.concatenate([[-_NEVER], ends[:-1]])
    last = begins[np.maximum(np.searchsorted(begins, ends, side="left") - 1, 0)]
    found: Numbers = ends[(last >= before) & (last < ends)] if len(ends) else ends
    return found


def _masses(may: Flags, gone: Flags, weights: Numbers, start: Numbers, rounds: int) -> Numbers:
    """The masses of each set of weights (sets by days), as expected of themselves."""
    of_may, by_may = _alike(may, weights)
    of_gone, by_gone = _alike(gone, weights)
    mass: Numbers = start / start.sum(axis=1, keepdims=True)
    truncated = bool(gone.any())
    for _ in range(rounds):
        own = by_may / np.maximum(mass @ of_may.T, 1e-300)
        expected = mass * (own @ of_may)
        if truncated:
            left = by_gone / np.maximum(1 - mass @ of_gone.T, 1e-12)
            expected += mass * (left @ of_gone)
        new = expected / expected.sum(axis=1, keepdims=True)
        moved = float(np.abs(new - mass).max())
        mass = new
        if moved < _SETTLED:
            break
    return mass


def _alike(rows: Flags, weights: Numbers) -> tuple[Numbers, Numbers]:
    """The distinct rows as numbers, and for each set of weights the sum of those who have the row.

    Days repeat, so that many patients share a row. Few patients cost little as they are, and the last digit
    of a report of theirs stays what it was in reports made before.
    """
    if len(rows) < _MANY:
        return rows.astype(np.float64), weights
    _, first, which = np.unique(np.packbits(rows, axis=1), axis=0, return_index=True, return_inverse=True)
    summed = [np.bincount(which.ravel(), of_set, len(first)) for of_set in weights]
    return rows[first].astype(np.float64), np.array(summed)
