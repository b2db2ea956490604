"""The analysis plan in a report: what is planned, in which family, and what is said of it."""

from dataclasses import replace

import pytest

from analysis.data.analysis_plan import AnalysisPlan, PlannedQuestion, PlanVersion
from analysis.numbers.formulas import adjusted_p
from analysis.paper import paper
from analysis.report import report
from analysis.results.filters import Filters, apply
from analysis.results.findings import Findings
from tests.analysis.reference import close
from tests.analysis.reports import AT, SOFTWARE
from tests.analysis.studies import registry

MOOD = PlannedQuestion("face.total", "first_visit", "phq9.total", "chronic", True)
COURSE = PlannedQuestion("fdi.social", "after_first_visit", "first_visit", "all", True)
TOGETHER = PlannedQuestion("face.total", "every_visit", "phq9.total", "all", False)
ONSET = PlannedQuestion("saq.total", "first_visit", "time_since_onset", "chronic", False)
TREATED = PlannedQuestion("face.total", "after_start", "therapy", "all", False)
FIRST = PlanVersion(1, "2024-01-01T08:00:00+00:00", (MOOD, TOGETHER, ONSET, TREATED))
AMENDED = PlanVersion(
    2, "2025-06-01T08:00:00+00:00", (MOOD, COURSE, TOGETHER, ONSET, TREATED), "The eye matters.", 120
)
ANSWERED_BY = {
    "first_visit": lambda made, one: [
        record
        for record in made["correlations"]
        if record["method"] == "spearman" and {record["x"], record["y"]} == {one.outcome, one.comparison}
    ],
    "after_first_visit": lambda made, one: [
        record
        for record in made["course"]
        if record["term"] == "log2_followup_years"
        and record["model"] != "random_intercept"
        and record["scale"] == one.outcome
        and record["p"] is not None
    ],
    "every_visit": lambda made, one: [
        record
        for record in made["within_between"]
        if record["term"] == "within"
        and (record["outcome"], record["predictor"]) == (one.outcome, one.comparison)
    ],
    "after_start": lambda made, one: [
        record
        for record in made["treatment_comparison"]
        if record["history"] == "known"
        and (record["scale"], record["family"]) == (one.outcome, one.comparison)
    ],
}


@pytest.fixture(scope="module")
def frames():
    return replace(registry(11, 150), analysis_plan=AnalysisPlan((FIRST, AMENDED)))


@pytest.fixture(scope="module")
def made(frames):
    return report(frames, generated_at=AT, software=SOFTWARE)


def of(made, question):
    stratum = None if question.patients == "all" else question.patients
    [found] = [one for one in ANSWERED_BY[question.time](made, question) if one.get("stratum") == stratum]
    return found


def p_of(record):
    return record["p"] if record.get("p_robust") is None else record["p_robust"]


@pytest.mark.parametrize("rank", ["primary", "secondary"])
def test_planned_questions_are_a_family_by_holm_over_all_arrays(made, rank):
    """Adjusted anew here, from the records alone; the others of an array are as exploratory as before."""
    asked = [of(made, one) for one in AMENDED.questions if one.rank == rank]
    assert {(one["planned"], one["question"], one["adjustment"]) for one in asked} == {(True, rank, "holm")}
    tested = [one for one in asked if p_of(one) is not None]
    assert len(tested) >= 2
    assert {one["family_size"] for one in tested} == {len(tested)}
    assert [one["p_adjusted"] for one in tested] == close(adjusted_p([p_of(one) for one in tested], "holm"))


def test_all_else_is_exploratory(made):
    """No other record with a p is planned, and none of them pays for the planned ones."""
    asked = [of(made, one) for one in AMENDED.questions]
    arrays = [array for name, array in made.items() if isinstance(array, list) and name != "warnings"]
    with_p = [one for array in arrays for one in array if one.get("p") is not None]
    others = [one for one in with_p if not any(one is known for known in asked)]
    assert {(one["planned"], one["question"], one["adjustment"]) for one in others} == {
        (False, "exploratory", "bh")
    }


def test_only_planned_pairs_are_looked_at_within_patients(made):
    assert {(one["outcome"], one["predictor"]) for one in made["within_between"]} == {
        ("face.total", "phq9.total")
    }


def test_a_sentence_says_its_rank_and_when_it_was_named(made):
    """Also of a scale that is no headline; of the question of the amendment, that it came late."""
    planned = [one for one in made["statements"] if one["planned"]]
    assert len(planned) == len(AMENDED.questions)
    [course] = [one for one in planned if one["record"] == "course"]
    assert course["scale"] == "fdi.social"
    assert course["text"].startswith("Primary question, named after data could be seen: In ")
    [mood] = [one for one in planned if one["record"] == "correlations" and one["other"] == "phq9.total"]
    assert mood["text"].startswith("Primary question: In ")
    others = [one for one in made["statements"] if not one["planned"]]
    assert {one["question"] for one in others} == {"exploratory"}
    assert not any("question:" in one["text"] for one in others)


def test_the_report_tells_every_version_and_what_was_seen(made):
    first, second = (
        {one["sha256"] for one in made["analysis_plan"] if one["version"] == version} for version in (1, 2)
    )
    assert (first, second) == ({FIRST.sha256}, {AMENDED.sha256})
    assert [one["seen"] for one in made["analysis_plan"] if one["version"] == 1] == [None] * 4
    said = "after 120 questionnaires had been answered"
    assert {one["seen"] for one in made["analysis_plan"] if one["current"]} == {said}
    [warning] = [one for one in made["warnings"] if "analysis plan" in one]
    assert said in warning
    assert "The eye matters." in warning
    assert "adjusted by Holm" in made["methods"]
    [hypothesis] = [one for one in made["checklist"] if one["number"] == "P2b"]
    assert AMENDED.sha256 in hypothesis["text"]


def test_the_printed_report_opens_with_the_planned_questions(frames, made):
    drawn = paper(frames, made)
    assert [row[0] for row in drawn.asked.rows] == [one.rank for one in AMENDED.questions]
    assert {code for _, code in drawn.planned} == {
        one["code"] for one in made["statements"] if one["planned"]
    }


def test_a_part_of_the_study_answers_no_planned_question(frames):
    found = Findings.of(apply(frames, Filters(sex="female")), 5)
    assert not any(one["planned"] for one in found.spearman)
