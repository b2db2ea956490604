"""Registries whose truth is known: what may be concluded from each, and what must not be.

Every world is drawn by its seed. `analysis.statements` is asked what it tells; `tests/proofs/test_worlds.py`
counts over many draws how often that is right.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from analysis.data.frame import StudyFrames
from analysis.results.findings import Findings
from analysis.statements import Statement, time, together, treatments
from tests.analysis.studies import Patient, study

SPREAD = 15.0  # standard deviation of first scores
FIRST = date(2022, 1, 3)
Numbers = NDArray[np.float64]


Draw = Callable[[np.random.Generator], StudyFrames]


@dataclass(frozen=True)
class World:
    """A registry drawn by a seed; ``effect`` is the true difference that ``family`` makes to FaCE total."""

    draw: Draw
    family: str
    effect: float


@dataclass(frozen=True)
class Question:
    """A world, what is asked of it, and the truth: a direction, or zero where it is None.

    ``identifiable``: whether the data could tell. Where they cannot, only ``not_told`` is right.
    """

    draw: Draw
    asked: Callable[[Findings], Sequence[Statement]]
    truth: str | None
    identifiable: bool = True

    def told(self, seed: int) -> list[Statement]:
        """The sentences that answer the question in one draw."""
        return list(self.asked(Findings.of(self.draw(np.random.default_rng(seed)), 5)))

    def direction(self, seed: int) -> str | None:
        """The direction told in one draw: of acute, chronic or all patients; None where none is told."""
        told = [one.direction for one in self.told(seed) if one.direction in ("higher", "lower")]
        return told[0] if told else None


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


def _followed(
    rng: np.random.Generator,
    *,
    patients: int = 120,
    gain: float = 0.0,
    slopes: float = 0.0,
    tie: float = 0.0,
    answers: Callable[[np.random.Generator, float], bool] = lambda rng, standing: True,
    onset_days: Callable[[np.random.Generator], float] = lambda rng: 10 ** rng.uniform(2.6, 3.8),
    bounds: tuple[float, float] = (0.0, 100.0),
    level: float = 50.0,
    sites: bool = False,
    wrong_day: bool = False,
    visits: int = 5,
) -> StudyFrames:
    """Patients due every 120 days, with FaCE and PHQ-9; ``gain`` is points per doubling of years + 1.

    ``slopes``: sd of patients' own gains. ``tie``: points of PHQ-9 for each point of FaCE above the patient's
    usual. ``answers`` says whether a visit is answered, by how far the patient stands above the first usual
    level, in deviations; the first visit always is. ``sites``: two clinics, one of them with worse and longer
    palsies.
    ``wrong_day``: on one day scores were stored upside down.
    """
    made = []
    for number in range(patients):
        north = sites and number % 2 == 1
        onset = int(onset_days(rng) * (3 if north else 1))
        own = rng.normal(level - (15 if north else 0), SPREAD * 0.8)
        mine = gain + rng.normal(0, slopes)
        shown: list[tuple[str, dict[str, float]]] = []
        mood = rng.normal(9, 3)
        for at in range(visits):
            day = at * 120 + int(rng.integers(-15, 16)) * (at > 0)
            off = rng.normal(0, SPREAD * 0.6)
            face = own + mine * np.log2(1 + day / 365.25) + off
            values = {
                "face.total": float(np.clip(face, *bounds)),
                "phq9.total": float(
                    np.clip(
                        mood - 0.4 * mine * np.log2(1 + day / 365.25) + tie * off + rng.normal(0, 2), 0, 27
                    )
                ),
            }
            if wrong_day and at == 2 and number % 6 == 0:
                values["face.total"] = 100 - values["face.total"]
            if at == 0 or answers(rng, (face - level) / SPREAD):
                shown.append((_day(day), values))
            else:
                shown.append((_day(day), {}))
        made.append(
            Patient(
                f"P{number:04}",
                shown,
                onset=_day(-onset),
                birth_year=int(rng.integers(1940, 2000)),
                sex="female" if rng.random() < 0.6 else "male",
                facts={"site": "north" if north else "main"},
            )
        )
    frames = study(made)
    battery = frames.visits["battery"].map(lambda asked: asked or ["face", "phq9"])  # also where nobody came
    return replace(frames, visits=frames.visits.assign(battery=battery))


def _better_stay_away(rng: np.random.Generator, standing: float) -> bool:
    return bool(rng.random() > 0.75 / (1 + np.exp(-3 * standing)))


def _worse_stay_away(rng: np.random.Generator, standing: float) -> bool:
    return bool(rng.random() > 0.75 / (1 + np.exp(3 * standing)))


def _draw(**how: object) -> Draw:
    return lambda rng: _followed(rng, **how)  # type: ignore[arg-type]


def _course(found: Findings) -> Sequence[Statement]:
    return time.course(found, "face.total")


def _since_onset(found: Findings) -> Sequence[Statement]:
    return together.since_onset(found, "face.total")


def _within(found: Findings) -> Sequence[Statement]:
    return together.within(found, "face.total", "phq9.total")


def _between(found: Findings) -> Sequence[Statement]:
    return together.between(found, "face.total", "phq9.total")


def _compared(found: Findings) -> Sequence[Statement]:
    return [
        *treatments.compared(found, "face.total"),
        *treatments.before_and_after(found, "face.total"),
        *treatments.round_injections(found, "face.total"),
    ]


QUESTIONS: Mapping[str, Question] = {
    **{
        f"treatment: {name}": Question(
            world.draw,
            _compared,
            "higher" if world.effect else None,
            identifiable="begun at a flare" not in name and "worse than usual" not in name,
        )
        for name, world in TREATED.items()
    },
    "course: nothing happens": Question(_draw(), _course, None),
    "course: a rise": Question(_draw(gain=SPREAD), _course, "higher"),
    "course: the better stay away": Question(_draw(answers=_better_stay_away), _course, None),
    "course: the better stay away, with a rise": Question(
        _draw(answers=_better_stay_away, gain=SPREAD), _course, "higher", identifiable=False
    ),
    "course: the worse stay away": Question(_draw(answers=_worse_stay_away), _course, None),
    "course: the worse stay away, with a rise": Question(
        _draw(answers=_worse_stay_away, gain=SPREAD), _course, "higher", identifiable=False
    ),
    "course: slopes differ": Question(_draw(slopes=10.0), _course, None),
    "course: slopes differ, with a rise": Question(_draw(slopes=10.0, gain=SPREAD), _course, "higher"),
    "course: one day wrong": Question(_draw(wrong_day=True), _course, None),
    "course: one day wrong, with a rise": Question(_draw(wrong_day=True, gain=SPREAD), _course, "higher"),
    "course: at the ceiling": Question(_draw(level=80.0), _course, None),
    "course: at the ceiling, with a rise": Question(_draw(level=65.0, gain=SPREAD), _course, "higher"),
    "course: a third at the ceiling, slopes differ": Question(_draw(level=95.0, slopes=10.0), _course, None),
    "within: shared recovery": Question(_draw(gain=SPREAD), _within, None),
    "within: shared recovery, slopes differ": Question(_draw(gain=SPREAD, slopes=10.0), _within, None),
    "within: a true tie": Question(_draw(gain=SPREAD, tie=-0.2), _within, "lower"),
    "between: nothing happens": Question(_draw(), _between, None),
    "time: sites that differ": Question(_draw(sites=True), _since_onset, None),
}
