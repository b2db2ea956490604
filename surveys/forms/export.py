"""What somebody who downloads a study's data says first."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, StringField
from wtforms.validators import Length, Optional

from surveys.forms.staff import StaffForm


class ExportForm(StaffForm):
    """The package; calendar dates only with the reason for them, which is recorded."""

    exact = BooleanField("Fill in calendar dates and years of birth")
    reason = StringField("Why calendar dates are needed", [Optional(), Length(max=500)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether dates, where they may be asked for, come with a reason."""
        if not super().validate(extra_validators):
            return False
        if self.exact is None or not self.exact.data or (self.reason.data or "").strip():
            return True
        self.reason.errors = ["Say why calendar dates are needed."]
        return False
