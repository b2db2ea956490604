"""The forms that bring a file of another program in: the file, and the answers to what is doubtful."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, Field, SelectField, StringField, SubmitField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import Length, Optional

from analysis.data.kinds import ALL_KINDS
from analysis.words import words as _
from surveys.forms.staff import StaffForm

ORDERS = {"": _("None of them is in doubt"), "ymd": "2026-12-31", "dmy": "31/12/2026", "mdy": "12/31/2026"}
OCCURRENCES = {
    "": _("Each patient has each visit once"),
    "order": _("Several of one name, counted by their days"),
}
DECIMALS = {"": _("With a point, such as 1.5"), ",": _("With a comma, such as 1,5")}
AS_TOLD = "told"
"""The kind of treatments whose rows say it."""
LONGEST = 4000


class UploadForm(StaffForm):
    """A file, and the sheet of it that is meant."""

    refused_at = "file"

    file = FileField(_("File"), [FileRequired(_("Choose a file."))])
    sheet = StringField(_("Sheet, if it is a workbook with several"), [Optional(), Length(max=100)])


class BringInForm(StaffForm):
    """Nothing but the press."""


class TakeBackForm(StaffForm):
    """Nothing but the press."""


class AnswersForm(StaffForm):
    """What is doubtful about a file. Made by `answers_form`, which adds boxes for instruments and facts."""

    patient = SelectField(_("Column of the patient's study code"), [Optional()])
    completed_on = SelectField(_("Column of the day of the answers"), [Optional()])
    visit = StringField(_("Name of the visit"), [Optional(), Length(max=200)])
    occurrence = SelectField(_("Visits of one name"), [Optional()])
    order = SelectField(_("Days are written as"), [Optional()])
    decimal = SelectField(_("Decimals are written"), [Optional()])
    timezone = StringField(_("Time zone of its times of day"), [Optional(), Length(max=64)])
    missing = StringField(_("Cells that mean: no answer"), [Optional(), Length(max=500)])
    wording = StringField(_("Name of the text that was answered"), [Optional(), Length(max=64)])
    look_again = SubmitField(_("Look again"))

    def refuse(self, message: str, field: str | None) -> None:
        """Show every fault of the file above the form, a line each."""
        self.form_errors.extend(message.splitlines())

    def of(self, start: str) -> Mapping[str, Field]:
        """The boxes whose names begin so, by the rest of their names."""
        return {field.name.removeprefix(start): field for field in self if field.name.startswith(start)}


def answers_form(
    columns: Sequence[str],
    instruments: Mapping[str, str],
    facts: Mapping[str, str],
    treatments: Mapping[str, bool],
    apart: Collection[str] = (),
    **given: Any,
) -> AnswersForm:
    """The form for a table with these columns; titles of instruments and facts by their keys.

    `treatments` says of each form of them whether its rows tell their kind.
    The items of instruments that are `apart` have tables of their own, which no box can hold.
    """
    boxes: dict[str, Any] = {}
    for key, title in instruments.items():
        if key not in apart:
            meaning = _("%(title)s: what the cells mean", title=title)
            boxes[f"values_{key}"] = TextAreaField(meaning, [Optional(), Length(max=LONGEST)])
        boxes[f"confirm_{key}"] = BooleanField(_("%(title)s: items and values are right", title=title))
        boxes[f"drop_{key}"] = BooleanField(_("%(title)s: leave it out", title=title))
    for name, label in facts.items():
        boxes[f"take_{name}"] = BooleanField(label)
    for name, tells in treatments.items():
        kinds = [SelectChoice("", _("Leave them out"))]
        kinds += [SelectChoice(AS_TOLD, _("What each row says"))] if tells else []
        kinds += [SelectChoice(kind.key, kind.words) for kind in ALL_KINDS]
        label = _("Rows of %(name)s are treatments with", name=name)
        boxes[f"kind_{name}"] = SelectField(label, [Optional()], choices=kinds)
    form: AnswersForm = type("AnswersFormOfFile", (AnswersForm,), boxes)(**given)
    named = [SelectChoice("", _("None yet")), *(SelectChoice(one, one[:80]) for one in columns)]
    form.patient.choices = named
    form.completed_on.choices = named
    form.order.choices = [SelectChoice(value, label) for value, label in ORDERS.items()]
    form.decimal.choices = [SelectChoice(value, label) for value, label in DECIMALS.items()]
    form.occurrence.choices = [SelectChoice(value, label) for value, label in OCCURRENCES.items()]
    return form
