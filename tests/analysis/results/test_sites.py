"""The site in models of course and of two scores: as lme4 has it, and no sentence that no site shows."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis.results.findings import Findings
from analysis.results.sites import site_space
from analysis.statements.rule import SITES_DIFFER, sites_differ
from tests.analysis.reference import FOLDER, expected
from tests.analysis.studies import Patient, study

FIXED = 1e-4  # of an iterative fit, as the reference has it
FIELDS = ("estimate", "se", "df")
CASES = ("apart", "alike")


@cache
def findings(name):
    rows = pd.read_csv(FOLDER / "sites" / f"{name}.csv")
    scales = {"face": "face.total", "phq9": "phq9.total"}
    frames = study(
        Patient(
            str(code),
            [
                (str(day), dict(zip(scales.values(), scores, strict=True)))
                for day, *scores in of[["completed_on", *scales]].itertuples(index=False)
            ],
            onset=str(of["onset_on"].iloc[0]),
            birth_year=int(of["birth_year"].iloc[0]),
            sex="female" if of["female"].iloc[0] else "male",
            facts={"site": of["site"].iloc[0]},
        )
        for code, of in rows.groupby("patient")
    )
    return Findings.of(frames, 5)


@pytest.mark.parametrize("name", CASES)
def test_the_course_with_the_site_in_it_equals_r(name):
    reference = expected("sites")[name]["course"]
    shown = [
        one
        for one in findings(name).course
        if (one["scale"], one["model"]) == ("face.total", "random_slope") and "stratum" not in one
    ]
    assert shown[0]["estimate_within_sites"] is None  # of the intercept none is told
    for field in FIELDS:
        assert [one[f"{field}_within_sites"] for one in shown[1:]] == pytest.approx(
            reference[field], rel=FIXED
        )
    for one in shown[1:]:
        assert one["low_within_sites"] < one["estimate_within_sites"] < one["high_within_sites"]
    others = [one for one in findings(name).course if one["model"] == "random_intercept"]
    assert {one["estimate_within_sites"] for one in others} == {None}


@pytest.mark.parametrize("name", CASES)
def test_two_scores_with_the_site_in_the_model_equal_r(name):
    """With errors by patient."""
    reference = expected("sites")[name]["within"]
    found = [
        one
        for one in findings(name).within_between
        if (one["outcome"], one["predictor"]) == ("face.total", "phq9.total") and "stratum" not in one
    ]
    assert [one["term"] for one in found] == ["between", "within"]
    for field in FIELDS:
        assert [one[f"{field}_within_sites"] for one in found] == pytest.approx(reference[field], rel=FIXED)


def test_what_only_sites_show_is_not_told():
    """A clinic with longer palsies and worse scores makes a slope that no clinic has."""
    [onset] = [
        one
        for one in findings("apart").course
        if (one["scale"], one["model"], one["term"]) == ("face.total", "random_slope", "log10_onset_years")
        and "stratum" not in one
    ]
    assert onset["high"] < 0 < onset["high_within_sites"]
    assert sites_differ(onset) == SITES_DIFFER


@pytest.mark.parametrize(
    ("sizes", "columns"),
    [((12, 11), 1), ((12, 11, 10), 2), ((12, 11, 3, 2), 2), ((12, 9), None), ((30,), None)],
)
def test_small_sites_are_one_and_two_have_to_be_large(sizes, columns):
    site = pd.Series(np.repeat(list("ABCDE")[: len(sizes)], np.array(sizes)))
    found = site_space(site, np.arange(sum(sizes)))
    assert (None if found is None else found.shape[1]) == columns
    if found is not None:
        assert np.abs(found.mean(axis=0)).max() < 1e-12
