"""The form of one item, made from its definition. It validates, and templates draw it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from wtforms import Field, Form, ValidationError
from wtforms.validators import InputRequired

from surveys.instruments.answers import AnswerError, read_answer
from surveys.instruments.definition import Instrument, Item

ERRORS = {
    "choice": "not_a_choice",
    "choices": "not_a_choice",
    "whole": "not_a_number",
    "decimal": "not_a_number",
    "date": "not_a_date",
    "text": "too_long",
}
"""What is wrong with an input that is no answer, by the item's kind."""


class AnswerField(Field):
    """One input, or one for each ticked choice. Once valid, `data` is the answer as it is stored."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        # The form's own check, which knows the instrument, turns the posted texts into `data`.
        self.data = None


class ItemForm(Form):
    """One answer to one item."""

    answer: AnswerField


@cache
def questionnaire_form(instrument: Instrument, item: str) -> type[ItemForm]:
    """The form class for `item`, made once per instrument version."""
    asked = instrument.item(item)
    spellings = {str(value) for value in instrument.values(item)}

    def is_answer(form: Form, field: AnswerField) -> None:
        posted = field.raw_data or []
        if not _spelt(asked, posted, spellings):
            raise ValidationError(ERRORS[asked.kind])
        try:
            field.data = read_answer(instrument, item, posted)
        except AnswerError:
            raise ValidationError(ERRORS[asked.kind]) from None

    class OneItemForm(ItemForm):
        # InputRequired, not DataRequired: 0 is an answer.
        answer = AnswerField(validators=[InputRequired("no_answer"), is_answer])

    return OneItemForm


def _spelt(item: Item, posted: Sequence[str], spellings: set[str]) -> bool:
    """Whether choices are spelt as on the page, and a number or date is filled in."""
    if item.chosen:
        return spellings.issuperset(posted)
    return any(text.strip() for text in posted)
