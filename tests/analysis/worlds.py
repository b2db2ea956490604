"""Registries whose truth is known: what may be concluded from each, and what must not be.

Every world is drawn by its seed. `analysis.results` is asked what it tells; `tests/proofs/test_worlds.py`
counts over many draws how often that is right.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from analysis.data.frame import StudyFrames
from tests.analysis.studies import Patient, study

SPREAD = 15.0  # standard deviation of first scores
FIRST = date(2022, 1, 3)
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """A registry drawn by a seed; ``effect`` is the true difference that ``family`` makes to FaCE total."""

    draw: Callable[[np.random.Generator], StudyFrames]
    family: str
    effect: float
    identifiable: bool = True


@dataclass
class _Visit:
    day: int
    usual: float  # what the patient's face is like at that time, without a passing dip
    face: float


def _patients(
    rng: np.random.Generator,
    *,
    patients: int,
    kind: str,
    effect: float,
    begins: Callable[[np.random.Generator, list[_Visit], int], bool],
    recovery: float = 0.0,
    onset_days: Callable[[np.random.Generator], float] = lambda rng: 10 ** rng.uniform(2.6, 3.8),
    visits: int = 6,
    gap: int = 120,
) -> StudyFrames:
    """Patients seen every ``gap`` days; after each visit ``begins`` says whether the treatment starts."""
    made = []
    for number in range(patients):
        onset = int(onset_days(rng))
        level = rng.normal(50, SPREAD * 0.8)
        seen: list[_Visit] = []
        started: int | None = None
        for at in range(visits):
            day = at * gap + int(rng.integers(-15, 16)) * (at > 0)
            usual = level + recovery * np.log2(1 + day / 365.25)
            treated = effect if started is not None and day >= started + 14 else 0.0
            seen.append(_Visit(day, usual, usual + treated + rng.normal(0, SPREAD * 0.6)))
            if started is None and begins(rng, seen, onset):
                started = day + int(rng.integers(5, 31))
        made.append(
            Patient(
                f"P{number:04}",
                [(_day(one.day), {"face.total": float(np.clip(one.face, 0, 100))}) for one in seen],
                onset=_day(-onset),
                treatments=[] if started is None else [(kind, _day(started))],
                birth_year=int(rng.integers(1940, 2000)),
                sex="female" if rng.random() < 0.6 else "male",
            )
        )
    return study(made)


def _day(days: int) -> str:
    return (FIRST + timedelta(days=days)).isoformat()


def _at_random(rng: np.random.Generator, seen: list[_Visit], onset: int) -> bool:
    return len(seen) > 1 and bool(rng.random() < 0.15)


def _at_a_flare(rng: np.random.Generator, seen: list[_Visit], onset: int) -> bool:
    """Begun by who feels worse than at the visit before."""
    return len(seen) > 1 and seen[-1].face < seen[-2].face - 6 and bool(rng.random() < 0.4)


def _when_worse_than_usual(rng: np.random.Generator, seen: list[_Visit], onset: int) -> bool:
    return seen[-1].face < seen[-1].usual - 5 and bool(rng.random() < 0.35)


def _by_acuteness(rng: np.random.Generator, seen: list[_Visit], onset: int) -> bool:
    return bool(rng.random() < (0.3 if onset < 700 else 0.08)) and len(seen) > 1


def _world(begins: Callable[..., bool], kind: str, family: str, effect: float, **how: object) -> World:
    def draw(rng: np.random.Generator) -> StudyFrames:
        return _patients(rng, patients=220, kind=kind, effect=effect, begins=begins, **how)  # type: ignore[arg-type]

    return World(draw, family, effect)


THERAPY = ("mime_therapy", "therapy")
TOXIN = ("botulinum_toxin", "toxin")
TREATED: Mapping[str, World] = {
    "nothing happens": _world(_at_random, *THERAPY, 0.0),
    "begun at a flare": _world(_at_a_flare, *THERAPY, 0.0),
    "injected when worse than usual": _world(_when_worse_than_usual, *TOXIN, 0.0, gap=45, visits=8),
    "by acuteness": _world(_by_acuteness, *THERAPY, 0.0, recovery=8.0),
    "shared recovery": _world(_at_random, *THERAPY, 0.0, recovery=12.0),
    "nothing happens, with an effect": _world(_at_random, *THERAPY, SPREAD),
    "begun at a flare, with an effect": _world(_at_a_flare, *THERAPY, SPREAD),
    "by acuteness, with an effect": _world(_by_acuteness, *THERAPY, SPREAD, recovery=8.0),
}
