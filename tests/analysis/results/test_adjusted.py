"""Who is exposed, and when there is no model. The numbers are compared with R in test_outcomes."""

import dataclasses

import pytest

from analysis.data.frame import scored
from analysis.results.adjusted import adjusted_change
from tests.analysis.studies import SCALES, Patient, study

FIRST, LAST = "2024-01-10", "2024-12-01"


def visits(number, value=40.0):
    return [(FIRST, {"face.total": value + number % 7}), (LAST, {"face.total": value + number * 3 % 11})]


def patients(number, kind=None, start=None, prefix="p"):
    given = [(kind, start)] if kind else []
    return [
        Patient(f"{prefix}{n:03}", visits(n), treatments=given, onset="2020-01-01") for n in range(number)
    ]


def record(*groups, scale="face.total", family=None):
    frames = study([one for group in groups for one in group])
    found = adjusted_change(scored(frames), frames.treatments, {scale: SCALES[scale]}, suppress_under=1)
    return next((one for one in found if family in (None, one["family"])), None)


@pytest.mark.parametrize(
    ("kind", "start", "arm"),
    [
        ("botulinum_toxin", "2024-01-10", None),
        ("botulinum_toxin", "2024-01-11", "exposed"),
        ("botulinum_toxin", "2024-11-01", "exposed"),
        ("botulinum_toxin", "2024-11-02", "too_recent"),
        ("botulinum_toxin", "2024-12-01", "too_recent"),
        ("botulinum_toxin", "2024-12-02", "not_exposed"),
        ("botulinum_toxin", None, None),
        ("nerve_transfer", "2024-06-04", "exposed"),
        ("nerve_transfer", "2024-06-05", "too_recent"),
    ],
)
def test_exposed_is_begun_in_time(kind, start, arm):
    """After the first score, and 30 days (surgery 180) before the last; an unknown start counts as had."""
    found = record(patients(1, kind, start))
    counts = {"exposed": found["n_exposed"], "too_recent": found["too_recent"]}
    counts["not_exposed"] = found["n_not_exposed"]
    assert counts == {name: int(name == arm) for name in counts}
    assert found["had_before"] == int(arm is None)


@pytest.mark.parametrize(
    ("day", "counts"), [("2024-06-07", 0), ("2024-06-08", 1), ("2026-01-09", 1), ("2026-01-10", 0)]
)
def test_the_later_score_is_150_to_730_days_on(day, counts):
    one = Patient(
        "a",
        [(FIRST, {"face.total": 1.0}), (day, {"face.total": 1.0})],
        treatments=[("massage", "2026-02-01")],
    )
    assert record([one])["n"] == counts


def test_fifteen_patients_for_each_coefficient():
    """44 are too few for three coefficients; 45 give the model without further terms, 60 one more."""
    assert (
        "15 patients for each of 3"
        in record(patients(14, "massage", "2024-03-01"), patients(30, prefix="n"))["reason"]
    )
    found = record(patients(15, "massage", "2024-03-01"), patients(30, prefix="n"))
    assert (found["terms"], found["n"], found["imprecise"]) == ("pre, exposed", 45, True)
    ages = [dataclasses.replace(one, birth_year=1950 + n) for n, one in enumerate(patients(60, prefix="n"))]
    found = record(patients(10, "massage", "2024-03-01"), ages)
    assert found["terms"] == "pre, exposed, age"


def test_an_arm_of_few_shows_nothing():
    """Under five patients in an arm there is no count, and under ten no estimate."""
    frames = study([*patients(4, "massage", "2024-03-01"), *patients(60, prefix="n")])
    [found, *_] = adjusted_change(scored(frames), frames.treatments, {"face.total": SCALES["face.total"]})
    assert (found["estimate"], found["n"], found["n_exposed_text"]) == (None, None, "<5")
    assert found["reason"] == "fewer than 10 patients began it"
    assert record(patients(9, "massage", "2024-03-01"), patients(60, prefix="n"))["estimate"] is None


def test_no_line_where_a_third_have_no_synkinesis():
    """SAQ 20 says that there is none: with 30 % there is no model."""

    def with_saq(one, number):
        low = 20.0 if number % 3 == 0 else 40.0 + number % 5
        return dataclasses.replace(
            one, visits=[(FIRST, {"saq.total": low}), (LAST, {"saq.total": 50.0 + number % 9})]
        )

    both = [*patients(20, "massage", "2024-03-01"), *patients(60, prefix="n")]
    found = record([with_saq(one, n) for n, one in enumerate(both)], scale="saq.total")
    assert found["reason"] == "not estimable: 34% of scores are 20, the lowest; no linear model fits them"
    assert found["estimate"] is None


def test_scores_that_say_the_same_as_a_term_give_no_model():
    """The later score is the first: nothing is left to estimate."""
    same = [
        dataclasses.replace(one, visits=[(FIRST, one.visits[0][1]), (LAST, one.visits[0][1])])
        for one in patients(60)
    ]
    treated = [dataclasses.replace(one, treatments=[("massage", "2024-03-01")]) for one in same[:20]]
    assert record([*treated, *same[20:]])["reason"] == "not estimable: no variation left"
