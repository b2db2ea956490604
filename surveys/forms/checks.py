"""The form by which a finding of a check is let stand."""

from __future__ import annotations

from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from analysis.words import words as _
from surveys.forms.staff import StaffForm


class DismissForm(StaffForm):
    """Why what was found may stand."""

    refused_at = "reason"

    reason = TextAreaField(
        _("Why it may stand"), [InputRequired(_("Say why it may stand.")), Length(max=500)]
    )
