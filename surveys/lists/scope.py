"""The patients that a member of staff may see, and the day in the study's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, select

from surveys.models import Patient, Visit


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

    @property
    def of_found(self) -> ColumnElement[bool]:
        """The condition on a visit and its patient, both found by a row that an index leads to.

        No index of patients answers it, or SQLite, which counts no rows, would begin with all of them.
        """
        return and_(Visit.study_id == self.study_id, Patient.at(self.site))

    @property
    def of_visit(self) -> ColumnElement[bool]:
        """The condition on a visit's row, for which no patient needs to be read unless there is a site."""
        in_study = Visit.study_id == self.study_id
        if self.site is None:
            return in_study
        return and_(in_study, Visit.patient_id.in_(select(Patient.id).where(self.condition)))
