"""The questions of an analysis plan as boxes, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analysis.data.analysis_plan import PlannedQuestion
from surveys.forms.analysis_plan import analysis_plan_form, as_data, what_is_asked

Fill = Callable[..., Any]
SCALES = {"face.total": "FaCE total", "phq9.total": "PHQ-9 total"}
ASKED = [
    PlannedQuestion("face.total", *pair.split(":"), "acute", primary)
    for pair in what_is_asked(SCALES)
    for primary in (True, False)
    if pair.split(":")[1] != "face.total"
]


def test_every_question_that_a_page_offers_comes_back_as_it_was_sent(filled: Fill) -> None:
    """And each can be answered; the empty rows after them are passed over."""
    assert all(one.fault(SCALES) is None for one in ASKED)
    sent = {f"{row}-{box}": value for row, boxes in as_data(ASKED).items() for box, value in boxes.items()}
    empty = {f"question_{len(ASKED) + 1}-{box}": value for box, value in as_data(ASKED)["question_1"].items()}
    empty[f"question_{len(ASKED) + 1}-outcome"] = ""
    form = filled(analysis_plan_form(len(ASKED) + 1, SCALES), **sent, **empty)
    assert form.validate(), form.errors
    assert form.questions == ASKED


def test_a_score_that_the_study_does_not_ask_is_refused(filled: Fill) -> None:
    row = {f"question_1-{box}": value for box, value in as_data(ASKED)["question_1"].items()}
    form = filled(analysis_plan_form(1, SCALES), **{**row, "question_1-outcome": "saq.total"})
    assert not form.validate()
