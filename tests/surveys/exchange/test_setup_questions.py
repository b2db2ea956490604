"""Questions in a set-up file: what is none is refused with its place."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from analysis.data.analysis_plan import PlannedQuestion
from surveys.exchange.setup_questions import questions
from surveys.store.errors import Refused

COURSE = PlannedQuestion("face.total", "after_first_visit", "first_visit", "acute", True)


def test_questions_come_back_and_a_file_of_before_has_none() -> None:
    assert questions({"analysis_plan": [asdict(COURSE)]}) == [COURSE]
    assert questions({}) == []


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({}, "analysis_plan is no list"),
        ([asdict(COURSE), "x"], "analysis_plan.2 is no question"),
        ([{**asdict(COURSE), "primary": "yes"}], "analysis_plan.1 is no question"),
        ([{**asdict(COURSE), "more": "x"}], "analysis_plan.1 is no question"),
    ],
)
def test_what_is_no_question_is_refused_with_its_place(rows: Any, said: str) -> None:
    with pytest.raises(Refused, match=said):
        questions({"analysis_plan": rows})
