"""What is asked of palsy and treatments, and what answers it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.data.kinds import KINDS
from surveys.background import (
    CHOICES,
    OPERATION,
    OPERATIONS_ASKED,
    QUESTIONS,
    SENT,
    TREATMENTS_ASKED,
    Form,
    NoAnswerError,
    as_date,
    check_said,
    date_said,
    kind_of,
    questions_of,
)
from surveys.models.patient import CAUSES, SIDES

TODAY = date(2026, 3, 10)


def test_the_whole_form_asks_all_and_the_short_one_what_changed() -> None:
    """In order, when nothing is known yet."""
    assert questions_of("whole", {}) == (
        *("had_before", "onset", "side", "cause", "treatments"),
        *("symptoms", "mood_before", "recovered"),
    )
    assert questions_of("short", {}) == ("came_again", "treatments", "symptoms", "changed", "recovered")


@pytest.mark.parametrize(
    ("form", "given", "brings"),
    [
        ("whole", {"had_before": "again"}, True),
        ("whole", {"had_before": "first_time"}, False),
        ("whole", {"came_again": "same_side"}, False),
        ("short", {"came_again": "same_side"}, True),
        ("short", {"came_again": "other_side"}, True),
        ("short", {"came_again": "no"}, False),
        ("short", {"had_before": "again"}, False),
    ],
)
def test_another_palsy_is_asked_when(form: Form, given: dict[str, str], brings: bool) -> None:
    """Right after the answer that tells of it, and never without it."""
    asked = questions_of(form, given)
    assert (asked[1] == "another_onset") is ("another_onset" in asked) is brings


@pytest.mark.parametrize("form", ["whole", "short"])
def test_nobody_is_asked_of_a_time_before_birth(form: Form) -> None:
    """Who has it from birth, as told here or at an earlier visit."""
    without = {"came_again", "another_onset", "onset", "mood_before", "recovered"}
    here, before = questions_of(form, {"had_before": "from_birth"}), questions_of(form, {}, from_birth=True)
    assert here == before == tuple(one for one in questions_of(form, {}) if one not in without)


@given(
    st.lists(st.sampled_from((*TREATMENTS_ASKED, OPERATION)), unique=True),
    st.lists(st.sampled_from(OPERATIONS_ASKED), unique=True),
)
def test_every_treatment_named_is_asked_when(treatments: list[str], operations: list[str]) -> None:
    """And an operation only while it is ticked that there was one; no question comes twice."""
    asked = questions_of("short", {"treatments": treatments, "operations": operations})
    operated = OPERATION in treatments
    assert ("operations" in asked) == operated
    dated = [question for question in asked if kind_of(question) == "date"]
    assert set(dated) == set(treatments) - {OPERATION} | (set(operations) if operated else set())
    assert len(set(asked)) == len(asked)
    assert set(asked) <= set(QUESTIONS) - {SENT}


def test_codes_are_those_that_staff_record() -> None:
    """Side, cause and every treatment can go into the tables as they were said."""
    assert set(CHOICES["side"]) <= set(SIDES)
    assert set(CHOICES["cause"]) <= set(CAUSES)
    assert {*TREATMENTS_ASKED, *OPERATIONS_ASKED} <= set(KINDS)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("side", "left"),
        ("treatments", []),
        ("symptoms", ["eye", "pain"]),
        ("onset", {"on": "2024-03-01", "precision": "month"}),
        ("massage", {"on": "2026-03-10", "precision": "day"}),
    ],
)
def test_answers_are_answers(question: str, value: object) -> None:
    """A code, several or none, a date up to today."""
    check_said(question, value, today=TODAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("side", "above"),
        ("side", ["left"]),
        ("treatments", "massage"),
        ("treatments", ["massage", "massage"]),
        ("treatments", ["leeches"]),
        ("operations", []),
        ("onset", "2024"),
        ("onset", {"on": "2024-03-02", "precision": "month"}),
        ("onset", {"on": "2024-03-01", "precision": "year"}),
        ("onset", {"on": "2024-02-30", "precision": "day"}),
        ("onset", {"on": "2024-03-01", "precision": "week"}),
        ("onset", {"on": "2026-03-11", "precision": "day"}),
        ("onset", {}),
    ],
)
def test_what_is_no_answer_is_refused(question: str, value: object) -> None:
    """Unknown or doubled codes, dates that are none or lie ahead."""
    with pytest.raises(NoAnswerError):
        check_said(question, value, today=TODAY)  # type: ignore[arg-type]


@given(st.dates(), st.sampled_from(["day", "month", "year"]))
def test_a_date_comes_back_as_it_was_said(on: date, precision: str) -> None:
    """First days of periods, that is."""
    if precision != "day":
        on = on.replace(day=1, month=on.month if precision == "month" else 1)
    assert date_said(as_date(on, precision)) == (on, precision)
