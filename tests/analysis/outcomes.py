"""The made-up registry of tests/data/statistics/outcomes, whose report R has computed, as frames."""

from collections.abc import Mapping
from functools import cache

import pandas as pd

from analysis.data.frame import COLUMNS, ScaleInfo, StudyFrames, Threshold, build, check
from tests.analysis.reference import FOLDER

SCALES: Mapping[str, ScaleInfo] = {
    "face.total": ScaleInfo(
        "FaCE total",
        "FaCE",
        0,
        100,
        "higher_better",
        "face",
        thresholds=(
            Threshold("sdc_group", 2.9, "Published", "", ""),
            Threshold("sdc_individual", 17.6, "Published", "", ""),
        ),
        items=tuple(f"q{n}" for n in range(1, 7)),
        asks_of="quality_of_life",
        headline=1,
    ),
    "phq9.total": ScaleInfo(
        "PHQ-9 total",
        "PHQ-9",
        0,
        27,
        "higher_worse",
        "phq9",
        bands=(("none", 0), ("mild", 5), ("moderate", 10), ("moderately severe", 15), ("severe", 20)),
        cutoffs=(("screened positive", 10, "Published"),),
        thresholds=(Threshold("mcid", 5, "Published", "", ""),),
        items=tuple(f"q{n}" for n in range(1, 10)),
        reverse=(("q4", 3.0),),
        asks_of="mood",
        only_by_patient=True,
        headline=2,
    ),
    "saq.total": ScaleInfo(
        "SAQ total",
        "SAQ",
        20,
        100,
        "higher_worse",
        "saq",
        thresholds=(Threshold("sdc_individual", 28.2, "Published", "", ""),),
        items=tuple(f"q{n}" for n in range(1, 10)),
        asks_of="symptoms",
        piles_up=True,
        headline=4,
    ),
}


@cache
def outcomes() -> StudyFrames:
    """The registry as it would have been imported."""
    patients, treatments, grades, visits = (
        pd.read_csv(FOLDER / "outcomes" / f"{name}.csv")
        for name in ("patients", "treatments", "grades", "visits")
    )
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in COLUMNS}
    first = visits.groupby("patient")["completed_on"].min()
    for one in patients.to_dict("records"):
        enrolled = first[one["patient"]]
        since = {"enrolled_on": enrolled, "status": "active", "status_since": enrolled}
        rows["patients"].append(
            {**one, "onset_precision": "day", "begin": "sudden", "palsies": 1, "site": "main", **since}
        )
    for one in treatments.to_dict("records"):
        dated = isinstance(one["started_on"], str)
        start = one["started_on"] if dated else None
        rows["treatments"].append(
            {**one, "started_on": start, "state": "given", "precision": "day" if dated else None}
        )
    for one in grades.to_dict("records"):
        rows["gradings"].append({**one, "scale": "house_brackmann"})
    for visit_id, one in enumerate(visits.to_dict("records"), start=1):
        _add_visit(rows, visit_id, one)
    tables = {name: build(name, table) for name, table in rows.items()}
    frames = StudyFrames("made-up", "A made-up registry", False, scale_info=SCALES, **tables)
    check(frames)
    return frames


def _add_visit(rows: dict[str, list[dict[str, object]]], visit_id: int, one: dict[str, object]) -> None:
    on = one["completed_on"]
    patient = {"patient": one["patient"], "visit_id": visit_id}
    rows["visits"].append(
        {
            **patient,
            "visit": f"visit {one['visit']}",
            "occurrence": 1,
            **dict.fromkeys(("due_on", "opens_on", "closes_on"), on),
            "battery": ["face", "phq9", "saq"],
            "begun": True,
        }
    )
    for scale, info in SCALES.items():
        instrument = info.instrument
        given = {item: one[f"{instrument}_{item}"] for item in info.items}
        answers = {item: int(value) for item, value in given.items() if value == value}
        rows["responses"].append(
            {
                **patient,
                "instrument": instrument,
                "completed_on": on,
                "partial": False,
                "scored": len(answers) == len(given),
                "answers": answers,
            }
        )
        rows["scores"].append(
            {
                **patient,
                "visit": f"visit {one['visit']}",
                "completed_on": on,
                "instrument": instrument,
                "version": "1",
                "wording": "original",
                "wording_status": "loaded",
                "locale": "en",
                "source": "import",
                "scale": scale,
                "value": one[instrument],
                "items_used": len(answers),
                "items_missing": len(given) - len(answers),
                "prorated": False,
            }
        )
