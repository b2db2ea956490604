"""Outcomes equal to R: before and after, change, screening, reliability, recovery."""

import dataclasses
from datetime import date

import pytest

from analysis.data.frame import scored
from analysis.results.attendance import LATER, NO_LATER, dropout
from analysis.results.before_after import before_after
from analysis.results.change import change
from analysis.results.recovery import recovery
from analysis.results.reliability import reliability
from analysis.results.screening import screening
from tests.analysis.outcomes import outcomes
from tests.analysis.reference import close, expected

EXPECTED = expected("outcomes")
SHOW_ALL = 1  # suppression has its own tests
BY_FACTOR = 1e-4  # relative tolerance of an iterative fit
STRATA = {"all": None, "acute": "acute", "chronic": "chronic"}


@pytest.fixture(scope="module")
def table():
    return scored(outcomes())


def only(records, **facts):
    """The one record with these facts."""
    [found] = [one for one in records if all(one.get(name) == value for name, value in facts.items())]
    return found


@pytest.mark.parametrize("stratum", STRATA)
def test_before_and_after_equal_r(table, stratum):
    """Mean change, its t interval and the counts by the detectable change; nothing where nobody has both."""
    frames = outcomes()
    records = before_after(table, frames.treatments, frames.scale_info, suppress_under=SHOW_ALL)
    kinds = {
        "toxin": "botulinum_toxin",
        "physio": "physiotherapy_neuromuscular_retraining",
        "transfer": "nerve_transfer",
    }
    for name, want in EXPECTED["before_after"][stratum].items():
        kind, instrument = name.split("_")
        facts = {"kind": kinds[kind], "scale": f"{instrument}.total", "stratum": STRATA[stratum]}
        if want["n"] == 0:
            assert not [one for one in records if facts.items() <= one.items() and one["n"]]
            continue
        found = only(records, **facts)
        assert found["patients"] == want["n"]
        assert found["mean_change"] == close(want["mean_change"])
        assert {name: found[name] for name in ("improved", "stable", "worse")} == want["outcomes"]
        if want["low"] is None:
            assert (found["low"], found["reason"]) == (None, "fewer than 10 patients")
        else:
            assert (found["low"], found["high"]) == close((want["low"], want["high"]))


@pytest.mark.parametrize("stratum", STRATA)
def test_change_equals_r(table, stratum):
    """Outside the active phases of toxin, with who could not change; Wilson's interval."""
    frames = outcomes()
    records = change(table, frames.treatments, frames.scale_info, suppress_under=SHOW_ALL)
    thresholds = {"face": 17.6, "phq9": 5, "saq": 28.2}
    for instrument, want in EXPECTED["change"][stratum].items():
        facts = {"threshold": thresholds[instrument], "stratum": STRATA[stratum]}
        found = only(records, scale=f"{instrument}.total", **facts)
        for name in ("n", "improved", "stable", "worse", "cannot_improve", "cannot_worsen"):
            assert found[name] == want[name], name
        assert [found["improved_low"], found["improved_high"]] == close(want["improved_ci"])
        assert found["improved_share"] == want["improved"] / want["n"]


@pytest.mark.parametrize("stratum", STRATA)
def test_screening_equals_r(table, stratum):
    records = screening(table, outcomes().scale_info, suppress_under=SHOW_ALL)
    found, want = only(records, stratum=STRATA[stratum]), EXPECTED["screening"][stratum]
    assert (found["n"], found["positive"], found["cut"]) == (want["n"], want["positive"], 10)
    assert [found["low"], found["high"]] == close(want["ci"])
    assert found["label"] == "screened positive"


def test_screening_looks_at_the_bad_end(table):
    """The same scores, turned round on a scale where higher is better, screen positive alike."""
    info = outcomes().scale_info["phq9.total"]
    low = [(label, 27 - cut, source) for label, cut, source in info.cutoffs]
    turned = dataclasses.replace(info, direction="higher_better", cutoffs=tuple(low))
    rows = table[table["scale"] == "phq9.total"]
    mirrored = rows.assign(value=27 - rows["value"])
    found = screening(mirrored, {"phq9.total": turned}, suppress_under=SHOW_ALL)
    assert [{**one, "cut": 27 - one["cut"]} for one in found] == screening(
        rows, {"phq9.total": info}, suppress_under=SHOW_ALL
    )


@pytest.mark.parametrize("instrument", ["face", "phq9", "saq"])
def test_reliability_equals_r(table, instrument):
    """psych's alpha and corrected item-total, Feldt's interval, omega of factanal's one factor."""
    frames = outcomes()
    records = reliability(table, frames.responses, frames.scale_info)
    found = only(records, instrument=instrument, scale="total", stratum=None)
    want = EXPECTED["reliability"][instrument]
    assert (found["n"], found["alpha"]) == (want["n"], close(want["alpha"]))
    assert [found["alpha_low"], found["alpha_high"]] == close(want["feldt"])
    assert found["omega"] == pytest.approx(want["omega"], rel=BY_FACTOR)
    for name, ends in want.get("resampled", {}).items():
        low, high = (found[f"{name}{'_boot' if name == 'alpha' else ''}_{end}"] for end in ("low", "high"))
        assert (low, high) == pytest.approx(tuple(ends), abs=0.15 * (ends[1] - ends[0]))  # other draws
    assert found["item_total"] == close(want["item_total"])


@pytest.mark.parametrize("instrument", ["face", "phq9"])
def test_dropout_equals_r(table, instrument):
    records = dropout(table, outcomes().scale_info, suppress_under=SHOW_ALL)
    for level, name in ((LATER, "later"), (NO_LATER, "no_later")):
        found = only(records, scale=f"{instrument}.total", level=level, stratum=None)
        want = EXPECTED["dropout"][instrument][name]
        assert {name: found[name] for name in want} == close(want)


@pytest.mark.parametrize("months", [3, 6, 12])
def test_recovery_equals_r(months):
    """Of those whose time has passed: graded, House–Brackmann I, Wilson's interval and the bounds."""
    found = only(recovery(outcomes(), date(2023, 10, 1)), months=months, cause="all")
    check_recovery(found, EXPECTED["recovery"][str(months)])


def test_recovery_by_cause_equals_r():
    found = only(recovery(outcomes(), date(2026, 1, 2)), months=6, cause="bells_palsy")
    check_recovery(found, EXPECTED["recovery_bells"])


def check_recovery(found, want):
    for name in ("enrolled", "graded", "house_brackmann_1"):
        assert found[name] == want[name]
    assert found["share"] == want["house_brackmann_1"] / want["graded"]
    assert [found["low"], found["high"]] == close(want["ci"])
    assert (found["lowest"], found["highest"]) == close((want["lowest"], want["highest"]))
