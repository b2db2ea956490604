"""Scores over time against R, from the patients' dates on; and which models are refused."""

import dataclasses
from collections import defaultdict

import pandas as pd
import pytest
from hypothesis import given as given_by
from hypothesis import strategies as st

from analysis.data.frame import scored
from analysis.report import report
from analysis.results.course import course
from analysis.results.injections import injection_cycle
from analysis.results.models import CLUSTER_ROBUST, RANDOM_INTERCEPT, RANDOM_SLOPE
from analysis.results.within import within_between
from tests.analysis.reference import expected, followed, same_model
from tests.analysis.studies import SCALES, Patient, registry, study
from tests.support.examples import examples

TERMS = ["intercept", "log10_onset_years", "log2_followup_years", "age", "female"]


@pytest.fixture(scope="module")
def records():
    return of(followed())


def of(patients):
    return course(scored(study(patients)), SCALES)


def terms(records, scale, model, stratum=None):
    """The records of one model by term."""
    chosen = [
        record
        for record in records
        if (record["scale"], record["model"], record.get("stratum")) == (scale, model, stratum)
    ]
    return {record["term"]: record for record in chosen}


@pytest.mark.parametrize("stratum", [None, "acute", "chronic"])
@pytest.mark.parametrize("scale", ["face.total", "phq9.total"])
def test_models_as_r(records, scale, stratum):
    """Random intercept, random slope, and cluster-robust errors where R too finds the slope singular."""
    reference = expected("followed")["course"][stratum or "all"][scale]
    intercept = terms(records, scale, RANDOM_INTERCEPT, stratum)
    assert list(intercept) == TERMS
    same_model(intercept, reference[RANDOM_INTERCEPT])
    same_model(intercept, reference[CLUSTER_ROBUST], suffix="_robust")
    slope, robust = (terms(records, scale, model, stratum) for model in (RANDOM_SLOPE, CLUSTER_ROBUST))
    if reference[RANDOM_SLOPE]["singular"]:
        assert {record["estimate"] for record in slope.values()} == {None}
        assert "singular" in slope["age"]["reason"]
        same_model(robust, reference[CLUSTER_ROBUST])
    else:
        same_model(slope, reference[RANDOM_SLOPE])
        assert slope["age"]["slope_variance"] > 0
        assert robust == {}


def test_no_line_through_saq_scores_at_the_floor(records):
    """A third or more sit at 20: no model, also in strata; the counts stand."""
    found = terms(records, "saq.total", RANDOM_INTERCEPT)
    assert found["age"]["estimate"] is None
    assert found["age"]["n"] > 400
    assert found["age"]["reason"].endswith("of scores are 20, the lowest; no linear model fits them")
    assert terms(records, "saq.total", CLUSTER_ROBUST) == {}


def test_change_that_is_not_even_is_told(records):
    """Scores that rise and then stay have a small p beside the straight term; those on a line have not."""
    straight = terms(records, "face.total", RANDOM_SLOPE)["log2_followup_years"]
    assert straight["uneven_p"] > 0.01
    assert terms(records, "face.total", RANDOM_SLOPE)["age"]["uneven_p"] is None
    patients = followed()
    for number, one in enumerate(patients):
        begun = pd.Timestamp(one.visits[0][0])
        since = [(pd.Timestamp(day) - begun).days for day, _ in one.visits]
        one.visits = [
            (day, {"face.total": 80 - 50 * 0.5 ** (days / 20) + number % 7 + days % 3})
            for days, (day, _) in zip(since, one.visits, strict=True)
        ]
    bent = terms(of(patients), "face.total", RANDOM_INTERCEPT)["log2_followup_years"]
    assert bent["uneven_p"] < 1e-6
    found = report(study(patients), generated_at="2026-01-02T03:04:05Z", software="seventh 0.1.0")
    [said] = [text for text in found["warnings"] if text.startswith("Change is not even")]
    assert said.endswith("misleads (its figure does not) in FaCE total (all).")


@pytest.mark.parametrize(
    ("scale", "sign", "end"), [("phq9.total", 1, "0, the lowest"), ("face.total", -1, "100, the highest")]
)
def test_no_scale_has_a_line_where_it_piles_up(scale, sign, end):
    """At either end: slopes that differ would move the mean by themselves."""
    patients = followed()
    for patient in patients:
        patient.visits = [
            (
                day,
                {
                    scale: None
                    if values["saq.total"] is None
                    else (0 if sign > 0 else 100) + sign * (values["saq.total"] - 20) / 4
                },
            )
            for day, values in patient.visits
        ]
    reason = terms(of(patients), scale, RANDOM_INTERCEPT)["age"]["reason"]
    assert reason.endswith(f"% of scores are {end}; no linear model fits them")


def test_fifteen_patients_for_each_coefficient():
    """74 patients do not carry five coefficients, 75 do; of one sex alone there is one coefficient less."""
    patients = followed()
    few = terms(of(patients[:74]), "face.total", RANDOM_INTERCEPT)
    reason = "not estimable: fewer than 15 patients for each of 5 coefficients"
    assert {record["reason"] for record in few.values()} == {reason}
    assert few["age"]["patients"] == 74
    assert terms(of(patients[:75]), "face.total", RANDOM_INTERCEPT)["age"]["reason"] is None
    women = [dataclasses.replace(patient, sex="female") for patient in patients[:74]]
    found = terms(of(women), "face.total", RANDOM_INTERCEPT)
    assert found["age"]["estimate"] is not None
    assert (found["female"]["estimate"], found["female"]["reason"]) == (None, "no variation")


def test_the_first_visit_counts_scored_or_not():
    """Follow-up runs from the first answer to anything, and onset is measured there."""
    patients = followed()
    shifted = [
        dataclasses.replace(patient, visits=[("2021-12-01", {"fdi.social": None}), *patient.visits])
        for patient in patients
    ]
    one, other = (terms(of(group), "face.total", RANDOM_INTERCEPT) for group in (patients, shifted))
    assert other["age"]["patients"] < one["age"]["patients"]  # onset after that first visit: left out
    assert other["log2_followup_years"]["estimate"] != pytest.approx(one["log2_followup_years"]["estimate"])


def test_visits_once_each_have_no_course():
    patients = [dataclasses.replace(patient, visits=patient.visits[:1]) for patient in followed()]
    for record in of(patients):
        assert record["estimate"] is None
        assert record["reason"]


def test_records_stand_in_order_and_without_small_counts():
    """All patients first; of fewer than five patients not even the number of scores is told."""
    found = course(scored(registry(5, 40)), SCALES)
    strata = [(None, "acute", "chronic", "unknown").index(record.get("stratum")) for record in found]
    assert strata == sorted(strata)
    one = course(scored(study([Patient("a", [("2024-06-01", {"face.total": 50.0})])])), SCALES)
    assert {(record["n"], record["n_text"], record["suppressed"]) for record in one} == {
        (None, "<5", True),
        (0, "0", False),
    }


@examples(3)
@given_by(seed=st.integers(0, 10_000), patients=st.integers(0, 130))
def test_no_model_rests_on_fewer_than_fifteen_patients_a_coefficient(seed, patients):
    """Of every record of every model: enough patients, or no number and a reason."""
    frames = registry(seed, patients)
    table = scored(frames)
    found = [
        *course(table, SCALES),
        *within_between(table, SCALES),
        *injection_cycle(table, frames.treatments, SCALES),
    ]
    models = defaultdict(list)
    for record in found:
        if "term" in record:
            keys = ("stratum", "scale", "outcome", "predictor", "model")
            models[tuple(record.get(key) for key in keys)].append(record)
    for terms in models.values():
        fitted = [record for record in terms if record["estimate"] is not None]
        assert all(record["patients"] >= 15 * len(fitted) for record in fitted)
        assert all(
            record["se"] > 0 and record["low"] < record["estimate"] < record["high"] for record in fitted
        )
        assert all(record["reason"] for record in terms if record["estimate"] is None)
