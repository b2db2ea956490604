"""The rows that simulations and imports store besides patients and responses."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from analysis.data.gradings import HOUSE_BRACKMANN
from surveys.models import Grading, Study, Treatment, Visit
from surveys.schedule import Window
from surveys.store import audit
from surveys.store.patient import patients
from surveys.store.patient.patients import NewTreatment

AT_ONCE = 500  # rows that one statement names


@dataclass(frozen=True)
class NewVisit:
    """One visit of a stored patient; `timepoint_id` is None outside the plan."""

    patient_id: int
    name: str
    when: Window
    battery: tuple[str, ...]
    timepoint_id: int | None = None
    occurrence: int = 1
    plan_version: int = 1


@dataclass(frozen=True)
class FurtherTreatment:
    """A treatment of a stored patient, which is not stored yet."""

    patient_id: int
    palsy_id: int | None
    given: NewTreatment


@dataclass(frozen=True)
class FurtherGrading:
    """A House–Brackmann grade of a stored patient, on a day without one."""

    patient_id: int
    palsy_id: int | None
    value: int
    on: date


def add_visits(
    session: Session, study: Study, visits: Sequence[NewVisit], import_id: int | None = None
) -> list[int]:
    """Store `visits` of patients of `study`; returns the ids, in order."""
    rows = [
        {
            "patient_id": new.patient_id,
            "study_id": study.id,
            "timepoint_id": new.timepoint_id,
            "name": new.name,
            "occurrence": new.occurrence,
            "opens_on": new.when.opens_on,
            "due_on": new.when.due_on,
            "closes_on": new.when.closes_on,
            "battery": list(new.battery),
            "plan_version": new.plan_version,
            "import_id": import_id,
        }
        for new in visits
    ]
    return audit.insert_bound(session, Visit, rows)


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


def revive(session: Session, visit_ids: Collection[int]) -> None:
    """Restore visits that were withdrawn from the plan but attended."""
    if visit_ids:
        attended = update(Visit).where(Visit.id.in_(visit_ids), Visit.withdrawn_at.is_not(None))
        session.execute(attended.values(withdrawn_at=None))


def set_batteries(session: Session, batteries: Mapping[int, Sequence[str]]) -> None:
    """Set what unscheduled visits ask from now on, by their ids; those that ask the same at once."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for visit_id, battery in batteries.items():
        alike.setdefault(tuple(battery), []).append(visit_id)
    for battery, ids in alike.items():
        for start in range(0, len(ids), AT_ONCE):
            some = update(Visit).where(Visit.id.in_(ids[start : start + AT_ONCE]))
            session.execute(some.values(battery=list(battery)).execution_options(synchronize_session=False))


def add_treatments(
    session: Session, found: Sequence[FurtherTreatment], *, import_id: int, at: datetime, actor: str
) -> None:
    """Store treatments; the caller knows that they are new."""
    rows = [
        {**patients.treatment_row(one.patient_id, one.palsy_id, one.given), "import_id": import_id}
        for one in found
    ]
    ids = audit.insert_bound(session, Treatment, rows)
    for row_id, one in zip(ids, found, strict=True):
        started = one.given.started
        facts = {
            "treatment": row_id,
            "kind": one.given.kind,
            "state": one.given.state,
            "started_on": started.on.isoformat() if started else None,
            "precision": started.precision if started else None,
            "product": one.given.product,
            "dose": one.given.dose,
            "unit": one.given.unit,
        }
        audit.record(session, audit.Entry(at, actor, "treatment.added", one.patient_id, facts))


def add_gradings(
    session: Session, found: Sequence[FurtherGrading], *, import_id: int, at: datetime, actor: str
) -> None:
    """Store grades; the caller knows that their days have none."""
    rows = [
        {
            "patient_id": one.patient_id,
            "palsy_id": one.palsy_id,
            "scale": HOUSE_BRACKMANN,
            "value": one.value,
            "graded_on": one.on,
            "import_id": import_id,
        }
        for one in found
    ]
    audit.insert_bound(session, Grading, rows)
    for one in found:
        facts = {"scale": HOUSE_BRACKMANN, "value": one.value, "graded_on": one.on.isoformat()}
        audit.record(session, audit.Entry(at, actor, "grading.added", one.patient_id, facts))
