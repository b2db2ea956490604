"""The form before the download of a study's data."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, RadioField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import Length, Optional

from surveys.forms.staff import StaffForm


class ExportForm(StaffForm):
    """The package; calendar dates only with the reason for them, which is recorded."""

    form = RadioField(
        "What",
        choices=[
            SelectChoice(value="tidy", label="Plain tables with a codebook"),
            SelectChoice(value="bundle", label="Reproduction bundle: data with dates, report, scripts"),
        ],
        default="tidy",
    )
    coarse = BooleanField("Coarser: nobody stands alone")
    exact = BooleanField("Fill in calendar dates and years of birth")
    reason = StringField("Why calendar dates are needed", [Optional(), Length(max=500)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether calendar dates, if allowed, come with a reason."""
        if not super().validate(extra_validators):
            return False
        if self.exact is None:
            return True
        if self.coarse.data and (self.exact.data or self.form.data == "bundle"):
            self.coarse.errors = ["The coarser version holds no calendar dates: choose one of the two."]
            return False
        if self.form.data == "bundle" and not self.exact.data:
            self.exact.errors = ["The bundle holds calendar dates: tick this, and say why they are needed."]
            return False
        if not self.exact.data or (self.reason.data or "").strip():
            return True
        self.reason.errors = ["Say why calendar dates are needed."]
        return False
