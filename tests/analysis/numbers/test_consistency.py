"""Alpha, omega and item-rest correlations: what is refused, and their intervals from the same draws as R's.

Their other numbers are R's in test_outcomes.
"""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis.data.frame import scored
from analysis.numbers import resampled
from analysis.numbers.consistency import Alpha, Omega, alpha, alpha_interval, item_rest, omega
from analysis.numbers.resampled import draws
from analysis.results.reliability import reliability
from tests.analysis.outcomes import outcomes
from tests.analysis.reference import FOLDER, expected
from tests.analysis.studies import SCALES, Patient, study


def answers(items, patients=60, loading=0.8, seed=3):
    """Answers from 0 to 4 to items of one factor."""
    random = np.random.default_rng(seed)
    common = random.normal(size=(patients, 1))
    noise = random.normal(size=(patients, items))
    return np.clip(np.round(2 + 1.2 * (loading * common + 0.6 * noise)), 0, 4)


def test_one_item_has_no_consistency():
    assert alpha(answers(1)) == "a scale of one item has no alpha"
    assert omega(answers(1)) == "one factor needs three items"


def test_two_items_have_alpha_and_no_omega():
    assert isinstance(alpha(answers(2)), Alpha)
    assert omega(answers(2)) == "one factor needs three items"
    first, second = item_rest(answers(2))
    assert first == pytest.approx(second)


def test_equal_answers_vary_in_nothing():
    assert alpha(np.ones((20, 4))) == "no variation"
    assert item_rest(np.ones((20, 4))) == [None] * 4
    constant = answers(4)
    constant[:, 1] = 2
    assert omega(constant) == "an item without variation"
    assert item_rest(constant)[1] is None


def test_items_that_say_the_same_have_no_factor():
    twice = answers(4)
    twice[:, 3] = twice[:, 2]
    assert omega(twice).startswith("not estimable")


def test_an_item_without_variance_of_its_own_is_refused():
    """A Heywood case: with these correlations the first item would have to be more than the factor."""
    wanted = np.array([[1, 0.9, 0.9], [0.9, 1, 0.7], [0.9, 0.7, 1]])
    random = np.random.default_rng(1)
    noise, _ = np.linalg.qr(random.normal(size=(80, 4)) - random.normal(size=(80, 4)).mean(axis=0))
    noise = noise[:, :3] - noise[:, :3].mean(axis=0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(noise.T @ noise)).T
    items = white @ np.linalg.cholesky(wanted).T
    assert np.corrcoef(items, rowvar=False) == pytest.approx(wanted)
    assert omega(items) == "not estimable: an item has no variance of its own (Heywood case)"


def test_alpha_lies_within_its_interval():
    found = alpha(answers(5))
    assert found.low < found.estimate < found.high < 1


def test_draws_are_those_that_r_took():
    taken = pd.read_csv(FOLDER / "consistency" / "draws.csv", header=None).to_numpy()
    assert (taken == np.concatenate(list(draws(50)))).all()


def test_draws_of_very_many_patients_are_taken_a_few_at_a_time(monkeypatch):
    """The same ones: all at once would take gigabytes of a nation's patients."""
    whole = np.concatenate(list(draws(50)))
    monkeypatch.setattr(resampled, "AT_ONCE", 350)
    blocks = list(draws(50))
    assert {len(block) for block in blocks} == {7, 1}
    assert (np.concatenate(blocks) == whole).all()


@pytest.mark.parametrize("name", ["skewed", "even"])
def test_intervals_equal_r(name):
    """Psych's alpha and factanal's omega, patients left out and resampled, of skewed and even items."""
    items = pd.read_csv(FOLDER / "consistency" / f"{name}.csv").to_numpy(np.float64)
    want = expected("consistency")[name]
    of_items, of_factor = alpha(items), omega(items)
    assert isinstance(of_items, Alpha)
    assert isinstance(of_factor, Omega)
    assert of_items.estimate == pytest.approx(want["alpha"]["estimate"], rel=1e-8)
    assert alpha_interval(items, of_items.estimate) == pytest.approx(want["alpha"]["limits"], rel=1e-8)
    assert of_factor.estimate == pytest.approx(want["omega"]["estimate"], rel=1e-6)
    assert (of_factor.low, of_factor.high) == pytest.approx(want["omega"]["limits"], rel=1e-6)


@pytest.mark.parametrize("patients", [10, 20, 49])
def test_few_patients_have_no_interval(patients):
    few = answers(5, patients)
    found, common = alpha(few), omega(few)
    assert isinstance(found, Alpha)
    assert alpha_interval(few, found.estimate) is None
    assert isinstance(common, Omega)
    assert (common.low, common.high) == (None, None)


def test_what_one_patient_decides_has_no_interval():
    """All answer the lowest but one: draws without that patient know nothing."""
    items = np.zeros((60, 4))
    items[0] = 3, 2, 3, 1
    found = alpha(items)
    assert isinstance(found, Alpha)
    assert alpha_interval(items, found.estimate) is None


def test_few_patients_have_no_coefficient():
    """Nine: no alpha and no item-total, with the reason; their number is shown."""
    frames = study([Patient(f"p{n}", [("2024-06-01", {"phq9.total": 5.0})]) for n in range(9)])
    found = reliability(scored(frames), frames.responses, {"phq9.total": SCALES["phq9.total"]})
    assert (found[0]["n"], found[0]["alpha"], found[0]["item_total"]) == (9, None, None)
    assert found[0]["reason"] == found[0]["omega_reason"] == "fewer than 10 patients"


def test_what_somebody_else_chose_does_not_count():
    """Of the mood questionnaire; the next one of the patient does."""
    frames = outcomes()
    first = frames.scores["visit"] == "visit 1"
    answered_by = frames.scores["answered_by"].astype("str").mask(first, "chosen_by_other")
    told = frames.scores.assign(answered_by=answered_by)
    table = scored(dataclasses.replace(frames, scores=told))
    phq9 = {"phq9.total": frames.scale_info["phq9.total"]}
    everyone = reliability(scored(frames), frames.responses, phq9)[0]
    fewer = reliability(table, frames.responses, phq9)[0]
    assert fewer["n"] < everyone["n"]
    assert fewer["alpha"] != everyone["alpha"]
