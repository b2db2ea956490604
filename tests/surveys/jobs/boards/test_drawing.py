"""A board tells what its filters hide from readers who see groups alone."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import date

import pytest

from analysis.data.pages import FILTERED
from analysis.figures.pages import SCREENS
from surveys.jobs.boards.board import Board
from surveys.jobs.boards.drawing import draw
from tests.analysis.results.test_disclosure import people, with_mood
from tests.analysis.studies import Patient, study

OUT = "Left out with these filters, because answers of a few patients could be found by subtraction"


def drawn(
    patients: Sequence[Patient], *, page: str = "time", may_open_patients: bool = False, **chosen: str
) -> Board:
    """A page, if not another one that of scores against time since onset."""
    return draw(
        study(patients),
        chosen,
        page=page,
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


@pytest.mark.parametrize(
    ("may_open_patients", "chosen", "shown"),
    [(False, {}, True), (False, {"sex": "female"}, False), (True, {"sex": "female"}, True)],
    ids=["an analyst", "an analyst with a filter", "a clinician with a filter"],
)
def test_patients_are_counted_by_many_facts_without_filters_only(
    may_open_patients: bool, chosen: dict[str, str], shown: bool
) -> None:
    """Men and women apart, by cause and by side, would be subtracted from all."""
    everybody = [*people(20), *people(20, sex="male")]
    board = drawn(everybody, page="patients", may_open_patients=may_open_patients, **chosen)
    assert bool(board.sections) is shown
    assert ("Clear the filters." in (board.message or "")) is not shown


TREATED = {"treatments": (("botulinum_toxin", "2024-03-01"),)}


def of_two_sexes() -> list[Patient]:
    """Forty patients with two scores on two visits; two of the men were treated."""
    days = ("2025-02-01", "2025-09-01")
    return [
        Patient(
            f"{sex} {n}",
            [(day, {"face.total": 30.0 + n, "phq9.total": n % 20.0}) for day in days],
            sex=sex,
            **(TREATED if n < number else {}),
        )
        for sex, number in (("female", 8), ("male", 2))
        for n in range(20)
    ]


@pytest.mark.parametrize("page", SCREENS)
@pytest.mark.parametrize("may_open_patients", [False, True])
def test_with_filters_no_mark_and_no_part_of_a_panel_is_for_readers_of_groups(
    may_open_patients: bool, page: str
) -> None:
    """Eight treated women, less all ten treated, would be two men; and a dot that two filters share is one
    patient of both. Without filters, and for those who may open patients, all is drawn.
    """
    one = {
        name: drawn(of_two_sexes(), page=page, may_open_patients=may_open_patients, **chosen)
        for name, chosen in (("all", {}), ("women", {"sex": "female"}))
    }
    assert bool(one["women"].message) is (not may_open_patients and page not in FILTERED)
    assert one["all"].message is None
    marks = {name: len(single_marks(board)) for name, board in one.items()}
    if page in {"time", "course", "pair"}:
        assert marks["all"] >= 40
        assert (marks["women"] >= 20) is may_open_patients
        assert marks["women"] == 0 or may_open_patients
    assert ("by treatment received" in str(one["women"].sections)) <= may_open_patients


def single_marks(board: Board) -> list[float]:
    """What is drawn for each patient or score: dots, also those that count, and lines with gaps."""
    traces = [
        trace
        for section in board.sections
        for figure in section.figures
        for chart in figure.panels
        for trace in json.loads(chart.data)["data"]
    ]
    return [
        x
        for trace in traces
        if trace.get("mode") == "markers" or None in trace.get("x", ())
        for x in trace["x"]
    ]


def test_patients_are_counted_before_anybody_answered() -> None:
    board = drawn([Patient(f"p{n}") for n in range(8)], page="patients")
    assert "8 patients" in str(board.sections)


def test_a_study_whose_setting_leaves_out_everybody_says_so() -> None:
    """Otherwise it would seem that nobody was enrolled."""
    nobody, left_out = study([]), (("face.total", 3, 5),)
    told = [
        draw(
            dataclasses.replace(nobody, without_consent=without),
            {},
            page="time",
            pair="",
            visits={},
            on=date(2026, 3, 10),
            together=False,
            may_open_patients=True,
            suppress_under=5,
        ).message
        for without in (None, (), left_out)
    ]
    assert ["no patients yet" in str(one) for one in told] == [True, True, False]
    assert "the consent of no patient stands" in str(told[2])
