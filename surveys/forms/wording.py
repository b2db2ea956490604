"""The staff's forms about wordings: loading a text, recording a permission."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import Form, SelectField, StringField, SubmitField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Length, Optional

from surveys.forms.staff import StaffForm
from surveys.instruments.wording import LOCALE

LONGEST = 500
LONGEST_TEXT = 4000
MOST_LANGUAGES = 5


class WordingForm(StaffForm):
    """A file with a site's own text; another module reads and checks it."""

    file = FileField("File", [FileRequired("Choose a file.")])

    def refuse(self, message: str, field: str | None) -> None:
        """Show why the file was not taken, a line each."""
        self.file.errors = ["Nothing was loaded. Correct the file and choose it again."]
        self.form_errors += message.splitlines()


class PermissionForm(StaffForm):
    """The permission to use a wording. The choices are pairs of version and name, and their words."""

    wording = SelectField("Wording")
    holder = StringField("Who holds the rights", [InputRequired("Say who gave leave."), Length(max=LONGEST)])
    reference = StringField(
        "Where their leave is written", [InputRequired("Say where that is written."), Length(max=LONGEST)]
    )
    publication = StringField(
        "Publication of this text or translation",
        [InputRequired("Name the publication."), Length(max=LONGEST)],
    )

    def __init__(self, wordings: Iterable[tuple[str, str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.wording.choices = [SelectChoice(f"{version}:{name}", said) for version, name, said in wordings]

    @property
    def chosen(self) -> tuple[str, str]:
        """Version and name of the wording."""
        version, _, name = (self.wording.data or "").partition(":")
        return version, name


class LanguagesForm(Form):
    """The languages of a text that is to be typed or filled in. They live in the address."""

    languages = StringField("Languages")

    @property
    def locales(self) -> tuple[str, ...]:
        """Each language once."""
        return tuple(dict.fromkeys((self.languages.data or "").replace(",", " ").split()))

    def validate_languages(self, field: StringField) -> None:
        """Refuse what is no code of a language."""
        wrong = [locale for locale in self.locales if not LOCALE.fullmatch(locale)]
        if wrong or not 1 <= len(self.locales) <= MOST_LANGUAGES:
            named = f"{', '.join(wrong)} is none. " if wrong else ""
            raise ValidationError(
                f"{named}Write the codes of 1 to {MOST_LANGUAGES} languages, such as de, pt-BR."
            )


class TypedWordingForm(StaffForm):
    """A site's own text, typed. Made by `typed_wording_form`, which adds a box for each text and language."""

    refused_at = "name"

    name = StringField("Name of this text", [InputRequired("Give it a name."), Length(max=64)])
    take_along = SubmitField("Download what is typed so far")

    @property
    def given(self) -> dict[str, str]:
        """The texts by their boxes' names."""
        return {field.name: field.data or "" for field in self if isinstance(field, TextAreaField)}

    def refuse(self, message: str, field: str | None) -> None:
        """Show the store's refusal at the name, which every one of them is about."""
        super().refuse(message, None)

    def tell(self, problems: Iterable[tuple[str | None, str]]) -> None:
        """Show each problem at the box of this name, or above the form if it has none."""
        for name, problem in problems:
            if name is not None and name in self:
                self[name].errors = [*self[name].errors, problem]
            else:
                self.form_errors.append(problem)


def typed_wording_form(boxes: Iterable[tuple[str, str, bool]], **kwargs: Any) -> TypedWordingForm:
    """The form with these boxes: name, label, and whether it may not stay empty."""
    texts = {name: _text_box(label, is_needed) for name, label, is_needed in boxes}
    made: TypedWordingForm = type("TypedWordingFormWithBoxes", (TypedWordingForm,), texts)(**kwargs)
    return made


def _text_box(label: str, is_needed: bool) -> TextAreaField:
    wanted = InputRequired(f"{label}: write this text.") if is_needed else Optional()
    return TextAreaField(label, [wanted, Length(max=LONGEST_TEXT)])
