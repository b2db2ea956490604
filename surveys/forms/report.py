"""Which data a report is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import SelectField
from wtforms.validators import InputRequired

from analysis.words import words as _
from surveys.forms.staff import StaffForm, select_choices

NOW = "now"


class ReportForm(StaffForm):
    """The data as they are now, or one of the `freezes`, given as names by id."""

    refused_at = "source"

    source = SelectField(_("Data"), [InputRequired(_("Choose which data."))], default=NOW)

    def __init__(self, freezes: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._freezes = {str(freeze_id): name for freeze_id, name in freezes.items()}
        self.source.choices = select_choices({NOW: _("As they are now"), **self._freezes})

    @property
    def freeze(self) -> str | None:
        """The name of the chosen freeze; None for the data as they are now."""
        return self._freezes.get(self.source.data or "")
