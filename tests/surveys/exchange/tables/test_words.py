"""When two texts of questionnaires are the same."""

from __future__ import annotations

import pytest

from surveys.exchange.tables.words import bare, likeness, nearest, readings
from tests.support.tables import QUESTIONS


@pytest.mark.parametrize(
    "text",
    [
        "1. Little interest or pleasure in doing things?",
        "<b>Little interest</b> or pleasure&nbsp;in doing things",
        "Over the last 2 weeks, little interest or pleasure in doing things",
        "1) LITTLE INTEREST OR PLEASURE IN DOING THINGS",
    ],
)
def test_markup_numbers_and_recall_do_not_count(text: str) -> None:
    """What programs add to a question."""
    assert bare(text) == bare(QUESTIONS[0])


def test_the_question_may_follow_a_dash_or_stand_in_brackets() -> None:
    """As Qualtrics and LimeSurvey write them; a hyphen inside a word cuts nothing."""
    for text in (f"How often? - {QUESTIONS[5]}", f"How often? [{QUESTIONS[5]}]"):
        assert nearest(readings(text), bare(QUESTIONS[5])) == 1
    assert readings("self-harm") == ("selfharm",)


def test_nearly_the_same_counts_and_another_question_does_not() -> None:
    """The real dictionary has “over eating”."""
    assert likeness(bare("Poor appetite or over eating?"), bare("Poor appetite or overeating")) == 1
    assert likeness(bare("Poor appetite, or eating too much"), bare(QUESTIONS[4])) == 0
    for one in QUESTIONS:
        assert sum(likeness(bare(one), bare(other)) > 0 for other in QUESTIONS) == 1
