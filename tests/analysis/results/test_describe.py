"""Descriptives at the first and last score."""

import numpy as np
import pytest

from analysis.data.frame import scored
from analysis.results.describe import descriptives, summary
from tests.analysis.reference import close, expected, given
from tests.analysis.studies import SCALES, Patient, study


def records_of(patients, **kwargs):
    frames = study(patients)
    return descriptives(scored(frames), frames.scale_info, **kwargs)


def one(records, scale="face.total", visit="first", stratum=None):
    found = [r for r in records if (r["scale"], r["visit"], r.get("stratum")) == (scale, visit, stratum)]
    assert len(found) == 1
    return found[0]


def patients_with(values, scale="face.total", day="2024-02-01"):
    return [Patient(f"{n:03d}", [(day, {scale: value})]) for n, value in enumerate(values)]


def test_the_small_clinic_as_r_describes_it():
    values = given("small_clinic").query("visit == 1")["face_total"]
    record = one(records_of(patients_with(values)))
    reference = expected("small_clinic")["face"]
    for key in ("n", "mean", "sd", "median", "q1", "q3", "min", "max"):
        assert record[key] == close(reference[key])
    assert record["missing"] == reference["n_missing"]


def test_quartiles_are_type_7():
    reference = expected("edge_cases")["quantile_type7"]
    found = summary(np.array(reference["x"], dtype=float))
    assert [found[key] for key in ("q1", "median", "q3")] == [
        reference[key] for key in ("q1", "median", "q3")
    ]


def test_first_and_last_are_visits_with_a_score():
    """A visit whose score is missing is neither; who never has a score counts as missing."""
    visits = [
        ("2024-02-01", {"face.total": None}),
        ("2024-03-01", {"face.total": 10.0}),
        ("2024-07-01", {"face.total": 30.0}),
        ("2024-08-01", {"face.total": None}),
    ]
    patients = [Patient(f"{n}", visits) for n in range(6)] + [
        Patient("never", [("2024-02-01", {"face.total": None})])
    ]
    records = records_of(patients)
    assert (one(records)["mean"], one(records, visit="last")["mean"]) == (10, 30)
    assert (one(records)["n"], one(records)["missing"]) == (6, 1)
    assert one(records, stratum="acute")["n"] == 6
    assert one(records, visit="last", stratum="chronic")["n"] == 6


@pytest.mark.parametrize(
    ("scale", "values", "floor", "ceiling", "best", "worst"),
    [
        ("face.total", [0, 0, 50, 60, 100], 0.4, 0.2, 0.2, 0.4),
        ("saq.total", [20, 20, 20, 60, 100], 0.6, 0.2, 0.6, 0.2),
        ("saq.total", [0.2 * 100, 30, 40, 50, 180 / 9 * 1.0000000000000002], 0.4, 0, 0.4, 0),
    ],
)
def test_floor_ceiling_and_direction(scale, values, floor, ceiling, best, worst):
    """Best is the top of a scale where higher is better, the bottom where higher is worse."""
    record = one(records_of(patients_with([float(v) for v in values], scale)), scale)
    assert [record[k] for k in ("floor", "ceiling", "at_best", "at_worst")] == [floor, ceiling, best, worst]


def test_under_five_patients_nothing_is_described():
    record = one(records_of(patients_with([1.0, 2, 3, 4])))
    shown = ("n", "patients", "mean", "sd", "median", "q1", "q3", "min", "max", "floor", "ceiling")
    assert [record[key] for key in shown] == [None] * len(shown)
    assert (record["n_text"], record["suppressed"]) == ("<5", True)


def test_nobody_is_not_suppressed_but_explained():
    record = one(records_of([]))
    assert (record["n"], record["mean"], record["suppressed"], record["reason"]) == (
        0,
        None,
        False,
        "no score",
    )


def test_saq_tells_the_share_above_twenty_and_their_median():
    """A mean of a pile and a tail says little; of fewer than five above there is no median."""
    saq = {"saq.total": 20.0}
    patients = [
        *(Patient(f"low{n}", [("2024-06-01", {**saq, "face.total": 50.0})]) for n in range(6)),
        *(Patient(f"high{n}", [("2024-06-01", {"saq.total": 40.0 + 2 * n})]) for n in range(5)),
    ]
    found = {record["scale"]: record for record in all_patients(patients)}
    assert found["saq.total"]["above_floor"] == 5 / 11
    assert found["saq.total"]["median_above_floor"] == 44.0
    assert found["face.total"]["above_floor"] is None
    few = {record["scale"]: record for record in all_patients(patients[:-1])}
    assert (few["saq.total"]["above_floor"], few["saq.total"]["median_above_floor"]) == (0.4, None)


def all_patients(patients):
    found = descriptives(scored(study(patients)), SCALES)
    return [one for one in found if one["visit"] == "first" and "stratum" not in one]
