"""The forms of a question about data: what it is about, and what is said."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import SelectField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Length

from surveys.forms.staff import StaffForm

LONGEST = 2000


class AskForm(StaffForm):
    """A question about one value; the view gives the values by their groups."""

    refused_at = "text"

    about = SelectField("What it is about", [InputRequired("Choose what the question is about.")])
    text = TextAreaField("Question", [InputRequired("Write the question first."), Length(max=LONGEST)])

    def __init__(self, values: Iterable[tuple[str, str, str]], **kwargs: object) -> None:
        super().__init__(**kwargs)
        made = (SelectChoice(about, words, optgroup=group) for group, about, words in values)
        self.about.choices = [SelectChoice("", "Choose a value"), *made]


class SayForm(StaffForm):
    """An answer, or why an answer will not do."""

    refused_at = "text"

    text = TextAreaField("Answer", [InputRequired("Write it first."), Length(max=LONGEST)])
