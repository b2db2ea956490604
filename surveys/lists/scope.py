"""The patients that a member of staff may see, and the day in the study's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement

from surveys.models import Patient


@dataclass(frozen=True)
class Scope:
    """The patients of one study, of one site where `site` is set; `today` in the study's time zone."""

    study_id: int
    site: str | None
    today: date

    @property
    def condition(self) -> ColumnElement[bool]:
        """The condition on a patient's row."""
        return Patient.within(self.study_id, self.site)
