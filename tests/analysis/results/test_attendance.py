"""Who was expected, who came, and what became of those who did not come back."""

import dataclasses
from datetime import date

import pandas as pd
import pytest

from analysis.data.frame import scored
from analysis.figures.attendance import attendance_figure
from analysis.figures.view import View
from analysis.results.attendance import NO_PLAN, attendance, attendance_by_instrument, dropout
from analysis.results.flow import flow
from tests.analysis.studies import SCALES, Patient, study

ON = date(2024, 12, 31)
BOTH = {"face.total": 50.0, "phq9.total": 10.0}


def frames(number=10, later=10):
    """Patients with a first visit, some with a second."""
    days = [("2024-02-01", BOTH), ("2024-08-01", BOTH)]
    return study([Patient(f"p{n}", days if n < later else days[:1]) for n in range(number)])


def planned(number=10, answered=10, closes="2024-09-01", **facts):
    """The same, with a second visit planned for all, closing then."""
    made = frames(number, number)
    second = made.visits["visit"] == "visit 2"
    skipped = second & (made.visits["patient"].str[1:].astype(int) >= answered)
    gone = set(made.visits.loc[skipped, "visit_id"])
    return dataclasses.replace(
        made,
        scores=made.scores[~made.scores["visit_id"].isin(gone)],
        responses=made.responses[~made.responses["visit_id"].isin(gone)],
        visits=made.visits.assign(
            begun=~skipped,
            closes_on=made.visits["closes_on"].mask(second, pd.Timestamp(closes)),
        ),
        patients=made.patients.assign(**facts),
    )


def test_enrolled_expected_attended_scored():
    """In the order in which visits fall due; the rates with their two denominators."""
    first, second = attendance(planned(answered=7), ON)
    assert (first["visit"], second["visit"]) == ("visit 1", "visit 2")
    assert (first["enrolled"], first["expected"], first["scored"], first["completion_rate"]) == (
        10,
        10,
        10,
        1,
    )
    assert (second["expected"], second["begun"], second["attended"], second["scored"]) == (10, 7, 7, 7)
    assert (second["completion_rate"], second["available_rate"]) == (0.7, 0.7)


def imported(made):
    """As if every answer had come with a file."""
    return dataclasses.replace(
        made, scores=made.scores.assign(source=pd.Categorical(["import"] * len(made.scores)))
    )


def test_an_import_does_not_say_who_was_to_come():
    """Of 200 patients 70 have a second visit: 35 % of all enrolled, and never 70 of 70."""
    made = imported(frames(200, 70))
    first, second = attendance(made, ON)
    for one, scored_ones in ((first, 200), (second, 70)):
        assert (one["expected"], one["completion_rate"], one["reason"]) == (None, None, NO_PLAN)
        assert (one["scored"], one["enrolled"], one["n"]) == (scored_ones, 200, 200)
    assert (first["available_rate"], second["available_rate"]) == (1, 0.35)
    assert {one["reason"] for one in attendance_by_instrument(made, ON)} == {NO_PLAN}
    steps = {(one["visit"], one["step"]) for one in flow(made, ON) if one["by"] == "all"}
    assert (None, "due") not in steps
    assert {step for visit, step in steps if visit == "visit 2"} == {"answered"}
    told = attendance_figure(made, ON, View()).summary
    assert "70 of 200 (35\u00a0%) at visit 2" in told
    assert "expected" not in told


def test_the_visit_that_fewest_answered_is_named():
    """Two later visits of twenty patients, the first of them answered by six."""
    days = [("2024-02-01", BOTH), ("2024-08-01", BOTH), ("2024-11-01", BOTH)]
    made = study([Patient(f"p{n}", days) for n in range(20)])
    at = made.visits["visit"] == "visit 2"
    unanswered = set(made.visits.loc[at & (made.visits["patient"].str[1:].astype(int) >= 6), "visit_id"])
    made = dataclasses.replace(
        made,
        scores=made.scores[~made.scores["visit_id"].isin(unanswered)],
        responses=made.responses[~made.responses["visit_id"].isin(unanswered)],
        visits=made.visits.assign(
            begun=~made.visits["visit_id"].isin(unanswered),
            closes_on=made.visits["closes_on"].mask(at, pd.Timestamp("2024-09-01")),
        ),
    )
    told = attendance_figure(made, ON, View()).summary
    shares = [told.index(f"({share}\u00a0%) at visit {n}") for n, share in ((1, 100), (2, 30), (3, 100))]
    assert shares == sorted(shares)


def test_an_import_that_also_says_who_did_not_come_has_a_denominator():
    """Rows of missed visits, which ask nothing; or answers that fill visits of the plan."""
    filled = imported(planned(answered=7))
    [_, second] = attendance(filled, ON)
    assert (second["expected"], second["completion_rate"]) == (10, 0.7)
    battery = filled.visits["battery"].where(filled.visits["begun"], pd.Series([()] * len(filled.visits)))
    missed = dataclasses.replace(filled, visits=filled.visits.assign(battery=battery))
    [first, second] = attendance(missed, ON)
    assert (first["completion_rate"], second["completion_rate"]) == (None, 0.7)
    some = missed.visits["patient"].ne("p9") | missed.visits["visit"].ne("visit 2")
    [_, second] = attendance(dataclasses.replace(missed, visits=missed.visits[some]), ON)
    assert second["reason"] == NO_PLAN


def test_a_window_that_is_open_expects_only_who_has_begun():
    [_, second] = attendance(planned(answered=7, closes="2025-01-01"), ON)
    assert (second["expected"], second["completion_rate"], second["available_rate"]) == (7, 1, 0.7)


@pytest.mark.parametrize(
    ("status", "since", "expected"),
    [
        ("left", "2024-08-01", 7),
        ("died", "2024-03-01", 7),
        ("left", "2024-08-02", 10),
        ("lost", "2024-03-01", 10),
        ("paused", "2024-03-01", 10),
    ],
)
def test_who_left_or_died_before_is_not_expected(status, since, expected):
    """Who is lost to follow-up is: leaving them out would flatter the rate. Who came was expected anyway."""
    made = planned(answered=7, status=status, status_since=pd.Timestamp(since))
    [_, second] = attendance(made, ON)
    assert second["expected"] == expected


def test_what_was_never_sent_is_broken_off():
    """A partial response, and a draft that its visit's end has overtaken."""
    made = frames()
    partial = made.responses["patient"].isin(["p0", "p1", "p2", "p3", "p4", "p5"])
    made = dataclasses.replace(made, responses=made.responses.assign(partial=partial))
    first, _ = attendance(made, ON)
    assert (first["begun"], first["broken_off"], first["attended"]) == (10, 6, None)
    assert first["attended_text"] == "<5"
    only_drafts = dataclasses.replace(
        planned(answered=0), visits=planned(answered=0).visits.assign(begun=True)
    )
    [_, second] = attendance(only_drafts, ON)
    assert (second["begun"], second["broken_off"], second["attended"], second["scored"]) == (10, 10, 0, 0)


def test_each_questionnaire_is_counted_too():
    made = frames()
    without = made.responses[
        ~((made.responses["instrument"] == "phq9") & (made.responses["patient"].astype("str") < "p5"))
    ]
    [face, phq9, *_] = attendance_by_instrument(dataclasses.replace(made, responses=without), ON)
    assert (face["instrument"], face["expected"], face["scored"]) == ("face", 10, 10)
    assert (phq9["instrument"], phq9["expected"], phq9["scored"], phq9["completion_rate"]) == (
        "phq9",
        10,
        5,
        0.5,
    )


def test_few_expected_show_nothing():
    """No count under five, and no rate that would tell it."""
    first, _ = attendance(frames(4, 4), ON)
    assert first["suppressed"]
    assert first["scored"] is None
    assert first["completion_rate"] is None
    [_, second] = attendance(planned(10, answered=3), ON)
    assert (second["expected"], second["scored"], second["completion_rate"]) == (10, None, None)
    assert second["reason"] == "fewer than 5 patients"


def test_first_scores_of_who_came_again_and_who_did_not():
    made = frames(20, later=12)
    found = dropout(scored(made), {"face.total": SCALES["face.total"]})
    assert [(one["level"], one["n"], one["mean"]) for one in found[:2]] == [
        ("with a later visit", 12, 50),
        ("without a later visit", 8, 50),
    ]


def test_a_small_part_hides_the_other():
    found = dropout(scored(frames(20, later=17)), {"face.total": SCALES["face.total"]})
    assert [(one["n"], one["n_text"], one["mean"]) for one in found[:2]] == [
        (None, "hidden", None),
        (None, "<5", None),
    ]


def test_nobody_is_expected_before_anything_falls_due():
    assert attendance(study([]), ON) == []
