"""Small studies written down in a few words, for the tests of `analysis`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from analysis.frame import ScaleInfo, StudyFrames, build, check

FIRST_DAY = "2024-01-01"

SCALES: Mapping[str, ScaleInfo] = {
    "face.total": ScaleInfo("FaCE total", "FaCE", 0, 100, "higher_better", "face"),
    "face.social_function": ScaleInfo("FaCE social function", "Social", 0, 100, "higher_better", "face"),
    "saq.total": ScaleInfo("SAQ total", "SAQ", 20, 100, "higher_worse", "saq"),
    "phq9.total": ScaleInfo("PHQ-9 total", "PHQ-9", 0, 27, "higher_worse", "phq9"),
    "fdi.social": ScaleInfo("FDI social", "FDI social", 0, 100, "higher_better", "fdi"),
}


@dataclass
class Patient:
    """One patient: ``visits`` are (day, {scale: value}), ``treatments`` are (kind, day or None)."""

    code: str
    visits: Sequence[tuple[str, Mapping[str, float | None]]] = ()
    onset: str | None = FIRST_DAY
    precision: str = "day"
    treatments: Sequence[tuple[str, str | None]] = ()
    states: Sequence[str] = ()
    sex: str = "female"
    birth_year: int | None = 1970
    cause: str = "bells_palsy"
    side: str = "left"
    begin: str = "sudden"
    palsies: int = 1
    facts: Mapping[str, object] = field(default_factory=dict)


def study(patients: Iterable[Patient], *, simulated: bool = False) -> StudyFrames:
    """The study of these patients as checked frames."""
    rows: dict[str, list[dict[str, object]]] = {
        name: [] for name in ("scores", "patients", "treatments", "visits")
    }
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
                }
            )
            rows["scores"] += [
                _score_row(patient.code, f"visit {number}", visit_id, day, scale, value)
                for scale, value in values.items()
            ]
    tables = {name: build(name, table) for name, table in rows.items()}
    frames = StudyFrames("trial", "A small study", simulated, scale_info=SCALES, **tables)
    check(frames)
    return frames


def _patient_row(patient: Patient) -> dict[str, object]:
    return {
        "patient": patient.code,
        "sex": patient.sex,
        "birth_year": patient.birth_year,
        "site": "main",
        "status": "active",
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
        "wording": "working",
        "locale": "en",
        "source": "web",
        "scale": scale,
        "value": value,
        "items_used": 15,
        "items_missing": 0,
        "prorated": False,
    }
