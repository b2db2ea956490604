"""The rows that simulations and imports store besides patients and responses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from analysis.data.gradings import HOUSE_BRACKMANN
from surveys.models import Grading, Patient, Study, Visit
from surveys.schedule import Window
from surveys.store import audit
from surveys.store.patient import treatments
from surveys.store.patient.patients import NewTreatment
from surveys.store.study.studies import today


@dataclass(frozen=True)
class NewVisit:
    """One visit of a stored patient; `timepoint_id` is None outside the plan."""

    patient_id: int
    name: str
    when: Window
    battery: tuple[str, ...]
    timepoint_id: int | None = None


def add_visits(session: Session, study: Study, visits: Sequence[NewVisit]) -> list[int]:
    """Store `visits` of patients of `study`; returns the ids, in order."""
    if not visits:
        return []
    rows = [
        {
            "patient_id": new.patient_id,
            "study_id": study.id,
            "timepoint_id": new.timepoint_id,
            "name": new.name,
            "occurrence": 1,
            "opens_on": new.when.opens_on,
            "due_on": new.when.due_on,
            "closes_on": new.when.closes_on,
            "battery": list(new.battery),
        }
        for new in visits
    ]
    return list(session.scalars(insert(Visit).returning(Visit.id, sort_by_parameter_order=True), rows))


def mark_simulated(session: Session, study: Study, *, at: datetime, actor: str) -> None:
    """Mark a study as one of made-up patients; this cannot be undone."""
    study.simulated = True
    audit.record(
        session, audit.Entry(at, actor, "study.simulated", facts={"study": study.code}, study_id=study.id)
    )


def done(
    session: Session, study: Study, action: str, facts: Mapping[str, Any], *, at: datetime, actor: str
) -> None:
    """Note in the audit trail that a bulk change is complete, with its counts."""
    audit.record(session, audit.Entry(at, actor, action, facts=dict(facts), study_id=study.id))


def revive(session: Session, visit_ids: Sequence[int]) -> None:
    """Restore visits that were withdrawn from the plan but attended."""
    attended = update(Visit).where(Visit.id.in_(visit_ids), Visit.withdrawn_at.is_not(None))
    session.execute(attended.values(withdrawn_at=None))


def extend_battery(session: Session, visit_id: int, battery: Sequence[str]) -> None:
    """Set what an unscheduled visit asks from now on."""
    session.execute(update(Visit).where(Visit.id == visit_id).values(battery=list(battery)))


def add_treatment(session: Session, patient_id: int, new: NewTreatment, *, at: datetime, actor: str) -> None:
    """Store a treatment of a stored patient; the caller knows that it is new."""
    patient = session.get_one(Patient, patient_id)
    day = today(session.get_one(Study, patient.study_id), at)
    treatments.add(session, patient, new, today=day, at=at, actor=actor)


def add_grading(
    session: Session,
    patient_id: int,
    palsy_id: int | None,
    value: int,
    on: date,
    *,
    at: datetime,
    actor: str,
) -> None:
    """Store a House–Brackmann grade of a stored patient, on a day without a grade."""
    session.add(
        Grading(patient_id=patient_id, palsy_id=palsy_id, scale=HOUSE_BRACKMANN, value=value, graded_on=on)
    )
    facts = {"scale": HOUSE_BRACKMANN, "value": value, "graded_on": on.isoformat()}
    audit.record(session, audit.Entry(at, actor, "grading.added", patient_id, facts))
