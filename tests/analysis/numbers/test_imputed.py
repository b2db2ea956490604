"""Draws of what covariates lack, against `mice` of R; and Rubin's rules."""

import numpy as np
import pandas as pd
import pytest

from analysis.numbers.imputed import Covariate, imputed
from analysis.numbers.rubin import pooled
from tests.analysis.reference import FOLDER, expected

FOLDER_OF = FOLDER / "imputed"
NAMES = ("onset", "age", "female")
DRAWS = 200


@pytest.fixture(scope="module")
def patients():
    return pd.read_csv(FOLDER_OF / "patients.csv")


def covariates(patients):
    return [Covariate(patients[name].to_numpy(float), binary=name == "female") for name in NAMES]


@pytest.fixture(scope="module")
def drawn(patients):
    complete = patients[["pre", "post", "exposed"]].to_numpy(float)
    return imputed(covariates(patients), complete, draws=DRAWS)


@pytest.mark.parametrize("at", range(3))
def test_gaps_are_drawn_as_mice_draws_them(patients, drawn, at):
    """Mean and spread of each gap over many draws, within what chance leaves open in both."""
    gap = patients[NAMES[at]].isna().to_numpy()
    found, reference = drawn[:, gap, at], expected("imputed")["gaps"][NAMES[at]]
    mean, spread = np.array(reference["mean"]), np.array(reference["sd"])
    off = (found.mean(axis=0) - mean) / (spread * np.sqrt(1 / DRAWS + 1 / 1000))
    assert np.abs(off).max() < 4
    assert off.std() < 1.5
    assert found.std(axis=0, ddof=1) == pytest.approx(spread, rel=0.2)


def test_what_is_known_stays_and_the_same_comes_again(patients, drawn):
    complete = patients[["pre", "post", "exposed"]].to_numpy(float)
    for at, name in enumerate(NAMES):
        known = patients[name].notna().to_numpy()
        assert (drawn[:, known, at] == patients[name].to_numpy(float)[known]).all()
    assert np.isin(drawn[:, :, 2], (0, 1)).all()
    few = [imputed(covariates(patients), complete, draws=3) for _ in range(2)]
    assert (few[0] == few[1]).all()


def test_a_value_known_to_lie_between_is_drawn_there(patients):
    onset = patients["onset"].to_numpy(float)
    low, high = np.where(np.isnan(onset), 1.0, -np.inf), np.where(np.isnan(onset), 1.2, np.inf)
    found = imputed([Covariate(onset, low=low, high=high)], patients[["pre"]].to_numpy(float))
    inside = found[:, np.isnan(onset), 0]
    assert inside.min() >= 1.0
    assert inside.max() <= 1.2
    assert inside.std() > 0.04


def test_one_value_that_all_share_is_that_value():
    values = np.array([1.0, 1.0, np.nan, 1.0])
    found = imputed([Covariate(values, binary=True)], np.arange(4.0)[:, None])
    assert (found == 1).all()


def test_a_term_that_tells_the_sexes_apart_leaves_draws_finite():
    side = np.repeat([0.0, 1.0], 20)
    female = np.where(np.arange(40) == 5, np.nan, side)
    found = imputed([Covariate(female, binary=True)], side[:, None])
    assert found[:, 5, 0].mean() < 0.5


def test_pooled_estimates_equal_mice():
    """Of five draws, each coefficient with its error: as `mice::pool` of the same fits."""
    plain = expected("imputed")["plain"]
    for at, estimate in enumerate(plain["estimate"]):
        found = pooled([(one["estimate"][at], one["se"][at], one["df"]) for one in plain["each"]])
        assert found == pytest.approx((estimate, plain["se"][at], plain["df"][at]), rel=1e-8)


def test_one_draw_stays_as_it_is():
    assert pooled([(1.0, 2.0, 3.0)]) == (1.0, 2.0, 3.0)


def test_a_regression_over_all_draws_says_what_it_says_over_those_of_mice(patients, drawn):
    """`lm(post ~ exposed + pre + onset + age + female)`, pooled: within a tenth of its error."""
    y, fixed = patients["post"].to_numpy(float), patients[["exposed", "pre"]].to_numpy(float)
    fits = []
    for one in drawn:
        x = np.column_stack([np.ones(len(y)), fixed, one])
        inverse = np.linalg.inv(x.T @ x)
        estimate = inverse @ (x.T @ y)
        rest = y - x @ estimate
        df = len(y) - x.shape[1]
        fits.append((estimate, np.sqrt(rest @ rest / df * np.diag(inverse)), df))
    reference = expected("imputed")["pooled"]
    for at, error in enumerate(reference["se"]):
        estimate, se, _ = pooled([(float(one[0][at]), float(one[1][at]), one[2]) for one in fits])
        assert estimate == pytest.approx(reference["estimate"][at], abs=0.1 * error)
        assert se == pytest.approx(error, rel=0.05)
