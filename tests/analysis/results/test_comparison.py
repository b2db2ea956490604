"""The comparison as a sequence of target trials against R; who is in which arm, and what is refused."""

import dataclasses

import numpy as np
import pytest

from analysis.data.frame import StudyFrames
from analysis.results.comparison import treatment_balance, treatment_comparison
from analysis.results.trials import Known, trials, visits
from tests.analysis.reference import expected, followed_trials
from tests.analysis.studies import SCALES, Patient, study
from tests.analysis.worlds import SPREAD, TREATED

FACE = {"face.total": SCALES["face.total"]}
ITERATED = 1e-6  # relative: the weights come of an iterative fit


@pytest.fixture(scope="module")
def frames() -> StudyFrames:
    return followed_trials(lacking=False)


@pytest.fixture(scope="module")
def records(frames):
    return treatment_comparison(frames, FACE, suppress_under=1)


def only(records, **facts):
    [found] = [one for one in records if all(one.get(name) == value for name, value in facts.items())]
    return found


@pytest.mark.parametrize("stratum", ["all", "acute", "chronic"])
@pytest.mark.parametrize("history", ["known", "none"])
@pytest.mark.parametrize("family", ["therapy", "toxin"])
def test_it_equals_r(records, family, history, stratum):
    """Flow, both arms, their weights' worth, estimate, error by patient, balance and E-value."""
    of_stratum = None if stratum == "all" else stratum
    found = only(records, family=family, history=history, stratum=of_stratum)
    reference = expected("trials")[family][history][stratum]
    if reference["estimate"] is None:
        assert found["estimate"] is None
        assert found["reason"]
    sites = reference.get("within_sites", {}) if history == "known" else {}
    for name, value in sites.items():
        assert found[f"{name}_within_sites"] == pytest.approx(value, rel=ITERATED), name
    names = set(reference) - {"differences", "within_sites"}
    names -= {"estimate"} if reference["estimate"] is None else set()
    for name in names:
        assert found[name] == pytest.approx(reference[name], rel=ITERATED, abs=1e-9), name


def test_the_balance_equals_r(frames):
    balance = treatment_balance(frames, FACE, suppress_under=1)
    names = {"earlier": "earlier_mean", "change": "last_change", "hb": "hb_iv_or_worse"}
    names |= {"bells": "bells", "year": "year"}
    for family in ("therapy", "toxin"):
        reference = expected("trials")[family]["known"]["all"]["differences"]
        for theirs, ours in names.items():
            one = only(balance, family=family, covariate=ours, stratum=None)
            assert one["after"] == pytest.approx(reference[theirs], rel=ITERATED)
            assert not one["inside"]
        inside = [one for one in balance if one["inside"] and one["family"] == family]
        assert all(abs(one["after"]) < 1e-6 for one in inside if one["after"] is not None)


@pytest.mark.parametrize(
    ("causes", "reason"),
    [
        (("bells_palsy", "trauma"), "surgery is not the same in different causes: choose one cause"),
        (("trauma", "trauma"), None),
    ],
)
def test_surgery_of_different_causes_is_refused(causes, reason):
    random = np.random.default_rng(1)
    days = ("2024-01-10", "2024-04-01", "2025-06-01")
    patients = [
        Patient(
            f"p{number}",
            [(day, {"face.total": float(random.normal(50, 9))}) for day in days],
            treatments=[("nerve_transfer", "2024-05-01")] if number % 2 else [],
            onset=f"2020-0{1 + number % 9}-01",
            cause=causes[number // 2 % 2],
            birth_year=1950 + number % 30,
            sex=("female", "male")[number // 3 % 2],
        )
        for number in range(60)
    ]
    found = treatment_comparison(study(patients), FACE)
    assert only(found, family="surgery", history="known", stratum=None)["reason"] == reason


FIRST, SECOND, AFTER = "2024-01-10", "2024-04-01", "2024-07-20"


def arm(kind, start, days=(FIRST, SECOND, AFTER)):
    """The index visits of one patient with these scores who began at `start`: number, arm, followed."""
    given = [(kind, start)] if kind else []
    one = Patient("a", [(day, {"face.total": 50.0}) for day in days], treatments=given)
    known = Known.of(study([one, Patient("b", treatments=[("mime_therapy", FIRST)])]))
    rows = trials(known, visits(known, "face.total"), "therapy")
    return [
        (row.number, None if np.isnan(row.exposed) else int(row.exposed), not np.isnan(row.post))
        for row in rows.itertuples()
    ]


@pytest.mark.parametrize(
    ("start", "index_visits"),
    [
        (None, []),  # a start that is not known may lie before everything
        ("2024-01-10", []),  # begun on the day of the first score: the hour is not known
        ("2024-01-11", [(1, 1, True)]),
        ("2024-03-31", [(1, 1, True)]),  # 81 days after the first
        ("2024-04-01", [(1, 1, True)]),  # on the day of the second
        ("2024-04-02", [(1, None, True), (2, 1, True)]),  # the first is not the last before it
        ("2024-04-10", [(1, 0, True), (2, 1, True)]),  # 91 days after the first
        ("2024-05-22", [(1, 0, True), (2, 1, False)]),  # the score 59 days later is too early
        ("2024-07-01", [(1, 0, True), (2, 0, True)]),
    ],
)
def test_exposed_is_begun_within_90_days_of_the_last_score_before(start, index_visits):
    assert arm("mime_therapy", start) == index_visits


def test_who_never_began_it_is_compared_at_each_visit():
    assert arm(None, None) == [(1, 0, True), (2, 0, True), (3, 0, False)]


@pytest.mark.parametrize("name", ["begun at a flare", "injected when worse than usual"])
def test_begun_because_of_a_bad_day_is_refused(name):
    """What was a passing low gets better by itself; the arms differed in the change before."""
    world = TREATED[name]
    found = treatment_comparison(world.draw(np.random.default_rng(1)), FACE)
    told = only(found, family=world.family, history="known", stratum=None)
    assert told["estimate"] is None
    assert told["reason"] == "the arms differed before: earlier_mean, last_change"


def test_a_true_effect_is_found_and_nothing_where_there_is_none():
    for name, effect in (("nothing happens", 0.0), ("nothing happens, with an effect", SPREAD)):
        world = TREATED[name]
        found = treatment_comparison(world.draw(np.random.default_rng(2)), FACE)
        told = only(found, family=world.family, history="known", stratum=None)
        assert told["low"] < effect < told["high"]


def test_what_is_not_estimable_says_why(records):
    assert all((record["estimate"] is None) == (record["reason"] is not None) for record in records)


def test_the_balance_of_all_patients_stands_first(frames):
    order = [one.get("stratum") for one in treatment_balance(frames, FACE)]
    assert order == sorted(order, key=[None, "acute", "chronic", "unknown"].index)
    assert {None, "chronic"} <= set(order)


def test_an_arm_of_few_shows_nothing(frames):
    facts = {"family": "therapy", "history": "none", "stratum": "acute"}
    few = only(treatment_comparison(frames, FACE), **facts)
    assert few["reason"] == "fewer than 20 patients began it"
    hidden = only(treatment_comparison(frames, FACE, suppress_under=25), **facts)
    counted = ("n_exposed", "n_compared", "patients", "eligible", "estimate", "started_later", "smd_before")
    assert [hidden[name] for name in counted] == [None] * len(counted)
    assert hidden["n_exposed_text"] == "<25"


def test_a_covariate_that_many_lack_refuses_the_comparison(frames):
    third = np.arange(len(frames.patients)) % 3 == 0
    patients = frames.patients.assign(birth_year=frames.patients["birth_year"].mask(third))
    found = treatment_comparison(dataclasses.replace(frames, patients=patients), FACE)
    told = only(found, family="therapy", history="known", stratum=None)
    assert told["reason"] == "a covariate is missing in more than 20 % of the visits"
