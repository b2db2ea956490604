"""A board tells what its filters hide from readers who see groups alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from surveys.jobs.boards.board import Board
from surveys.jobs.boards.drawing import draw
from tests.analysis.results.test_disclosure import people, with_mood
from tests.analysis.studies import Patient, study

OUT = "Left out with these filters, because answers of a few patients could be found by subtraction"


def drawn(patients: Sequence[Patient], *, may_open_patients: bool = False, **chosen: str) -> Board:
    """The page of scores against time since onset."""
    return draw(
        study(patients),
        chosen,
        page="time",
        pair="",
        visits={},
        on=date(2026, 3, 10),
        together=False,
        may_open_patients=may_open_patients,
        suppress_under=5,
    )


@pytest.mark.parametrize(
    ("may_open_patients", "told", "labels"),
    [
        (False, [f"{OUT}: PHQ-9 total (chronic)."], {"FaCE total"}),
        (True, [], {"FaCE total", "PHQ-9 total"}),
    ],
)
def test_panels_that_could_be_subtracted_are_left_out_and_named(
    may_open_patients: bool, told: list[str], labels: set[str]
) -> None:
    """Two of fifteen men have a score of mood. Whoever may open patients sees all."""
    patients = [*with_mood(20), *people(13, sex="male"), *with_mood(2, sex="male")]
    board = drawn(patients, may_open_patients=may_open_patients, sex="female")
    assert [one for one in board.warnings if "subtraction" in one] == told
    assert {label for label in ("FaCE total", "PHQ-9 total") if label in str(board.sections)} == labels


@pytest.mark.parametrize("sex", ["female", "male"])
def test_where_no_panel_is_left_a_sentence_says_why(sex: str) -> None:
    """Fifteen men answered, and two of them have a score."""
    unscored = [
        Patient(f"unscored {n}", [("2025-02-01", {"face.total": None})], sex="male") for n in range(13)
    ]
    board = drawn([*people(20), *people(2, sex="male"), *unscored], sex=sex)
    assert "by subtraction" in board.message
    assert board.sections == ()
