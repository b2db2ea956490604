"""The forms of a question about data: what it is about, and what is said."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import SelectField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Length

from analysis.words import words as _
from surveys.forms.staff import StaffForm

LONGEST = 2000


class AskForm(StaffForm):
    """A question about one value; the view gives the values by their groups."""

    refused_at = "text"

    about = SelectField(_("What it is about"), [InputRequired(_("Choose what the question is about."))])
    text = TextAreaField(_("Question"), [InputRequired(_("Write the question first.")), Length(max=LONGEST)])

    def __init__(self, values: Iterable[tuple[str, str, str]], **kwargs: object) -> None:
        super().__init__(**kwargs)
        made = (SelectChoice(about, words, optgroup=group) for group, about, words in values)
        self.about.choices = [SelectChoice("", _("Choose a value")), *made]


class SayForm(StaffForm):
    """An answer, or why an answer will not do."""

    refused_at = "text"

    text = TextAreaField(_("Answer"), [InputRequired(_("Write it first.")), Length(max=LONGEST)])
