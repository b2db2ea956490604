"""A study's own form as a table of boxes, a row per field, in every language of the study."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField as Tick
from wtforms import Form, FormField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from analysis.words import words as _
from surveys.forms.fields import NumberField
from surveys.forms.staff import StaffForm, select_choices
from surveys.instruments.own import OwnField, OwnForm

EMPTY_ROWS = 2
KINDS = {
    "text": _("Text"),
    "whole": _("Whole number"),
    "decimal": _("Number with decimals"),
    "date": _("Date"),
    "choice": _("One of"),
    "choices": _("Some of"),
}
PROGRAMS = {"redcap": "REDCap", "fhir": "FHIR"}
WHO = {"staff": _("Staff"), "patient": _("The patient")}
HOW_OFTEN = {"visit": _("At each visit"), "patient": _("Once for each patient")}


class FieldForm(Form):
    """One field. A row without words, or one to remove, is passed over. Made by `own_form`."""

    locales: tuple[str, ...] = ()
    number = HiddenField()
    kind = SelectField(_("Kind"), choices=select_choices(KINDS))
    low = NumberField(_("Lowest"), [Optional()])
    high = NumberField(_("Highest"), [Optional()])
    unit = StringField(_("Unit"), [Optional(), Length(max=20)])
    remove = Tick(_("Remove"))

    @property
    def blank(self) -> bool:
        """Whether this is a new row without words."""
        return not any((self[f"label__{locale}"].data or "").strip() for locale in self.locales)

    @property
    def lacking(self) -> list[Any]:
        """The boxes of languages that have no words although another has."""
        return [
            self[f"label__{locale}"]
            for locale in self.locales
            if not (self[f"label__{locale}"].data or "").strip()
        ]

    def field(self, number: int) -> OwnField:
        """What was typed, as a field of that number."""
        kind = self.kind.data
        numeric = kind in ("whole", "decimal")
        chosen = kind in ("choice", "choices")
        return OwnField(
            number=number,
            kind=kind,
            labels={locale: (self[f"label__{locale}"].data or "").strip() for locale in self.locales},
            choices={locale: _lines(self[f"choices__{locale}"].data) for locale in self.locales}
            if chosen
            else {},
            low=float(self.low.data) if numeric and self.low.data is not None else None,
            high=float(self.high.data) if numeric and self.high.data is not None else None,
            unit=((self.unit.data or "").strip() or None) if numeric else None,
        )


class OwnFormForm(StaffForm):
    """A form with its fields, `row_<n>`. Made by `own_form`."""

    locales: tuple[str, ...] = ()
    answered_by = RadioField(_("Who fills it in"), choices=select_choices(WHO), default="staff")
    often = RadioField(
        _("How often"),
        choices=select_choices(HOW_OFTEN),
        default="visit",
        description=_("What patients fill in is asked where the plan asks it."),
    )

    @property
    def rows(self) -> list[FormField[FieldForm]]:
        """The rows in order, empty ones too."""
        return [field for field in self if isinstance(field, FormField)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether each row that is used has words in every language."""
        valid = bool(super().validate(extra_validators))
        for row in self.rows:
            if row.form.blank or row.form.remove.data:
                continue
            for box in row.form.lacking:
                box.errors = [_("Write the question in every language.")]
                valid = False
        return valid

    def made(self, next_number: int) -> OwnForm:
        """The form that was typed; new fields are numbered from `next_number`."""
        fields = []
        for row in self.rows:
            if row.form.blank or row.form.remove.data:
                continue
            number = int(row.form.number.data or 0)
            if not number:
                number, next_number = next_number, next_number + 1
            fields.append(row.form.field(number))
        staff = self.answered_by.data == "staff"
        return OwnForm(
            titles={locale: (self[f"title__{locale}"].data or "").strip() for locale in self.locales},
            answered_by="staff" if staff else "patient",
            once=staff and self.often.data == "patient",
            fields=tuple(sorted(fields, key=lambda field: field.number)),
        )


class TakeFormsForm(StaffForm):
    """A file of another program, and which of its forms are meant."""

    refused_at = "file"

    file = FileField(_("File"), [FileRequired(_("Choose a file."))])
    names = StringField(_("Names of the forms, if not all"), [Optional(), Length(max=1000)])


def own_form(rows: int, languages: Sequence[tuple[str, str]]) -> type[OwnFormForm]:
    """The form with so many rows, in these languages, pairs of code and name."""
    return _own_form(rows, tuple(languages))


@cache
def _own_form(rows: int, languages: tuple[tuple[str, str], ...]) -> type[OwnFormForm]:
    locales = tuple(code for code, __ in languages)
    boxes: dict[str, Any] = {"locales": locales}
    titles: dict[str, Any] = {"locales": locales}
    for code, name in languages:
        titles[f"title__{code}"] = StringField(
            _("Title, in %(name)s", name=name),
            [InputRequired(_("Give it a title in %(name)s.", name=name)), Length(max=60)],
        )
        boxes[f"label__{code}"] = StringField(
            _("Question, in %(name)s", name=name), [Optional(), Length(max=300)]
        )
        boxes[f"choices__{code}"] = TextAreaField(
            _("Choices, in %(name)s, a line each", name=name), [Optional(), Length(max=2000)]
        )
    row = type("FieldFormInLanguages", (FieldForm,), boxes)
    fields: dict[str, Any] = {f"row_{n}": FormField(row, _("Field %(n)s", n=n)) for n in range(1, rows + 1)}
    return type("OwnFormWithRows", (OwnFormForm,), {**titles, **fields})


def as_data(form: OwnForm | None) -> dict[str, Any]:
    """A form as data for the boxes."""
    if form is None:
        return {}
    return {
        "answered_by": form.answered_by,
        "often": "patient" if form.once else "visit",
        **{f"title__{locale}": title for locale, title in form.titles.items()},
        **{f"row_{n}": _row(field) for n, field in enumerate(form.fields, start=1)},
    }


def _row(field: OwnField) -> dict[str, Any]:
    return {
        "number": str(field.number),
        "kind": field.kind,
        "low": field.low,
        "high": field.high,
        "unit": field.unit,
        **{f"label__{locale}": words for locale, words in field.labels.items()},
        **{f"choices__{locale}": "\n".join(words) for locale, words in field.choices.items()},
    }


def _lines(typed: str | None) -> tuple[str, ...]:
    return tuple(line.strip() for line in (typed or "").splitlines() if line.strip())
