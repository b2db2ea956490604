"""Time to recovery: the estimator against R, and who is looked at when."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from analysis.numbers.interval_censored import Looks, incidence
from analysis.results.recovery_time import recovery_time
from tests.analysis.reference import FOLDER, expected
from tests.analysis.studies import Patient, study

ONSET = date(2024, 1, 1)
ON = date(2026, 1, 1)
STEPS = 1e-4  # both go on by steps until they stand still
LIMITS = 2e-3  # R's steps end earlier


@pytest.mark.parametrize("case", ["censored", "exact"])
def test_the_cumulative_incidence_equals_r(case):
    """Turnbull's, between looks; and Aalen and Johansen's, with late entry and a competing event."""
    table = pd.read_csv(FOLDER / "recovery" / f"{case}.csv")
    columns = (table[name].to_numpy(np.float64) for name in ("entered", "after", "by", "other"))
    found = incidence(Looks(*columns))
    of_r = expected("recovery")
    assert [found.at(day) for day in of_r["days"]] == pytest.approx(of_r[case], abs=STEPS)
    for mine, theirs in zip(found.intervals(of_r["looked"]), of_r[f"{case}_limits"], strict=True):
        assert mine == pytest.approx(tuple(theirs), abs=LIMITS)


def test_patients_alike_are_counted_together():
    """Many who share their days have the shares of the few, also where some entered late."""
    draw = np.random.default_rng(3)
    entered, after = draw.integers(0, 30, 60), draw.integers(30, 90, 60)
    by = np.where(draw.random(60) < 0.7, after + draw.integers(1, 90, 60), np.inf)
    other = np.where(draw.random(60) < 0.1, after + 5.0, np.inf)
    few = [np.asarray(days, np.float64) for days in (entered, after, by, other)]
    once, often = (incidence(Looks(*(np.tile(days, times) for days in few))) for times in (1, 20))
    assert often.day.tolist() == once.day.tolist()
    assert often.share == pytest.approx(once.share, abs=1e-7)


def after(days):
    return (ONSET + timedelta(days=days)).isoformat()


def patients(number, gradings, code="p", **facts):
    return [
        Patient(
            f"{code}{n:02d}",
            [(after(10), {"face.total": 50.0})],
            onset=ONSET.isoformat(),
            gradings=[(after(day), value) for day, value in gradings],
            **facts,
        )
        for n in range(number)
    ]


def of(people, days=90, **facts):
    facts = {"definition": "house_brackmann_1", "cause": "all", **facts}
    found = recovery_time(study(people), ON, suppress_under=1)
    [one] = [r for r in found if r["days"] == days and all(r[key] == value for key, value in facts.items())]
    return one


def test_recovered_between_two_looks():
    """Ten of twenty are well at the look on day 60; the others are seen until day 400."""
    people = [*patients(10, [(30, 3), (60, 1)]), *patients(10, [(30, 3), (400, 3)], code="q")]
    assert (of(people, 30)["estimate"], of(people, 60)["estimate"], of(people, 365)["estimate"]) == (
        0,
        pytest.approx(0.5),
        pytest.approx(0.5),
    )
    one = of(people, 60)
    assert (one["n"], one["recovered"], one["competing"], one["censored"], one["at_risk"]) == (
        20,
        10,
        0,
        10,
        20,
    )
    assert one["low"] < 0.5 < one["high"]
    assert one["median"] == 60
    assert one["bound_low"] == pytest.approx(0.5)


def test_an_operation_competes_and_one_who_was_well_at_enrolment_is_counted_apart():
    """A graft on day 50 ends the waiting: it is not taken for a patient who might have recovered later."""
    grafted = patients(10, [(30, 4)], code="g", treatments=[("nerve_repair_or_graft", after(50))])
    people = [*patients(10, [(30, 3), (60, 1)]), *grafted, *patients(3, [(5, 1)], code="w")]
    one = of(people)
    assert (one["n"], one["competing"], one["recovered_at_first"]) == (20, 10, 3)
    assert one["estimate"] == pytest.approx(0.5)


def test_the_bounds_are_of_those_who_were_lost():
    """Ten seen well on day 60, ten last seen unwell on day 30, and never again."""
    people = [*patients(10, [(30, 3), (60, 1)]), *patients(10, [(30, 3)], code="l")]
    one = of(people)
    assert one["bound_low"] == pytest.approx(0.5)
    assert one["bound_high"] == pytest.approx(1)
    assert one["estimate"] == pytest.approx(1)


def test_between_two_looks_the_share_is_on_a_line_and_its_interval_has_both_ends():
    """All are looked at on days 30 and 90, half recover in between: on day 60 nobody knows how many did."""
    people = [*patients(20, [(30, 3), (90, 1)]), *patients(20, [(30, 3), (90, 3), (400, 3)], code="q")]
    one = of(people, 60)
    assert one["estimate"] == pytest.approx(0.25)
    assert one["low"] == pytest.approx(0, abs=1e-3)
    assert one["high"] == pytest.approx(of(people, 90)["high"], abs=1e-3)


def test_nobody_yet_is_not_nobody_ever():
    """Of 20 seen on day 30 none had recovered: up to 9 % may have, by the ratio of likelihoods."""
    one = of([*patients(10, [(30, 3), (60, 1)]), *patients(10, [(30, 3), (400, 3)], code="q")], 30)
    assert (one["estimate"], one["low"]) == (0, 0)
    assert one["high"] == pytest.approx(1 - np.exp(-3.841459 / 2 / 20), abs=1e-3)


def test_the_median_has_the_days_by_which_half_may_have_recovered():
    """Twenty recover one a week, each seen the day before: then a half is in the interval of the share."""
    people = [
        one
        for at in range(20)
        for one in patients(1, [(29 + 7 * at, 3), (30 + 7 * at, 1)], code=f"m{at:02d}")
    ]
    found = recovery_time(study(people), ON, suppress_under=1)[0]
    assert found["median"] == 30 + 7 * 9
    assert (found["median_low"], found["median_high"]) == (30 + 7 * 5, 30 + 7 * 14)


def test_what_cannot_be_told_says_why():
    assert recovery_time(study(patients(3, [(60, 1)], side="both")), ON) == []
    assert of(patients(9, [(60, 1)]))["reason"] == "fewer than 10 patients"
    assert of(patients(12, []))["reason"] == "nobody looked at after enrolment"
    assert of(patients(12, [(60, 3)]))["reason"] == "nobody recovered yet"
    few = recovery_time(study(patients(12, [(60, 3)]) + patients(3, [(60, 1)], code="w")), ON)
    assert {one["estimate"] for one in few} == {None}
    assert few[0]["reason"] == "hidden so that a few patients stay hidden"


@pytest.mark.parametrize("others", range(1, 5))
def test_how_few_did_not_recover_is_not_told(others):
    """One or four of sixty: the same numbers, and never that all recovered."""
    people = [*patients(60 - others, [(30, 3), (60, 1)]), *patients(others, [(400, 3)], code="n")]
    found = [one for one in recovery_time(study(people), ON) if one["cause"] == "all"]
    one = next(r for r in found if (r["definition"], r["days"]) == ("house_brackmann_1", 90))
    told = ("n", "n_text", "recovered", "competing", "censored", "rounded")
    assert [one[name] for name in told] == [60, "about 60", 55, 0, 5, True]
    assert one["estimate"] == pytest.approx(55 / 60)
    assert one["low"] <= one["estimate"] <= one["high"]
    assert one["bound_low"] <= one["estimate"] <= one["bound_high"]
    assert {one["at_risk"] for one in found} <= {None, 0, 5, 60}


def test_few_operated_are_not_what_the_others_leave():
    """Forty recovered and eighteen are still looked at: all sixty less these would be two."""
    people = [*patients(40, [(30, 3), (60, 1)]), *patients(18, [(30, 3), (400, 3)], code="n")]
    operated = patients(2, [(30, 3)], code="o", treatments=[("nerve_transfer", "2024-03-01")])
    found = recovery_time(study([*people, *operated]), ON)[0]
    assert (found["n"], found["recovered"], found["competing"], found["censored"]) == (60, 40, None, None)


def test_few_on_one_side_are_told_in_steps_of_a_larger_smallest_group():
    """Where groups under eight are hidden, in steps of ten."""
    people = [*patients(57, [(30, 3), (60, 1)]), *patients(6, [(400, 3)], code="n")]
    found = recovery_time(study(people), ON, suppress_under=8)[0]
    assert (found["n"], found["recovered"], found["censored"], found["rounded"]) == (60, 50, 10, True)


def test_few_on_one_side_are_told_in_steps_of_five():
    """57 of 60 recovered by day 60; the three others were looked at until day 400."""
    people = [*patients(57, [(30, 3), (60, 1)]), *patients(3, [(400, 3)], code="n")]
    found = recovery_time(study(people), ON)
    one = next(
        r for r in found if (r["definition"], r["cause"], r["days"]) == ("house_brackmann_1", "all", 90)
    )
    assert (one["n"], one["recovered"], one["rounded"], one["reason"]) == (60, 55, True, None)
    assert one["estimate"] == pytest.approx(55 / 60)
