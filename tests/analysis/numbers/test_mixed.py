"""Mixed models against lme4 1.1-31 and lmerTest 3.1-3, and what is refused."""

import contextlib
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as given_by
from hypothesis import strategies as st

from analysis.numbers import mixed
from analysis.numbers.formulas import t_tested
from analysis.numbers.likelihood import NotEstimable
from analysis.numbers.mixed import MixedModel, fit
from tests.analysis.reference import FOLDER, expected, given
from tests.support.examples import examples

FITTED = [(case, model) for case, models in expected("mixed").items() if case != "within" for model in models]
ITERATIVE, VARIANCES = 1e-6, 1e-5  # an iterative fit in R stops a little short itself


def synthetic(case):
    """Scores, terms, patients and follow-up of a case of tests/data/statistics/mixed."""
    table = pd.read_csv(FOLDER / "mixed" / f"{case}.csv")
    time = np.log2(1 + table["years"].to_numpy(float))
    x = np.column_stack([np.ones(len(table)), table["log10_onset"], time, table["age"], table["female"]])
    return table["y"].to_numpy(float), x, table["id"].to_numpy(), time


@pytest.mark.parametrize(("case", "model"), FITTED)
def test_estimates_errors_and_degrees_of_freedom_as_lmertest(case, model):
    reference = expected("mixed")[case][model]
    y, x, patient, time = synthetic(case)
    found = fit(y, x, patient, time if model == "random_slope" else None)
    assert (found.n, found.patients) == (reference["n"], reference["patients"])
    assert found.singular == reference["singular"]
    assert found.estimate == pytest.approx(reference["estimate"], rel=ITERATIVE)
    assert found.se == pytest.approx(reference["se"], rel=ITERATIVE)
    assert found.df == pytest.approx(reference["df"], rel=ITERATIVE)
    assert found.sigma == pytest.approx(reference["sigma"], rel=ITERATIVE)
    assert found.theta == pytest.approx(np.atleast_1d(reference["theta"]), rel=VARIANCES, abs=1e-6)
    assert found.criterion == pytest.approx(reference["criterion"], rel=1e-10)
    for estimate, se, df, p in zip(found.estimate, found.se, found.df, reference["p"], strict=True):
        assert math.log(t_tested(estimate, se, df).p) == pytest.approx(math.log(p), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize(
    ("case", "key", "score", "terms"),
    [
        ("simpson", "lmm_within_between", "face_total", ["x_within", "x_between"]),
        ("simpson", "lmm_no_split", "face_total", ["log10_years"]),
        ("small_clinic", "lmm", "face_total", ["log10_years"]),
    ],
)
def test_reference_cases(case, key, score, terms):
    """Also with intervals and variance components; one of them is singular, where R answers as OLS."""
    reference = expected(case)[key]
    table = given(case)[["id", score, *terms]].dropna()
    x = np.column_stack([np.ones(len(table)), table[terms]])
    found = fit(table[score].to_numpy(float), x, table["id"].to_numpy())
    assert (found.n, found.singular) == (reference["n_obs"], reference["singular"])
    assert found.criterion == pytest.approx(reference["criterion"], rel=1e-9)
    variances = [component["vcov"] for component in reference["var_components"]]
    assert [found.random_covariance[0, 0], found.sigma**2] == pytest.approx(variances, rel=1e-3, abs=1e-9)
    for at, term in enumerate(["(Intercept)", *terms]):
        of_r = reference["fixed"][term]
        estimate, se, df = found.estimate[at], found.se[at], found.df[at]
        assert (estimate, se, df) == pytest.approx(
            (of_r["b"], of_r["se"], of_r["df_satterthwaite"]), rel=1e-4
        )
        tested = t_tested(estimate, se, df)
        assert (tested.low, tested.high) == pytest.approx(of_r["ci95_satterthwaite"], rel=1e-4)


def visits(patients, each, seed=0):
    random = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), each)
    time = np.tile(np.arange(float(each)), patients)
    y = random.normal(0, 5, patients)[patient] + time + random.normal(0, 2, len(patient))
    return y, np.column_stack([np.ones(len(y)), time]), patient, time


def test_what_cannot_be_estimated_says_why():
    y, x, patient, time = visits(30, 3)
    twice = np.column_stack([x, 2 * x[:, 1]])
    first = time == 0
    refused = {
        "the terms depend on each other": (y, twice, patient, None),
        "no patient with two scores": (y[first], x[first][:, :1], patient[first], None),
        "no variation": (np.full(len(y), 41.666666), x, patient, None),
        "no more patients than coefficients": (y[:2], x[:2], patient[:2], None),
        "explain every score of each patient": (patient.astype(float), x[:, :1], patient, None),
        "no more scores than random intercepts and slopes": (
            y[time < 2],
            x[time < 2],
            patient[time < 2],
            time[time < 2],
        ),
    }
    for reason, values in refused.items():
        with pytest.raises(NotEstimable, match=reason):
            fit(*values)


def test_a_perfect_line_within_patients_is_refused():
    y, x, patient, _ = visits(30, 3)
    with pytest.raises(NotEstimable, match="no variation"):
        fit(x @ np.array([3.0, 2.0]), x, patient)
    assert fit(y, x, patient).patients == 30


small = st.integers(3, 12).flatmap(
    lambda n: st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 5), st.integers(0, 3)), min_size=n, max_size=4 * n
    )
)


@given_by(small)
def test_any_values_are_fitted_or_refused(rows):
    """No warning, no number that is not one: a model with finite errors, or a reason."""
    patient, y, time = (np.array(column) for column in zip(*rows, strict=True))
    x = np.column_stack([np.ones(len(y)), time])
    for slope in (None, time.astype(float)):
        with contextlib.suppress(NotEstimable):
            found = fit(y.astype(float), x, patient, slope)
            assert np.isfinite([*found.estimate, *found.se, found.sigma, found.criterion]).all()
            assert (found.se > 0).all()


@examples(10)
@given_by(st.integers(0, 10**6), st.floats(0.01, 100), st.floats(-1000, 1000))
def test_units_order_and_names_of_patients_change_nothing(seed, scale, shift):
    """Scores in other units: estimates and errors in those units, the same degrees of freedom."""
    y, x, patient, time = visits(20, 4, seed)
    order = np.random.default_rng(seed).permutation(len(y))
    for slope in (None, time):
        one = fit(y, x, patient, slope)
        other = fit(
            scale * y[order] + shift, x[order], 7 - patient[order], None if slope is None else time[order]
        )
        compare(one, other, scale, shift)


def compare(one: MixedModel, other: MixedModel, scale: float, shift: float) -> None:
    if one.singular or other.singular:
        return  # degrees of freedom at the edge follow the arithmetic's last digits
    assert other.estimate == pytest.approx(
        scale * one.estimate + np.array([shift, 0.0]), rel=1e-5, abs=1e-5 * scale
    )
    assert other.se == pytest.approx(scale * one.se, rel=1e-5)
    assert other.df == pytest.approx(one.df, rel=1e-4)


@pytest.mark.parametrize("seed", range(60, 72))
def test_a_spread_that_vanishes_costs_no_degrees_of_freedom(seed):
    """Patients who differ in their slopes alone, all seen alike: as many slopes as patients, less their mean.

    Which way the spread of an intercept that is none goes with the slopes does not matter; the likelihood is
    flat there up to rounding, and noise must not be taken for curvature.
    """
    random = np.random.default_rng(seed)
    patients, visits = int(random.integers(6, 25)), int(random.integers(3, 6))
    patient = np.repeat(np.arange(patients), visits)
    time = np.tile(np.arange(visits) - (visits - 1) / 2, patients)
    slopes = random.normal(0, 10.0 ** random.uniform(0, 1), patients)
    noise = random.normal(0, 1, (patients, visits))
    noise -= noise.mean(axis=1, keepdims=True)
    y = 50 + slopes[patient] * time + noise.ravel()
    found = fit(y, np.column_stack([np.ones(len(y)), time]), patient, time)
    assert found.singular
    assert found.df[1] == pytest.approx(patients - 1, rel=1e-5)


def test_a_search_among_some_patients_finds_the_lowest_of_all(monkeypatch):
    """The whole range is searched among some, then all decide; also at the edge, where no slope differs."""
    random = np.random.default_rng(11)
    for slopes in (1.5, 0.0):
        y, x, patient, time = visits(600, 4, seed=11)
        y = y + slopes * random.normal(0, 1, 600)[patient] * time
        whole = fit(y, x, patient, time)
        with monkeypatch.context() as fewer:
            fewer.setattr(mixed, "_SEARCHED", 100)
            found = fit(y, x, patient, time)
        assert found.criterion == pytest.approx(whole.criterion, rel=1e-12)
        assert found.theta == pytest.approx(whole.theta, rel=1e-6, abs=1e-6)
        assert found.df == pytest.approx(whole.df, rel=1e-6)
