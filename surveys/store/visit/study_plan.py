"""The plan of a study as each patient has it: through its amendments, and by what each agreed to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.models import Amendment, Consent, Patient, Timepoint
from surveys.models.consent import covers
from surveys.schedule import PlannedVisit, Version
from surveys.schedule.amended import version_on, without
from surveys.store.study.studies import plan_of


@dataclass(frozen=True)
class StudyPlan:
    """The rows of the plan through time; `withheld` has, by patient id, the versions not agreed to."""

    rows: tuple[PlannedVisit, ...]
    versions: tuple[Version, ...]
    withheld: Mapping[int, frozenset[int]]

    def of(self, patient: Patient) -> tuple[PlannedVisit, ...]:
        """The rows that hold for this patient."""
        return without(self.rows, self.withheld.get(patient.id, ()))

    def version(self, patient: Patient, due_on: date) -> int:
        """The version by which a visit of this patient that is due on that day is laid."""
        return version_on(self.versions, due_on, self.withheld.get(patient.id, ()))


def read(session: Session, patients: Sequence[Patient], timepoints: Sequence[Timepoint]) -> StudyPlan:
    """The plan for these patients of one study."""
    rows = plan_of(timepoints)
    if not patients or not any(row.since_on or row.until_on for row in rows):
        return StudyPlan(rows, (), {})  # never amended: no statement more
    study_id = patients[0].study_id
    found = session.execute(
        select(Amendment.number, Amendment.holds_from)
        .where(Amendment.study_id == study_id)
        .order_by(Amendment.number)
    )
    versions = tuple(Version(number, holds_from) for number, holds_from in found)
    ids = [patient.id for patient in patients]
    last = select(func.max(Consent.id)).where(Consent.patient_id.in_(ids)).group_by(Consent.patient_id)
    lacking = (
        select(Consent.patient_id, Amendment.number)
        .join(Amendment, Amendment.study_id == study_id)
        .where(Consent.id.in_(last), Amendment.consent_text_id.is_not(None), ~covers(Consent, Amendment))
    )
    withheld: dict[int, set[int]] = {}
    for patient_id, number in session.execute(lacking):
        withheld.setdefault(patient_id, set()).add(number)
    return StudyPlan(rows, versions, {key: frozenset(own) for key, own in withheld.items()})
