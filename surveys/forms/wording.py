"""The staff's forms about wordings: loading a text, recording a permission."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import Form, SelectField, StringField, SubmitField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Length, Optional

from analysis.words import words as _
from surveys.forms.staff import StaffForm
from surveys.instruments.wording import LOCALE

LONGEST = 500
LONGEST_TEXT = 4000
MOST_LANGUAGES = 5


class WordingForm(StaffForm):
    """A file with a site's own text; another module reads and checks it."""

    file = FileField(_("File"), [FileRequired(_("Choose a file."))])

    def refuse(self, message: str, field: str | None) -> None:
        """Show why the file was not taken, a line each."""
        self.file.errors = [_("Nothing was loaded. Correct the file and choose it again.")]
        self.form_errors += message.splitlines()


class PermissionForm(StaffForm):
    """The permission to use a wording. The choices are pairs of version and name, and their words."""

    wording = SelectField(_("Wording"))
    holder = StringField(
        _("Who holds the rights"), [InputRequired(_("Say who gave leave.")), Length(max=LONGEST)]
    )
    reference = StringField(
        _("Where their leave is written"),
        [InputRequired(_("Say where that is written.")), Length(max=LONGEST)],
    )
    publication = StringField(
        _("Publication of this text or translation"),
        [InputRequired(_("Name the publication.")), Length(max=LONGEST)],
    )

    def __init__(self, wordings: Iterable[tuple[str, str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.wording.choices = [SelectChoice(f"{version}:{name}", said) for version, name, said in wordings]

    @property
    def chosen(self) -> tuple[str, str]:
        """Version and name of the wording."""
        version, __, name = (self.wording.data or "").partition(":")
        return version, name


class LanguagesForm(Form):
    """The languages of a text that is to be typed or filled in. They live in the address."""

    languages = StringField(_("Languages"))

    @property
    def locales(self) -> tuple[str, ...]:
        """Each language once."""
        return tuple(dict.fromkeys((self.languages.data or "").replace(",", " ").split()))

    def validate_languages(self, field: StringField) -> None:
        """Refuse what is no code of a language."""
        wrong = [locale for locale in self.locales if not LOCALE.fullmatch(locale)]
        if wrong or not 1 <= len(self.locales) <= MOST_LANGUAGES:
            named = _("%(wrong)s is none. ", wrong=", ".join(wrong)) if wrong else ""
            raise ValidationError(
                _(
                    "%(named)sWrite the codes of 1 to %(most_languages)s languages, such as de, pt-BR.",
                    named=named,
                    most_languages=MOST_LANGUAGES,
                )
            )


class TypedWordingForm(StaffForm):
    """A site's own text, typed. Made by `typed_wording_form`, which adds a box for each text and language."""

    refused_at = "name"

    name = StringField(_("Name of this text"), [InputRequired(_("Give it a name.")), Length(max=64)])
    take_along = SubmitField(_("Download what is typed so far"))

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
    wanted = InputRequired(_("%(label)s: write this text.", label=label)) if is_needed else Optional()
    return TextAreaField(label, [wanted, Length(max=LONGEST_TEXT)])
