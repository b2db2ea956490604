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


@pytest.mark.parametrize("case", ["censored", "exact"])
def test_the_cumulative_incidence_equals_r(case):
    """Turnbull's, between looks; and Aalen and Johansen's, with late entry and a competing event."""
    table = pd.read_csv(FOLDER / "recovery" / f"{case}.csv")
    columns = (table[name].to_numpy(np.float64) for name in ("entered", "after", "by", "other"))
    found = incidence(Looks(*columns), draws=False)
    of_r = expected("recovery")
    assert [found.at(day) for day in of_r["days"]] == pytest.approx(of_r[case], abs=STEPS)


def test_patients_alike_are_counted_together():
    """Many who share their days have the shares of the few, also where some entered late."""
    draw = np.random.default_rng(3)
    entered, after = draw.integers(0, 30, 60), draw.integers(30, 90, 60)
    by = np.where(draw.random(60) < 0.7, after + draw.integers(1, 90, 60), np.inf)
    other = np.where(draw.random(60) < 0.1, after + 5.0, np.inf)
    few = [np.asarray(days, np.float64) for days in (entered, after, by, other)]
    once, often = (
        incidence(Looks(*(np.tile(days, times) for days in few)), draws=False) for times in (1, 20)
    )
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


def test_what_cannot_be_told_says_why():
    assert recovery_time(study(patients(3, [(60, 1)], side="both")), ON) == []
    assert of(patients(9, [(60, 1)]))["reason"] == "fewer than 10 patients"
    assert of(patients(12, []))["reason"] == "nobody looked at after enrolment"
    assert of(patients(12, [(60, 3)]))["reason"] == "nobody recovered yet"
    few = recovery_time(study(patients(12, [(60, 3)]) + patients(3, [(60, 1)], code="w")), ON)
    assert {one["estimate"] for one in few} == {None}
    assert few[0]["reason"] == "hidden so that a few patients stay hidden"


def test_few_on_one_side_are_told_in_steps_of_five():
    """57 of 60 recovered by day 60; the three others were looked at until day 400."""
    people = [*patients(57, [(30, 3), (60, 1)]), *patients(3, [(400, 3)], code="n")]
    found = recovery_time(study(people), ON)
    one = next(
        r for r in found if (r["definition"], r["cause"], r["days"]) == ("house_brackmann_1", "all", 90)
    )
    assert (one["n"], one["recovered"], one["rounded"], one["reason"]) == (60, 55, True, None)
    assert one["estimate"] == pytest.approx(55 / 60)
