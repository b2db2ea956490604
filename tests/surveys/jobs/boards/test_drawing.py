"""A board tells what its filters hide from readers who see groups alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date

import pytest

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


@pytest.mark.parametrize("page", ["time", "patients", "attendance"])
def test_a_study_of_few_shows_nothing_to_readers_of_groups(page: str) -> None:
    """Of four patients there is no page; of five there is."""
    of_few = [
        drawn(people(number), page=page, may_open_patients=may) for number, may in ((4, False), (4, True))
    ]
    assert ["fewer than 5 patients" in (board.message or "") for board in of_few] == [True, False]
    assert drawn(people(5), page=page).message is None


def test_more_than_four_filters_show_nothing_to_readers_of_groups() -> None:
    """All pass each of the five, so that nobody could be subtracted; each doubles what is to be judged."""
    chosen = {"sex": "female", "age": "40 to 59", "cause": "bells_palsy", "side": "left", "locale": "en"}
    boards = [drawn(people(40), may_open_patients=may, **chosen) for may in (False, True)]
    assert ["by subtraction" in (board.message or "") for board in boards] == [True, False]
    assert not drawn(people(40), sex="female").message


@pytest.mark.parametrize(("both", "shown"), [(2, False), (9, True)])
def test_a_pair_that_few_have_is_not_shown(both: int, shown: bool) -> None:
    """Of many men with either score few have both at one visit: all dots less the women's would be theirs."""
    apart = [("2025-02-01", {"face.total": 50.0}), ("2025-03-01", {"phq9.total": 3.0})]
    patients = [
        *with_mood(20),
        *(Patient(f"apart {n}", apart, sex="male") for n in range(15)),
        *with_mood(both, sex="male"),
    ]
    for may_open_patients in (False, True):
        board = drawn(patients, page="pair", may_open_patients=may_open_patients, sex="female")
        assert bool(board.sections) is (shown or may_open_patients)
        assert ("by subtraction" in (board.message or "")) is not bool(board.sections)


@pytest.mark.parametrize("page", SCREENS)
def test_readers_of_groups_see_whose_no_mark_is(page: str) -> None:
    """No code stands in a text, a table or the data of a drawing; at dots those of the clinic see it."""
    toxin = (("botulinum_toxin", "2024-03-01"),)
    days = ("2025-02-01", "2025-09-01")
    patients = [
        Patient(
            f"CODE-{n}",
            [(day, {"face.total": 30.0 + n, "phq9.total": n % 20.0}) for day in days],
            treatments=toxin if n < 10 else (),
        )
        for n in range(30)
    ]
    codes = ["CODE-" in str(drawn(patients, page=page, may_open_patients=may)) for may in (False, True)]
    at_dots = page in {"overview", "time", "course", "pair", "received", "injections"}
    assert codes[0] is False
    assert codes[1] or not at_dots


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
