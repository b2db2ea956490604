"""A patient's gradings over time and staff's notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.lists.scope import Scope
from surveys.models import Grading, Note, Palsy, Patient


@dataclass(frozen=True)
class GradingRow:
    """One grading; `palsy` is the palsy's number."""

    id: int
    scale: str
    value: int
    graded_on: date
    mode: str
    graded_by: str | None
    palsy: int


@dataclass(frozen=True)
class NoteRow:
    """One note."""

    text: str
    written_by: str
    written_at: datetime


def gradings(session: Session, patient_id: int) -> list[GradingRow]:
    """The patient's gradings in order of time."""
    query = (
        select(
            Grading.id,
            Grading.scale,
            Grading.value,
            Grading.graded_on,
            Grading.mode,
            Grading.graded_by,
            Palsy.number.label("palsy"),
        )
        .join(Palsy, Palsy.id == Grading.palsy_id)
        .where(Grading.patient_id == patient_id)
        .order_by(Grading.graded_on, Grading.scale, Palsy.number)
    )
    return [GradingRow(**row) for row in session.execute(query).mappings()]


def find_grading(session: Session, scope: Scope, grading_id: int) -> tuple[Grading, Patient] | None:
    """The grading with this id, and its patient, if within the scope."""
    query = select(Grading, Patient).join(Patient, Patient.id == Grading.patient_id)
    found = session.execute(query.where(scope.condition, Grading.id == grading_id)).one_or_none()
    return None if found is None else (found[0], found[1])


def notes(session: Session, patient_id: int) -> list[NoteRow]:
    """The patient's notes, latest first."""
    query = (
        select(Note.text, Note.written_by, Note.written_at)
        .where(Note.patient_id == patient_id)
        .order_by(Note.written_at.desc(), Note.id.desc())
    )
    return [NoteRow(**row) for row in session.execute(query).mappings()]
