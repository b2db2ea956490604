"""A study's own form as a table of boxes, a row per field, in every language of the study."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from wtforms import BooleanField as Tick
from wtforms import Form, FormField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from surveys.forms.fields import NumberField
from surveys.forms.staff import StaffForm, select_choices
from surveys.instruments.own import OwnField, OwnForm

MOST_ROWS = 40
EMPTY_ROWS = 2
KINDS = {
    "text": "Text",
    "whole": "Whole number",
    "decimal": "Number with decimals",
    "date": "Date",
    "choice": "One of",
    "choices": "Some of",
}
WHO = {"staff": "Staff", "patient": "The patient"}
HOW_OFTEN = {"visit": "At each visit", "patient": "Once for each patient"}


class FieldForm(Form):
    """One field. A row without words, or one to remove, is passed over. Made by `own_form`."""

    locales: tuple[str, ...] = ()
    number = HiddenField()
    kind = SelectField("Kind", choices=select_choices(KINDS))
    low = NumberField("Lowest", [Optional()])
    high = NumberField("Highest", [Optional()])
    unit = StringField("Unit", [Optional(), Length(max=20)])
    remove = Tick("Remove")

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
    answered_by = RadioField("Who fills it in", choices=select_choices(WHO), default="staff")
    often = RadioField(
        "How often",
        choices=select_choices(HOW_OFTEN),
        default="visit",
        description="What patients fill in is asked where the plan asks it.",
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
                box.errors = ["Write the question in every language."]
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


def own_form(rows: int, languages: Sequence[tuple[str, str]]) -> type[OwnFormForm]:
    """The form with so many rows, in these languages, pairs of code and name."""
    return _own_form(rows, tuple(languages))


@cache
def _own_form(rows: int, languages: tuple[tuple[str, str], ...]) -> type[OwnFormForm]:
    locales = tuple(code for code, _ in languages)
    boxes: dict[str, Any] = {"locales": locales}
    titles: dict[str, Any] = {"locales": locales}
    for code, name in languages:
        titles[f"title__{code}"] = StringField(
            f"Title, in {name}", [InputRequired(f"Give it a title in {name}."), Length(max=60)]
        )
        boxes[f"label__{code}"] = StringField(f"Question, in {name}", [Optional(), Length(max=300)])
        boxes[f"choices__{code}"] = TextAreaField(
            f"Choices, in {name}, a line each", [Optional(), Length(max=2000)]
        )
    row = type("FieldFormInLanguages", (FieldForm,), boxes)
    fields: dict[str, Any] = {f"row_{n}": FormField(row, f"Field {n}") for n in range(1, rows + 1)}
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
