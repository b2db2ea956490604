"""Arms in which a covariate is drawn again and again: pooled as in R, and coherent within each patient."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis.results.arms import Arms, Whole, made
from analysis.results.comparison import treatment_comparison
from analysis.results.trials import Known, trials, visits
from tests.analysis.reference import FOLDER, expected, followed_trials
from tests.analysis.studies import SCALES

FACE = {"face.total": SCALES["face.total"]}


def test_the_difference_over_all_draws_equals_r():
    """Overlap weights and errors by patient in five data sets that `mice` made, and Rubin's rules."""
    drawn = pd.read_csv(FOLDER / "imputed" / "draws.csv")
    terms = ["pre", "onset", "age", "female"]
    parts = [part for _, part in drawn.groupby("draw")]
    exposed = parts[0]["exposed"].to_numpy(float) == 1
    whole = tuple(
        Whole(exposed, {}, np.column_stack([np.ones(len(one)), one[terms].to_numpy(float)])) for one in parts
    )
    patient, post = parts[0]["patient"].to_numpy(), parts[0]["post"].to_numpy(float)
    arms = Arms(exposed, patient, post, parts[0], 1, lambda: whole)
    found, reference = arms.difference(post), expected("imputed")["arms"]
    numbers = (reference["estimate"], reference["se"], reference["df"])
    assert (found.estimate, found.se, found.df) == pytest.approx(numbers, rel=1e-6)


@pytest.fixture(scope="module")
def lacking():
    """Index visits of a registry in which some lack the year of birth, the sex or the onset."""
    frames = followed_trials(lacking=True)
    at = np.arange(len(frames.patients))
    onset = frames.patients["onset_on"].mask(at % 20 == 3)
    precision = frames.patients["onset_precision"].mask(at % 20 == 3)
    return dataclasses.replace(
        frames, patients=frames.patients.assign(onset_on=onset, onset_precision=precision)
    )


def index_visits(frames, family="therapy"):
    known = Known.of(frames)
    rows = trials(known, visits(known, "face.total"), family)
    return rows[rows["number"] > 1]


def test_each_patient_has_one_age_sex_and_onset_in_a_draw(lacking):
    arms = made(index_visits(lacking))
    assert isinstance(arms, Arms)
    assert len(arms.draws) == 20
    assert arms.imputed > 10
    rows = arms.rows.assign(row=range(len(arms.rows)))
    gaps = rows[rows["log10_onset_years"].isna()]
    twice = gaps[gaps.duplicated("patient", keep=False)]
    assert len(twice)
    for one in arms.draws[:3]:
        years = 10 ** one.values["log10_onset_years"][twice["row"]]
        began = twice["completed_on"] - pd.to_timedelta(years * 365.25, unit="D")
        assert (began.groupby(twice["patient"], observed=True).agg(np.ptp) < pd.Timedelta("2min")).all()
        for name in ("age", "female"):
            of = pd.Series(one.values[name]).groupby(rows["patient"].to_numpy(object))
            assert (of.nunique() == 1).all()


def test_nobody_is_left_out_for_a_covariate_and_the_record_says_so(lacking):
    [told] = (
        one
        for one in treatment_comparison(lacking, FACE, suppress_under=1)
        if (one["family"], one["history"], one.get("stratum")) == ("therapy", "known", None)
    )
    assert told["n_exposed"] + told["n_compared"] == len(made(index_visits(lacking)).rows)
    assert told["imputed"] == made(index_visits(lacking)).imputed
    assert (told["draws"], told["seed"]) == (20, 20261201)
    assert told["low"] < told["estimate"] < told["high"]


def test_a_palsy_from_birth_has_no_onset_to_draw(lacking):
    begin = np.where(np.arange(len(lacking.patients)) % 30, lacking.patients["begin"], "from_birth")
    frames = dataclasses.replace(lacking, patients=lacking.patients.assign(begin=pd.Categorical(begin)))
    arms = made(index_visits(frames))
    born = set(frames.patients.loc[frames.patients["begin"] == "from_birth", "patient"])
    assert born
    assert not born & set(arms.rows["patient"])


def test_an_imprecise_onset_is_drawn_within_what_is_known(lacking):
    at = np.arange(len(lacking.patients)) % 25 == 4
    first = lacking.scores.groupby("patient", observed=True)["completed_on"].min()
    year = (first.dt.year).astype(str) + "-01-01"
    onset = pd.to_datetime(year).reindex(lacking.patients["patient"]).set_axis(lacking.patients.index)
    patients = lacking.patients.assign(
        onset_on=lacking.patients["onset_on"].mask(at, onset.astype("datetime64[s]")),
        onset_precision=lacking.patients["onset_precision"]
        .astype(object)
        .mask(at, "year")
        .astype("category"),
    )
    arms = made(index_visits(dataclasses.replace(lacking, patients=patients)))
    vague = (arms.rows["left_out"] == "onset too imprecise").to_numpy()
    assert vague.any()
    for one in arms.draws:
        drawn = one.values["log10_onset_years"][vague]
        low, high = (arms.rows.loc[vague, name].to_numpy() for name in ("onset_from", "onset_to"))
        assert (low - 1e-9 <= drawn).all()
        assert (drawn <= high + 1e-9).all()
