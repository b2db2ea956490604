"""A patient's gradings over time and staff's notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Grading, Note, Palsy


@dataclass(frozen=True)
class GradingRow:
    """One grading; `palsy` is the palsy's number."""

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


def notes(session: Session, patient_id: int) -> list[NoteRow]:
    """The patient's notes, latest first."""
    query = (
        select(Note.text, Note.written_by, Note.written_at)
        .where(Note.patient_id == patient_id)
        .order_by(Note.written_at.desc(), Note.id.desc())
    )
    return [NoteRow(**row) for row in session.execute(query).mappings()]
