"""The share to whom something has happened by a day, though it is only seen at the next look."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from analysis.numbers.formulas import Numbers

_CHI_SQUARE = 3.841458820694124  # its 95 % point, of one degree of freedom
_ROUNDS, _SETTLED = 5000, 1e-10
_TESTED = 600  # rounds, after which a ratio of likelihoods stays within 0.1 of its end
_LOOKED = 20  # rounds between two looks whether it holds already
_STEPS, _HALVINGS = 100, 14  # rounds of each halving, which go on from where the one before ended
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
    """The share with the event, of patients without one at the first entry.

    Each mass of the event comes after ``since`` and by ``day`` (both rising); with it ``share`` have it.
    Looks do not say when in between: there the share is on a straight line.
    """

    looks: Looks
    since: Numbers
    day: Numbers
    share: Numbers
    log_likelihood: float

    def at(self, day: float) -> float:
        passed = np.clip((day - self.since) / (self.day - self.since), 0, 1)
        return float(self._masses @ passed)

    def interval(self, day: float) -> tuple[float, float]:
        """A 95 % interval of the share by that day, as of ``intervals``."""
        return self.intervals([day])[0]

    def intervals(self, days: Sequence[float]) -> list[tuple[float, float]]:
        """A 95 % interval of the share by each of the days.

        These are all the shares under which the likelihood can be as high as exp(-3.84 / 2) of its highest:
        the other masses are then as fits best, and may lie on any day that looks allow (Thomas & Grunkemeier,
        J Am Stat Assoc 1975;70:865, of days that are known).
        """
        by = np.repeat(np.asarray(days, np.float64), 2)
        inside = np.array([self._possible(day) for day in days]).ravel()
        outside = np.tile([0.0, 1.0], len(days))
        points = _Points.around(self.looks, by)
        mass = points.even(len(by))
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2
            mass = points.fitted(mass, _STEPS, by, middle)
            holds = self._holds(points.log_likelihood(mass))
            inside, outside = np.where(holds, middle, inside), np.where(holds, outside, middle)
        return [(float(low), float(high)) for low, high in inside.reshape(-1, 2)]

    def median(self) -> tuple[int | None, int | None, int | None]:
        """The first whole day by which half have it, and a 95 % interval of that day; None: never.

        The interval is of the days by which a half may have it, as of ``intervals`` (Brookmeyer & Crowley,
        Biometrics 1982;38:29).
        """
        last = ceil(self.day[-1]) if len(self.day) else 0
        half = np.flatnonzero(self.share >= 0.5 - 1e-9)
        if not len(half):
            low = 1 + _first(last, lambda at: self._may_be_half(1 + at))
            return None, low if low <= last else None, None
        at = int(half[0])
        passed = min(1 - (self.share[at] - 0.5) / self._masses[at], 1.0)
        found = ceil(self.since[at] + passed * (self.day[at] - self.since[at]) - 1e-6)
        low = 1 + _first(found - 1, lambda at: self._may_be_half(1 + at))
        high = found + 1 + _first(last - found, lambda at: not self._may_be_half(found + 1 + at))
        return found, low, high if high <= last else None

    @property
    def _masses(self) -> Numbers:
        return np.diff(self.share, prepend=0.0)

    def _possible(self, day: float) -> tuple[float, float]:
        """The share by that day if the masses around it come as late, and as early, as they may."""
        masses = self._masses
        return float(masses[self.day <= day].sum()), float(masses[self.since < day].sum())

    def _holds(self, log_likelihood: Numbers) -> Flags:
        found: Flags = 2 * (self.log_likelihood - log_likelihood) <= _CHI_SQUARE
        return found

    def _may_be_half(self, day: int) -> bool:
        by = np.array([float(day)])
        points = _Points.around(self.looks, by)
        mass = points.even(1)
        for _ in range(_TESTED // _LOOKED):
            mass = points.fitted(mass, _LOOKED, by, np.array([0.5]))
            if self._holds(points.log_likelihood(mass))[0]:
                return True  # no round lowers the likelihood
        return False


def _first(count: int, holds: Callable[[int], bool]) -> int:
    """The first of so many numbers from 0 on that holds, where all later ones do; ``count`` if none does."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def incidence(looks: Looks) -> Incidence:
    """The cumulative incidence by maximum likelihood without a model.

    Turnbull's self-consistency (J R Stat Soc B 1976;38:290) with masses of the event at the days ``by``, of
    the other event at its days, and a rest that has neither; who entered later stands for those who had
    an event before and were never seen (left truncation). Where nothing is interval-censored it is the
    Aalen–Johansen estimate.
    """
    since, seen = _innermost(looks)
    points = _Points.of(looks, seen)
    mass = points.fitted(points.even(1), _ROUNDS)
    share = np.cumsum(mass[0, : len(seen)])
    return Incidence(looks, since, seen, share, float(points.log_likelihood(mass)[0]))


def _innermost(looks: Looks) -> tuple[Numbers, Numbers]:
    """Between which days the event can have a mass: ends ``by``, with a beginning after the end before."""
    waited = np.isinf(looks.other)
    ends = np.unique(looks.by[np.isfinite(looks.by) & waited])
    begins = np.unique(np.concatenate([looks.after[waited], looks.entered, looks.other[~waited]]))
    before = np.concatenate([[-_NEVER], ends[:-1]])
    last = begins[np.maximum(np.searchsorted(begins, ends, side="left") - 1, 0)]
    innermost = (last >= before) & (last < ends)
    return last[innermost], ends[innermost]


@dataclass(frozen=True)
class _Points:
    """The days that can have a mass, those of the event (``events``) first, and what patients tell of them.

    ``may``: on which a patient may have had it; ``gone``: up to which nobody looked at the patient yet. The
    distinct rows of both, each with the number of patients.
    """

    day: Numbers
    events: int
    may: Numbers
    have: Numbers
    gone: Numbers
    late: Numbers

    @classmethod
    def of(cls, looks: Looks, seen: Numbers) -> "_Points":
        others = np.unique(looks.other[np.isfinite(looks.other)])
        day = np.concatenate([seen, others, [_NEVER]])
        is_event = np.arange(len(day)) < len(seen)
        is_other = ~is_event & np.isfinite(day)
        without = np.isinf(looks.other)[:, None]
        within = is_event & (day > looks.after[:, None]) & (day <= looks.by[:, None])
        beyond = np.isinf(looks.by)[:, None] & (day > looks.after[:, None])
        beyond[:, -1] |= np.isinf(looks.by)  # who is never to have it
        seen_to = np.where(np.isinf(looks.by)[:, None], beyond, within)
        may = np.where(without, seen_to, is_other & (day == looks.other[:, None]))
        return cls(day, len(seen), *_alike(may), *_alike(day <= looks.entered[:, None]))

    @classmethod
    def around(cls, looks: Looks, days: Numbers) -> "_Points":
        """With masses on and just after these days, where they are if the share by then is another."""
        both = np.concatenate([days, np.nextafter(days, _NEVER)])
        return cls.of(looks, np.union1d(_innermost(looks)[1], both))

    def even(self, sets: int) -> Numbers:
        return np.full((sets, len(self.day)), 1 / len(self.day))

    def fitted(
        self, mass: Numbers, rounds: int, by: Numbers | None = None, share: Numbers | None = None
    ) -> Numbers:
        """The masses (sets by days), as expected of themselves; with ``share`` so many by the day ``by``."""
        truncated = bool(self.gone.any())
        early = None if by is None else (np.arange(len(self.day)) < self.events) & (self.day <= by[:, None])
        for _ in range(rounds):
            own = self.have / np.maximum(mass @ self.may.T, 1e-300)
            expected = mass * (own @ self.may)
            if truncated:
                left = self.late / np.maximum(1 - mass @ self.gone.T, 1e-12)
                expected += mass * (left @ self.gone)
            if early is None or share is None:
                new = expected / expected.sum(axis=1, keepdims=True)
            else:
                new = _parted(expected, early, share)
            moved = float(np.abs(new - mass).max())
            mass = new
            if moved < _SETTLED:
                break
        return mass

    def log_likelihood(self, mass: Numbers) -> Numbers:
        told = np.log(np.maximum(mass @ self.may.T, 1e-300)) @ self.have
        seen = np.log(np.maximum(1 - mass @ self.gone.T, 1e-12)) @ self.late
        found: Numbers = told - seen
        return found


def _parted(expected: Numbers, early: Flags, share: Numbers) -> Numbers:
    """The masses in proportion to what is expected, so many of them early."""
    sums = np.where(early, expected, 0).sum(axis=1), np.where(early, 0, expected).sum(axis=1)
    scale = (part / np.maximum(of, 1e-300) for part, of in zip((share, 1 - share), sums, strict=True))
    first, rest = (one[:, None] for one in scale)
    found: Numbers = expected * np.where(early, first, rest)
    return found


def _alike(rows: Flags) -> tuple[Numbers, Numbers]:
    """The distinct rows as numbers, and how many patients have each.

    Days repeat, so that many patients share a row. Few patients cost little as they are, and the last digit
    of a report of theirs stays what it was in reports made before.
    """
    if len(rows) < _MANY:
        return rows.astype(np.float64), np.ones(len(rows))
    _, first, counts = np.unique(np.packbits(rows, axis=1), axis=0, return_index=True, return_counts=True)
    return rows[first].astype(np.float64), counts.astype(np.float64)
