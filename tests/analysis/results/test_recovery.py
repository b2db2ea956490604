"""Recovery of patients enrolled acute. The numbers are compared with R in test_outcomes."""

from datetime import date, timedelta

import pytest

from analysis.results.recovery import recovery
from tests.analysis.studies import Patient, study

ONSET = date(2024, 1, 1)
SCORE = {"face.total": 50.0}
ON = date(2026, 1, 1)


def after(days):
    return (ONSET + timedelta(days=days)).isoformat()


def record(patients, months=3, cause="all", on=ON, **kwargs):
    kwargs = {"suppress_under": 1, **kwargs}
    found = recovery(study(patients), on, **kwargs)
    return next(one for one in found if (one["months"], one["cause"]) == (months, cause))


def patient(code="a", gradings=(), enrolled=10, visits=None, says=(), **facts):
    return Patient(
        code,
        visits or [(after(enrolled), SCORE)],
        gradings=[(after(day), value) for day, value in gradings],
        says_recovered=says,
        **facts,
    )


@pytest.mark.parametrize(("enrolled", "counts"), [(0, 1), (89, 1), (90, 0)])
def test_enrolled_under_90_days_after_onset(enrolled, counts):
    assert record([patient(enrolled=enrolled), patient("b")])["enrolled"] == 1 + counts


@pytest.mark.parametrize(
    "facts", [{"side": "both"}, {"palsies": 2}, {"begin": "from_birth"}, {"onset": None}]
)
def test_special_palsies_stand_apart(facts):
    assert record([patient(**facts), patient("b")])["enrolled"] == 1


@pytest.mark.parametrize(("day", "graded"), [(61, 0), (62, 1), (121, 1), (122, 0)])
def test_a_grading_counts_within_30_days(day, graded):
    """Three months are 91.3 days."""
    assert record([patient(gradings=[(day, 1)])])["graded"] == graded


def test_the_nearest_grading_counts():
    found = record([patient(gradings=[(70, 1), (93, 2), (110, 1)])])
    assert (found["graded"], found["house_brackmann_1"]) == (1, 0)


def test_the_shares_if_none_or_all_of_the_others_had_recovered():
    graded = [patient(f"g{n}", [(90, 1 if n < 6 else 3)]) for n in range(12)]
    found = record([*graded, *[patient(f"u{n}") for n in range(8)]], suppress_under=5)
    assert (found["enrolled"], found["graded"], found["house_brackmann_1"]) == (20, 12, 6)
    assert (found["share"], found["lowest"], found["highest"]) == (0.5, 0.3, 0.7)


def test_patients_are_asked_too():
    """On the day of the visit; "nearly" is not recovered."""
    visits = [(after(10), SCORE), (after(95), SCORE)]
    said = [patient(f"p{n}", visits=visits, says=["no", "yes" if n < 5 else "nearly"]) for n in range(11)]
    found = record(said, suppress_under=5)
    assert (found["asked"], found["says_recovered"]) == (11, 5)


def test_whose_time_has_not_come_is_awaited():
    """Until the 30 days after it are over."""
    found = record([patient()], on=ONSET + timedelta(days=121))
    assert (found["enrolled"], found["awaited"]) == (0, 1)
    assert record([patient()], on=ONSET + timedelta(days=122))["enrolled"] == 1


def test_small_causes_are_hidden_with_another():
    """Three with Ramsay Hunt: they and the next smallest cause show nothing."""
    groups = (("bells_palsy", 20), ("lyme", 9), ("ramsay_hunt", 3))
    everybody = [
        patient(f"{cause}{n}", [(90, 1 + n % 2)], cause=cause) for cause, size in groups for n in range(size)
    ]
    seen = {cause: record(everybody, cause=cause, suppress_under=5) for cause, _ in groups}
    assert [seen[cause]["n_text"] for cause, _ in groups] == ["20", "hidden", "<5"]
    assert seen["lyme"]["graded"] is None
    assert seen["ramsay_hunt"]["share"] is None


def test_few_graded_show_nothing():
    """None of three recovered: three is a small cell, and so is none of it."""
    found = record([patient(f"p{n}", [(90, 3)] if n < 3 else []) for n in range(12)], suppress_under=5)
    assert (found["graded"], found["house_brackmann_1"], found["share"]) == (None, None, None)
    assert (found["lowest"], found["highest"], found["says_recovered"]) == (None, None, 0)


def test_who_was_enrolled_is_rounded_as_who_was_graded():
    """Where groups under eight are hidden: 58 of 64 recovered, and one more was not graded."""
    people = [patient(f"p{n}", [(90, 1 if n < 58 else 3)] if n < 64 else []) for n in range(65)]
    made = record(people, suppress_under=8)
    assert (made["enrolled"], made["graded"], made["house_brackmann_1"]) == (70, 60, 50)


def test_few_recovered_are_hidden():
    """Two of twelve, and so the other ten."""
    found = record([patient(f"p{n}", [(90, 1 if n < 2 else 3)]) for n in range(12)], suppress_under=5)
    assert (found["graded"], found["house_brackmann_1"], found["share"], found["lowest"]) == (
        12,
        None,
        None,
        None,
    )
    assert found["reason"] == "hidden so that a few patients stay hidden"


def test_many_of_many_recovered_is_told_of_rounded_numbers():
    """57 of 60: the number that a patient asks for. Enrolled, graded and recovered are rounded together."""
    made = record([patient(f"p{n}", [(90, 1 if n < 57 else 3)]) for n in range(60)], suppress_under=5)
    assert (made["enrolled"], made["graded"], made["house_brackmann_1"]) == (60, 60, 55)
    assert (made["share"], made["lowest"], made["highest"]) == (55 / 60, 55 / 60, 55 / 60)
    assert (made["rounded"], made["n_text"], made["reason"]) == (True, "about 60", None)
