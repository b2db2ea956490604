"""Answers that staff type: a box for each item."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from surveys.forms.entry import AnnulForm, AnswersForm, CorrectedForm, EnteredForm, answers_form
from surveys.instruments.library import Library

Fill = Callable[..., Any]
TODAY = date(2026, 3, 10)
PHQ9 = Library.load().get("phq9")
ON_PAPER = {"source": "paper", "on": "2026-03-10"}


def entered() -> AnswersForm:
    return answers_form(EnteredForm, PHQ9, PHQ9.items)(TODAY)


def test_an_empty_box_is_an_item_left_empty(filled: Fill) -> None:
    """Every item has its place among the answers."""
    form = filled(entered, q1="3", q2=" ", **ON_PAPER)
    assert form.validate()
    assert form.answers == {item.key: 3 if item.key == "q1" else None for item in PHQ9.items}


@pytest.mark.parametrize("typed", ["4", "-1", "x", "1 2", "1.5"])
def test_a_fault_names_the_item_and_what_would_do(filled: Fill, typed: str) -> None:
    form = filled(entered, q2=typed, **ON_PAPER)
    assert not form.validate()
    assert form.errors == {"q2": ["Item 2: enter one of 0, 1, 2, 3, or leave it empty."]}


def test_answers_are_of_today_or_before(filled: Fill) -> None:
    form = filled(entered, source="paper", on="2026-03-11")
    assert not form.validate()
    assert form.errors.keys() == {"on"}
    form = filled(entered, source="web", on="2026-03-10")
    assert not form.validate()
    assert form.errors.keys() == {"source"}


def test_nobody_says_for_staff_how_the_answers_came(filled: Fill) -> None:
    """Nothing is chosen beforehand, and it must be said."""
    assert filled(entered).source.data is None
    form = filled(entered, on="2026-03-10")
    assert not form.validate()
    assert form.errors == {"source": ["Say how the answers came."]}


def test_a_correction_begins_with_what_is_stored(filled: Fill) -> None:
    """And has a reason."""
    make = answers_form(CorrectedForm, PHQ9, PHQ9.items[:2])
    form = filled(lambda: make(TODAY, {"q1": 3, "q2": None}), q1="2", q2="")
    assert not form.validate()
    assert form.errors == {"reason": ["Say why."]}
    form = filled(lambda: make(TODAY, {"q1": 3, "q2": None}), q1="2", q2="", reason="Misread.")
    assert form.validate()
    assert form.answers == {"q1": 2, "q2": None}


def test_the_boxes_show_what_is_stored(bare_app: Any) -> None:
    """Before anything was typed."""
    make = answers_form(CorrectedForm, PHQ9, PHQ9.items[:2])
    with bare_app.test_request_context():
        form = make(TODAY, {"q1": 0, "q2": None})
        assert [form[key]._value() for key in ("q1", "q2")] == ["0", ""]


def test_answers_under_another_patient_have_a_reason(filled: Fill) -> None:
    """The right patient only where that is certain."""
    assert filled(lambda: AnnulForm(TODAY), reason="Wrong link.").validate()
    assert not filled(lambda: AnnulForm(TODAY), patient="P2").validate()


def test_a_form_is_made_once_for_each_instrument() -> None:
    assert answers_form(EnteredForm, PHQ9, PHQ9.items) is answers_form(EnteredForm, PHQ9, PHQ9.items)
