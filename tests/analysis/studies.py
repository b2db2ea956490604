"""Small studies written down in a few words, for the tests of `analysis`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from analysis.data.frame import COLUMNS, ScaleInfo, StudyFrames, Threshold, build, check
from analysis.data.kinds import KINDS
from analysis.words import words as _

FIRST_DAY = "2024-01-01"

SCALES: Mapping[str, ScaleInfo] = {
    "face.total": ScaleInfo(
        _("FaCE total"),
        "FaCE",
        0,
        100,
        "higher_better",
        "face",
        thresholds=(Threshold("sdc_individual", 17.6, "Example 2021", "62 patients", "One group."),),
        items=("q1", "q2", "q3"),
        asks_of="quality_of_life",
        headline=1,
    ),
    "face.social_function": ScaleInfo(
        _("FaCE social function"),
        "Social",
        0,
        100,
        "higher_better",
        "face",
        asks_of="quality_of_life",
        headline=3,
        shares=(("fdi.social", "both ask about social life with the palsy"),),
    ),
    "saq.total": ScaleInfo(
        _("SAQ total"),
        "SAQ",
        20,
        100,
        "higher_worse",
        "saq",
        asks_of="symptoms",
        piles_up=True,
        headline=4,
        early=_("The SAQ asks about synkinesis: in the acute phase it says little."),
    ),
    "phq9.total": ScaleInfo(
        _("PHQ-9 total"),
        "PHQ-9",
        0,
        27,
        "higher_worse",
        "phq9",
        cutoffs=(("screened positive", 10, "Example 2001"),),
        items=("q1", "q2", "q3", "q9"),
        asks_of="mood",
        only_by_patient=True,
        headline=2,
        shares=(
            ("fdi.social", "FDI social asks about calm, irritability, sleep and isolation, as mood does"),
        ),
    ),
    "fdi.social": ScaleInfo(
        _("FDI social"), "FDI social", 0, 100, "higher_better", "fdi", asks_of="quality_of_life"
    ),
}
MAIN_SCALES = ("face.total", "phq9.total", "face.social_function", "saq.total")


@dataclass
class Patient:
    """One patient: ``visits`` are (day, {scale: value}), ``treatments`` are (kind, day or None).

    ``says_recovered`` goes with the visits, in their order; ``gradings`` are (day, House–Brackmann).
    """

    code: str
    visits: Sequence[tuple[str, Mapping[str, float | None]]] = ()
    onset: str | None = FIRST_DAY
    precision: str = "day"
    treatments: Sequence[tuple[str, str | None]] = ()
    states: Sequence[str] = ()
    says_recovered: Sequence[str | None] = ()
    gradings: Sequence[tuple[str, int]] = ()
    sex: str = "female"
    birth_year: int | None = 1970
    cause: str = "bells_palsy"
    side: str = "left"
    begin: str = "sudden"
    palsies: int = 1
    facts: Mapping[str, object] = field(default_factory=dict)


def study(
    patients: Iterable[Patient], *, simulated: bool = False, scales: Mapping[str, ScaleInfo] = SCALES
) -> StudyFrames:
    """The study of these patients as checked frames."""
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in COLUMNS}
    visit_id = 0
    for patient in patients:
        rows["patients"].append(_patient_row(patient))
        for number, (kind, started) in enumerate(patient.treatments):
            state = patient.states[number] if patient.states else "given"
            precision = "day" if started else None
            rows["treatments"].append(
                {
                    "patient": patient.code,
                    "kind": kind,
                    "state": state,
                    "started_on": started,
                    "precision": precision,
                }
            )
        rows["gradings"] += [
            {"patient": patient.code, "scale": "house_brackmann", "value": value, "graded_on": day}
            for day, value in patient.gradings
        ]
        for number, (day, values) in enumerate(patient.visits, 1):
            visit_id += 1
            rows["visits"].append(
                {
                    "patient": patient.code,
                    "visit": f"visit {number}",
                    "visit_id": visit_id,
                    "occurrence": 1,
                    "due_on": day,
                    "opens_on": day,
                    "closes_on": day,
                    "battery": sorted({scale.split(".")[0] for scale in values}),
                    "missed_reason": None,
                    "says_recovered": patient.says_recovered[number - 1] if patient.says_recovered else None,
                    "begun": bool(values),
                }
            )
            rows["responses"] += [
                _response_row(patient.code, visit_id, day, instrument, values)
                for instrument in sorted({scale.split(".")[0] for scale in values})
            ]
            rows["scores"] += [
                _score_row(patient.code, f"visit {number}", visit_id, day, scale, value)
                for scale, value in values.items()
            ]
    tables = {name: build(name, table) for name, table in rows.items()}
    frames = StudyFrames("trial", "A small study", simulated, scale_info=scales, **tables)
    check(frames)
    return frames


def _patient_row(patient: Patient) -> dict[str, object]:
    return {
        "patient": patient.code,
        "sex": patient.sex,
        "birth_year": patient.birth_year,
        "site": "main",
        "status": "active",
        "status_since": patient.visits[0][0] if patient.visits else FIRST_DAY,
        "cause": patient.cause,
        "side": patient.side,
        "begin": patient.begin,
        "onset_on": patient.onset,
        "onset_precision": patient.precision if patient.onset else None,
        "palsies": patient.palsies,
        "enrolled_on": patient.visits[0][0] if patient.visits else FIRST_DAY,
        **patient.facts,
    }


def _score_row(
    code: str, visit: str, visit_id: int, day: str | date, scale: str, value: float | None
) -> dict[str, object]:
    return {
        "patient": code,
        "visit": visit,
        "visit_id": visit_id,
        "completed_on": day,
        "instrument": scale.split(".")[0],
        "version": "1",
        "wording": "working-2",
        "wording_status": "working",
        "locale": "en",
        "source": "web",
        "scale": scale,
        "value": value,
        "items_used": 15,
        "items_missing": 0,
        "prorated": False,
    }


def _response_row(
    code: str, visit_id: int, day: str | date, instrument: str, values: Mapping[str, float | None]
) -> dict[str, object]:
    scored = [value for scale, value in values.items() if scale.startswith(f"{instrument}.")]
    return {
        "patient": code,
        "visit_id": visit_id,
        "instrument": instrument,
        "completed_on": day,
        "partial": False,
        "scored": any(value is not None for value in scored),
        "minutes": 4.0,
        "answers": {
            item: (visit_id * at + len(code) + at) % 4
            for at, item in enumerate(SCALES.get(f"{instrument}.total", SCALES["saq.total"]).items, 1)
        },
    }


def of_scales(frames: StudyFrames, *scales: str) -> StudyFrames:
    """The study with these scales alone: what is computed, and how long it takes, grows with them."""
    scores = frames.scores[frames.scores["scale"].isin(scales)].reset_index(drop=True)
    return replace(frames, scores=scores, scale_info={name: frames.scale_info[name] for name in scales})


@lru_cache(maxsize=16)
def registry(seed: int, patients: int) -> StudyFrames:
    """A study with everything in it: acute and chronic, special groups, treatments, gaps in the scores.

    Made once: tests only read it.
    """
    random = np.random.default_rng(seed)
    return study([_random_patient(random, number) for number in range(patients)])


def _random_patient(random: np.random.Generator, number: int) -> Patient:
    first = date(2022, 1, 1) + timedelta(days=int(random.integers(0, 700)))
    onset = first - timedelta(days=int(10 ** random.uniform(-0.5, 4)))
    days = np.cumsum([0, *random.integers(20, 200, int(random.integers(0, 5)))])
    level = random.normal(0, 1)
    visits = [((first + timedelta(days=int(day))).isoformat(), _random_scores(random, level)) for day in days]
    treatments = [
        (str(kind), None if random.random() < 0.1 else _days_after(first, random.integers(-300, 200)))
        for kind in random.choice(KINDS, int(random.integers(0, 4)), replace=False)
    ]
    return Patient(
        f"P{number:04d}",
        visits,
        onset=None if random.random() < 0.03 else onset.isoformat(),
        precision=str(random.choice(["day", "month", "year"], p=[0.8, 0.15, 0.05])),
        treatments=treatments,
        sex=str(random.choice(["female", "male", "other", "unknown"], p=[0.55, 0.42, 0.01, 0.02])),
        birth_year=None if random.random() < 0.03 else int(random.integers(1935, 2004)),
        cause=str(random.choice(["bells_palsy", "ramsay_hunt", "trauma", "birth_trauma", "lyme"])),
        side=str(random.choice(["left", "right", "both"], p=[0.49, 0.49, 0.02])),
        palsies=2 if random.random() < 0.03 else 1,
    )


def _random_scores(random: np.random.Generator, level: float) -> dict[str, float | None]:
    def around(middle: float, spread: float, low: float, high: float, step: float) -> float | None:
        value = middle + spread * (level + random.normal(0, 0.7))
        return None if random.random() < 0.06 else float(np.clip(round(value / step) * step, low, high))

    return {
        "face.total": around(50, 14, 0, 100, 5 / 3),
        "face.social_function": around(55, 18, 0, 100, 6.25),
        "saq.total": around(45, -16, 20, 100, 20 / 9),
        "phq9.total": around(7, -5, 0, 27, 1),
        "fdi.social": around(70, 15, 0, 100, 4),
    }


def _days_after(day: date, days: int | np.integer) -> str:
    return (day + timedelta(days=int(days))).isoformat()
