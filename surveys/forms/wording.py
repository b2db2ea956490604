"""The staff's forms about wordings: loading a text, recording a permission."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Length

from surveys.forms.staff import StaffForm

LONGEST = 500


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
