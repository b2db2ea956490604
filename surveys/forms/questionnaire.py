"""The form of one item, made from its definition. It validates; templates draw."""

from __future__ import annotations

from functools import cache

from wtforms import Form, IntegerField, ValidationError
from wtforms.validators import InputRequired

from surveys.instruments.definition import Instrument


class ItemForm(Form):
    """One answer. `answer` is one of the item's choices."""

    answer: IntegerField


@cache
def questionnaire_form(instrument: Instrument, item: str) -> type[ItemForm]:
    """The form class for `item`, made once per instrument version."""
    allowed = {str(value) for value in instrument.values(item)}

    def among_choices(form: Form, field: IntegerField) -> None:
        # One answer, spelt as the page spelt it: int() would also take "1_0", " 1" and other digits.
        raw = field.raw_data or []
        if len(raw) != 1 or raw[0] not in allowed:
            raise ValidationError("not_a_choice")

    class OneItemForm(ItemForm):
        # InputRequired, not DataRequired: 0 is an answer.
        answer = IntegerField(validators=[InputRequired("no_answer"), among_choices])

    return OneItemForm
