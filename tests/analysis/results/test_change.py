"""Improved, stable, worse. The numbers are compared with R in test_outcomes."""

import dataclasses

import pytest

from analysis.data.frame import Threshold, scored
from analysis.results.change import change
from tests.analysis.studies import SCALES, Patient, study

KINDS = ("sdc_individual", "sdc_group", "mic_improvement", "mcid_percent_of_baseline")


def records(*patients, kinds=KINDS, value=20.0, scale="face.total"):
    thresholds = tuple(Threshold(kind, value, "Published", "", "") for kind in kinds)
    frames = study(patients)
    info = {scale: dataclasses.replace(SCALES[scale], thresholds=thresholds)}
    return change(scored(frames), frames.treatments, info, suppress_under=1)


def patient(first, last, days="2024-12-01", scale="face.total", **facts):
    return Patient("a", [("2024-06-01", {scale: first}), (days, {scale: last})], **facts)


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (40, 60, "improved"),
        (40, 59.9, "stable"),
        (40, 20, "worse"),
        (40, 20.1, "stable"),
        (0.3, 20.3, "improved"),
    ],
)
def test_the_threshold_itself_counts(first, last, found):
    """Also where sums of decimals fall short of it by rounding."""
    [one, *_] = records(patient(first, last))
    assert one[found] == 1


def test_lower_is_better_where_the_scale_says_so():
    [one, *_] = records(patient(60, 30, scale="saq.total"), scale="saq.total")
    assert one["improved"] == 1


@pytest.mark.parametrize(
    ("first", "cannot_improve", "cannot_worsen"), [(81, 1, 0), (80, 0, 0), (20, 0, 0), (19, 0, 1)]
)
def test_who_starts_near_an_end_cannot_pass_the_threshold(first, cannot_improve, cannot_worsen):
    [one, *_] = records(patient(first, 50))
    assert (one["cannot_improve"], one["cannot_worsen"]) == (cannot_improve, cannot_worsen)


@pytest.mark.parametrize(("day", "patients"), [("2024-10-28", 0), ("2024-10-29", 1)])
def test_first_and_last_are_150_days_apart(day, patients):
    [one, *_] = records(patient(40, 60, day))
    assert one["n"] == patients


def test_what_is_not_of_one_patient_counts_nobody():
    """Each published threshold has its record; those of groups and below the error say why they are empty."""
    found = records(patient(40, 60))
    assert [one["threshold_kind"] for one in found if "stratum" not in one] == list(KINDS)
    for one in found:
        refused = one["threshold_kind"] != "sdc_individual"
        assert (one["improved"] is None) == refused
        assert bool(one["reason"]) == refused


def test_scores_in_an_active_phase_of_toxin_do_not_count():
    """The first lies in a peak: the next is the first, and too near the last."""
    visits = [(day, {"face.total": 40.0}) for day in ("2024-06-01", "2024-10-01", "2024-12-01")]
    untreated = Patient("a", visits)
    treated = dataclasses.replace(untreated, treatments=[("botulinum_toxin", "2024-05-10")])
    assert records(untreated)[0]["n"] == 1
    assert records(treated)[0]["n"] == 0
