"""The form under which a list of one's own is kept."""

from __future__ import annotations

from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

from analysis.words import words as _
from surveys.forms.staff import StaffForm


class OwnListForm(StaffForm):
    """A list's name, and whether colleagues see it."""

    refused_at = "name"

    name = StringField(_("Name of the list"), [InputRequired(_("Give the list a name.")), Length(max=100)])
    shared = BooleanField(
        _("Colleagues who may open patients of this study see it too, each for their own site")
    )
