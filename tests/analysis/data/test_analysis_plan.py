"""Questions of an analysis plan, and what its versions tell of them."""

from dataclasses import replace

import pytest

from analysis.data.analysis_plan import AnalysisPlan, PlannedQuestion, PlanVersion, of_json, told

SCALES = ("face.total", "phq9.total")
COURSE = PlannedQuestion("face.total", "after_first_visit", "first_visit", "acute", True)
MOOD = PlannedQuestion("face.total", "first_visit", "phq9.total", "chronic", False)
FIRST = PlanVersion(1, "2024-01-01T08:00:00+00:00", (COURSE,))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"outcome": "bdi2.total"}, "no score"),
        ({"time": "every_visit"}, "not compared"),
        ({"time": "after_start", "comparison": "medicine"}, "not compared"),
        ({"time": "first_visit", "comparison": "face.total"}, "not compared"),
        ({"time": "later"}, "not compared"),
        ({"patients": "unknown"}, "no patients"),
    ],
)
def test_what_no_record_can_answer_is_no_question(wrong, said):
    assert COURSE.fault(SCALES) is None
    assert said in (replace(COURSE, **wrong).fault(SCALES) or "")


def test_two_scores_at_the_first_visit_have_no_order_but_within_patients_they_have():
    plan = AnalysisPlan((replace(FIRST, questions=(MOOD, replace(MOOD, time="every_visit"))),))
    assert plan.find("first_visit", "phq9.total", "face.total", "chronic") is MOOD
    assert plan.find("every_visit", "face.total", "phq9.total", "chronic") is not None
    assert plan.find("every_visit", "phq9.total", "face.total", "chronic") is None
    assert plan.find("first_visit", "face.total", "phq9.total", None) is None


def test_a_question_counts_from_the_version_that_gave_it_its_rank():
    """A secondary question that an amendment makes a primary one is new."""
    second = PlanVersion(2, "2025-01-01T08:00:00+00:00", (COURSE, MOOD), "More.", 30, "2024-12-01T00:00:00Z")
    third = replace(second, version=3, questions=(replace(COURSE, primary=False), MOOD))
    plan = AnalysisPlan((FIRST, second))
    assert plan.first_with(COURSE) is FIRST
    assert plan.first_with(MOOD) is second
    assert AnalysisPlan((FIRST, second, third)).first_with(third.questions[0]) is third
    assert not FIRST.seen
    assert second.seen == "after 30 questionnaires had been answered and data first looked at on 2024-12-01"


def test_it_comes_back_from_json_with_the_same_digest():
    plan = AnalysisPlan((FIRST,))
    assert of_json(told(plan)) == plan
    assert of_json(told(plan)).versions[0].sha256 == FIRST.sha256
    assert replace(FIRST, responses=1).sha256 != FIRST.sha256
    assert of_json([]) == AnalysisPlan()
