"""The form of one item, made from its definition."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from surveys.forms.questionnaire import questionnaire_form
from surveys.instruments.definition import Answer, load
from surveys.instruments.library import Library

LIBRARY = Library.load(())
ITEMS = [(instrument.key, item.key) for instrument in LIBRARY for item in instrument.items]
FORM = load(Path(__file__).parents[1] / "instruments/wide.toml")


def errors(key: str, item: str, *values: str) -> list[str]:
    form = questionnaire_form(LIBRARY.get(key), item)(MultiDict([("answer", value) for value in values]))
    form.validate()
    return list(form.answer.errors)


@pytest.mark.parametrize(("key", "item"), ITEMS)
def test_exactly_the_choices_are_answers(key: str, item: str) -> None:
    """0 is one where the definition says so; the values around are none."""
    values = LIBRARY.get(key).values(item)
    for value in range(min(values) - 2, max(values) + 3):
        assert (errors(key, item, str(value)) == []) == (value in values)


def test_a_valid_answer_is_a_number() -> None:
    """What is stored is the definition's own value."""
    form = questionnaire_form(LIBRARY.get("phq9"), "q1")(MultiDict([("answer", "0")]))
    assert form.validate()
    assert form.answer.data == 0


def test_no_answer_is_told_from_a_wrong_one() -> None:
    """One may skip; one may not make up."""
    assert errors("face", "q1") == ["no_answer"]
    assert errors("face", "q1", "7") == ["not_a_choice"]
    assert errors("face", "q1", "1", "2") == ["not_a_choice"]


@given(st.text(max_size=8))
def test_any_other_text_is_refused(value: str) -> None:
    """Whatever somebody sends: only the page's own spelling of a choice passes."""
    assert (errors("phq9", "q1", value) == []) == (value in {"0", "1", "2", "3"})


def test_a_form_is_made_once_per_version() -> None:
    """Preparing it again would cost every answer."""
    instrument = LIBRARY.get("saq")
    assert questionnaire_form(instrument, "q1") is questionnaire_form(instrument, "q1")


@pytest.mark.parametrize(
    ("item", "posted", "answer"),
    [
        ("q5", ["10"], 10),
        ("q6", ["0,75"], 0.75),
        ("q7", ["4", "1"], [4, 1]),
        ("q8", ["2024-02-29"], "2024-02-29"),
    ],
)
def test_each_kind_of_item_has_its_answer(item: str, posted: list[str], answer: Answer) -> None:
    """A number, a decimal with comma or point, several ticked choices, a day."""
    form = questionnaire_form(FORM, item)(MultiDict([("answer", text) for text in posted]))
    assert form.validate()
    assert form.answer.data == answer


@pytest.mark.parametrize(
    ("item", "posted", "error"),
    [
        ("q5", ["11"], "not_a_number"),
        ("q5", ["2.5"], "not_a_number"),
        ("q5", [" "], "not_a_number"),
        ("q5", [], "no_answer"),
        ("q5", [""], "no_answer"),
        ("q6", ["much"], "not_a_number"),
        ("q7", ["1", "3"], "not_a_choice"),
        ("q7", ["1", "1"], "not_a_choice"),
        ("q7", [], "no_answer"),
        ("q8", ["29.2.2024"], "not_a_date"),
        ("q8", ["2023-02-29"], "not_a_date"),
    ],
)
def test_error_says_what_was_asked_for(item: str, posted: list[str], error: str) -> None:
    """Nothing is not the same as something wrong."""
    form = questionnaire_form(FORM, item)(MultiDict([("answer", text) for text in posted]))
    assert not form.validate()
    assert list(form.answer.errors) == [error]
    assert form.answer.data is None
