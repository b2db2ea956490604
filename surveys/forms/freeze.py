"""The name of a freeze of a study's data."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from analysis.words import words as _
from surveys.forms.staff import StaffForm


class FreezeForm(StaffForm):
    """The name under which the data are stored."""

    refused_at = "name"

    name = StringField(_("Name"), [InputRequired(_("Give it a name, such as Report 2026.")), Length(max=200)])
