"""The form of one item, made from its definition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from surveys.forms.questionnaire import questionnaire_form
from surveys.instruments.library import Library

LIBRARY = Library.load(())
ITEMS = [(instrument.key, item.key) for instrument in LIBRARY for item in instrument.items]


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
