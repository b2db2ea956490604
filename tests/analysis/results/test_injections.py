"""Phases of the injection cycle, and their model against R."""

import numpy as np
import pandas as pd
import pytest

from analysis.data.frame import scored
from analysis.results.injections import PHASES, injection_cycle, phases
from tests.analysis.reference import close, expected, followed, same_model
from tests.analysis.studies import SCALES, Patient, registry, study

TOXIN = "botulinum_toxin"


def phase_of(visit, *treatments, states=(), precisions=()):
    """Phase and years of one patient's only visit."""
    given = [(TOXIN, day) for day in treatments]
    frames = study([Patient("a", [(visit, {"face.total": 50.0})], treatments=given, states=states)])
    table = frames.treatments
    if precisions:
        table = table.assign(precision=pd.Series(list(precisions), dtype="str"))
    found = phases(table, frames.scores).iloc[0]
    return found["phase"], found["years"]


@pytest.mark.parametrize(
    ("visit", "phase"),
    [
        ("2024-02-29", "never"),
        ("2024-03-01", "early"),
        ("2024-03-14", "early"),
        ("2024-03-15", "peak"),
        ("2024-04-26", "peak"),
        ("2024-04-27", "waning"),
        ("2024-06-21", "waning"),
        ("2024-06-22", "worn_off"),
    ],
)
def test_the_last_day_of_each_phase(visit, phase):
    """Days 0–13, 14–56, 57–112 and later, counted from an injection on 1 March."""
    assert phase_of(visit, "2024-03-01")[0] == phase


def test_the_last_injection_counts_and_the_first_starts_the_clock():
    phase, years = phase_of("2024-12-01", "2024-11-01", "2023-12-02", "2025-01-01")
    assert (phase, years) == ("peak", 365 / 365.25)


def test_planned_and_cancelled_injections_and_other_treatments_do_not_count():
    assert phase_of("2024-12-01", "2024-11-01", "2024-11-02", states=["planned", "cancelled"])[0] == "never"
    other = study(
        [Patient("a", [("2024-12-01", {"face.total": 1.0})], treatments=[("massage", "2024-11-01")])]
    )
    assert phases(other.treatments, other.scores)["phase"].tolist() == ["never"]


@pytest.mark.parametrize(
    ("visit", "days", "precisions", "phase"),
    [
        ("2024-12-01", [None], [None], "undated"),
        ("2024-12-01", ["2024-11-01", None], ["day", None], "undated"),
        ("2024-12-01", ["2024-11-01"], ["month"], "undated"),
        ("2024-12-01", ["2024-11-01", "2024-03-01"], ["day", "month"], "peak"),
        ("2024-12-01", ["2024-11-15", "2024-11-01"], ["day", "month"], "undated"),
        ("2024-12-01", ["2024-11-15", "2024-01-01"], ["day", "year"], "undated"),
        ("2024-12-01", ["2024-11-15", "2025-01-01"], ["day", "year"], "peak"),
    ],
)
def test_an_injection_of_no_known_day_hides_the_phase_if_it_may_be_the_last(visit, days, precisions, phase):
    found, years = phase_of(visit, *days, precisions=precisions)
    assert found == phase
    assert np.isnan(years) == (phase == "undated")


def test_the_clock_starts_with_a_first_injection_known_by_month():
    assert phase_of("2024-12-01", "2024-11-01", "2024-03-01", precisions=["day", "month"])[1] == (
        pytest.approx(261 / 365.25)
    )


@pytest.fixture(scope="module")
def records():
    frames = study(followed())
    return injection_cycle(scored(frames), frames.treatments, SCALES)


def chosen(records, key, stratum=None):
    return {
        record[key]: record
        for record in records
        if key in record and record["scale"] == "face.total" and record.get("stratum") == stratum
    }


def test_phases_and_model_as_r(records):
    reference = expected("followed")["injection_cycle"]
    described = chosen(records, "phase")
    assert tuple(described) == PHASES
    for phase, of_r in reference["phases"].items():
        assert [described[phase][name] for name in ("n", "mean", "sd")] == close(
            [of_r["n"], of_r["mean"], of_r["sd"]]
        )
    assert (described["undated"]["n"], described["undated"]["reason"]) == (0, "nobody")
    terms = chosen(records, "term")
    same_model(terms, reference["model"]["model"])
    same_model(terms, reference["model"]["robust"], suffix="_robust")
    assert {record["reference"] for record in terms.values()} == {"worn_off"}


def test_few_injected_patients_are_described_and_not_modelled(records):
    for record in chosen(records, "term", "acute").values():
        assert record["reason"] == "not estimable: fewer than 15 patients for each of 5 coefficients"


def test_no_phase_and_no_coefficient_of_few_patients():
    """A small phase has no mean, and its coefficient would tell it."""
    frames = study(followed())
    whole = injection_cycle(scored(frames), frames.treatments, SCALES, suppress_under=30)
    described, terms = chosen(whole, "phase"), chosen(whole, "term")
    hidden = [phase for phase, record in described.items() if record["suppressed"]]
    assert {"early", "worn_off"} <= set(hidden)
    for phase in hidden:
        assert (described[phase]["mean"], described[phase]["n"]) == (None, None)
    assert terms["early"]["estimate"] is terms["peak"]["p_robust"] is None
    assert terms["early"]["reason"] == "hidden: it tells of few patients"
    assert terms["log2_injection_years"]["estimate"] is not None


def test_without_worn_off_visits_there_is_nothing_to_compare_with():
    patients = [
        Patient(
            f"p{number}",
            [
                ("2024-03-05", {"face.total": 40.0 + number % 7}),
                ("2024-04-05", {"face.total": 50.0 + number % 5}),
            ],
            treatments=[(TOXIN, "2024-03-01")],
        )
        for number in range(80)
    ]
    frames = study(patients)
    found = chosen(injection_cycle(scored(frames), frames.treatments, SCALES), "term")
    assert {record["reason"] for record in found.values()} == {
        "not estimable: no visit after an injection had worn off"
    }


def test_a_study_without_injections_has_no_cycle():
    frames = registry(1, 10)
    none = frames.treatments[frames.treatments["kind"] != TOXIN]
    assert injection_cycle(scored(frames), none, SCALES) == []
