"""The reference cases computed by R (see the scripts beside them), read once."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.data.frame import StudyFrames
from tests.analysis.studies import Patient, study

FOLDER = Path(__file__).parent.parent / "data" / "statistics"
CLOSED_FORM = 1e-8


def expected(case: str) -> dict[str, Any]:
    return json.loads((FOLDER / case / "expected.json").read_text(encoding="utf-8"))


def given(case: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / case / "input.csv")


def close(value: object) -> object:
    """Equal to R in closed form."""
    return pytest.approx(value, rel=CLOSED_FORM, abs=1e-14)


def followed() -> list[Patient]:
    """The patients of the case ``followed``: FaCE, PHQ-9 and SAQ over time, some with injections."""
    injections = pd.read_csv(FOLDER / "followed" / "injections.csv").groupby("patient")["day"].agg(list)
    scales = {"face": "face.total", "phq9": "phq9.total", "saq": "saq.total"}
    return [
        Patient(
            str(code),
            [
                (
                    str(day),
                    {scale: None if pd.isna(value) else float(value) for scale, value in values.items()},
                )
                for day, values in zip(
                    rows["completed_on"],
                    rows[list(scales)].rename(columns=scales).to_dict("records"),
                    strict=True,
                )
            ],
            onset=str(rows["onset_on"].iloc[0]),
            birth_year=int(rows["birth_year"].iloc[0]),
            sex="female" if rows["female"].iloc[0] else "male",
            treatments=[("botulinum_toxin", day) for day in injections.get(code, [])],
        )
        for code, rows in given("followed").groupby("patient")
    ]


@cache
def followed_trials(*, lacking: bool = True) -> StudyFrames:
    """The made-up registry of the case ``trials``: FaCE at several visits, treatments, sites and grades.

    With ``lacking`` also patients whose age or sex is not known.
    """
    patients, visits, treatments, grades = (
        pd.read_csv(FOLDER / "trials" / f"{name}.csv")
        for name in ("patients", "visits", "treatments", "grades")
    )

    def of(table: pd.DataFrame, code: str) -> list[dict[str, Any]]:
        return table[table["patient"] == code].replace({np.nan: None}).to_dict("records")

    return study(
        Patient(
            one["patient"],
            [(row["completed_on"], {"face.total": row["score"]}) for row in of(visits, one["patient"])],
            onset=one["onset_on"],
            sex=one["sex"],
            birth_year=None if pd.isna(one["birth_year"]) else int(one["birth_year"]),
            cause=one["cause"],
            facts={"site": one["site"]},
            treatments=[(row["kind"], row["started_on"]) for row in of(treatments, one["patient"])],
            gradings=[(row["graded_on"], row["value"]) for row in of(grades, one["patient"])],
        )
        for one in patients.to_dict("records")
        if lacking or (not pd.isna(one["birth_year"]) and one["sex"] != "other")
    )


def same_model(found: dict[str, dict[str, Any]], reference: dict[str, Any], *, suffix: str = "") -> None:
    """Records by term against a model of R: numbers of each term, within what an iterative fit leaves."""
    assert set(found) == set(reference["terms"])
    for term, of_r in reference["terms"].items():
        for name, value in of_r.items():
            ours = found[term]["estimate" if name == "estimate" else f"{name}{suffix}"]
            assert ours == pytest.approx(value, rel=1e-5, abs=1e-9), (term, name)
    for name in {"n", "patients", "patient_variance", "residual_variance"} & set(reference):
        assert found["intercept"][name] == pytest.approx(reference[name], rel=1e-5)


PILING_OF = {"ceiling": "face.total", "none": "phq9.total"}  # the other cases are of the SAQ


@cache
def piling(name: str) -> StudyFrames:
    """A made-up registry of the case ``ordinal``: many scores are at an end of the scale."""
    scale = PILING_OF.get(name, "saq.total")
    rows = pd.read_csv(FOLDER / "ordinal" / f"{name}.csv")
    return study(
        Patient(
            str(code),
            [
                (str(day), {scale: float(value)})
                for day, value in zip(of["completed_on"], of["value"], strict=True)
            ],
            onset=str(of["onset_on"].iloc[0]),
            birth_year=int(of["birth_year"].iloc[0]),
            sex="female" if of["female"].iloc[0] else "male",
        )
        for code, of in rows.groupby("patient")
    )
