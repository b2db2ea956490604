"""The study's own retest against R, and who is stable."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.data.frame import scored
from analysis.numbers.agreement import agreement
from analysis.results.retest import retest, stable_pairs
from tests.analysis.reference import close, expected, given
from tests.analysis.studies import Patient, study

SCALES_OF_R = {"face": "face.total", "saq": "saq.total", "phq9": "phq9.total"}


def two_weeks_apart() -> list[Patient]:
    rows = given("testretest")
    return [
        Patient(
            f"p{row['id']:03.0f}",
            [
                (day, {scale: _value(row[f"{name}_t{time}"]) for name, scale in SCALES_OF_R.items()})
                for time, day in ((1, "2024-02-01"), (2, "2024-02-15"))
            ],
            onset="2020-01-01",
        )
        for row in rows.to_dict("records")
    ]


def _value(value):
    return None if pd.isna(value) else float(value)


def test_it_equals_r():
    """psych::ICC on each of three scales, through the records."""
    frames = study(two_weeks_apart())
    found = {
        f"{one['instrument']}.{one['scale']}": one
        for one in retest(scored(frames), frames.treatments, frames.visits, frames.scale_info)
    }
    for name, scale in SCALES_OF_R.items():
        of_r, one = expected("testretest")[name], found[scale]
        assert one["n"] == of_r["n"]
        assert (one["icc"], one["icc_low"], one["icc_high"]) == close(
            (of_r["icc_2_1"], *of_r["icc_2_1_ci95"])
        )
        assert (one["sem"], one["sdc"]) == close((of_r["sem_agreement"], of_r["mdc95_from_sem_agreement"]))
    assert found["fdi.social"]["reason"] == "fewer than 50 patients"


@pytest.mark.parametrize(
    ("second", "facts", "stable"),
    [
        ("2024-02-08", {}, True),
        ("2024-02-29", {}, True),
        ("2024-02-07", {}, False),
        ("2024-03-01", {}, False),
        ("2024-02-15", {"onset": "2023-06-01"}, False),
        ("2024-02-15", {"treatments": [("mime_therapy", "2024-02-10")]}, False),
        ("2024-02-15", {"treatments": [("mime_therapy", "2024-02-01")]}, True),
        ("2024-02-15", {"treatments": [("mime_therapy", None)]}, False),
        ("2024-02-15", {"treatments": [("botulinum_toxin", "2023-12-01")]}, False),
        ("2024-02-15", {"treatments": [("botulinum_toxin", "2023-09-01")]}, True),
    ],
)
def test_who_is_stable(second, facts, stable):
    visits = [("2024-02-01", {"face.total": 40.0}), (second, {"face.total": 50.0})]
    frames = study([Patient("a", visits, **{"onset": "2020-01-01", **facts})])
    assert len(stable_pairs(scored(frames), frames.treatments, frames.visits)) == stable


@pytest.mark.parametrize(
    ("said", "stable"),
    [
        ([None, "same"], ["asked", "before"]),
        ([None, "better"], ["before"]),
        (["same", None], ["before"]),
        ([None, None], ["asked", "before"]),
    ],
)
def test_who_is_asked_has_to_say_that_nothing_changed(said, stable):
    """From the first day on which anybody was asked; a pair before it rests on what is known of the time."""
    days = {"before": ("2024-01-01", "2024-01-15"), "asked": ("2024-02-01", "2024-02-15")}
    frames = study(
        Patient(name, [(day, {"face.total": 40.0}) for day in of], onset="2020-01-01")
        for name, of in days.items()
    )
    frames = replace(frames, visits=frames.visits.assign(says_changed=[None, None, *said]))
    pairs = stable_pairs(scored(frames), frames.treatments, frames.visits)
    assert sorted(pairs["patient"]) == stable
    assert pairs["said_same"].sum() == said.count("same") * ("asked" in stable)


def test_each_patient_counts_once_and_equal_scores_have_no_error():
    visits = [(f"2024-0{month}-{day}", {"face.total": 40.0}) for month in (2, 3) for day in ("01", "15")]
    frames = study([Patient("a", visits, onset="2020-01-01")])
    assert len(stable_pairs(scored(frames), frames.treatments, frames.visits)) == 1
    assert agreement(pd.DataFrame({"a": [1.0, 1.0, 1.0], "b": [1.0, 1.0, 1.0]}).to_numpy()) == "no variation"
