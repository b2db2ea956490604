"""A patient's gradings over time, staff's notes, and messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.lists.visits import TITLE
from surveys.models import Grading, Message, Note, Palsy, Timepoint, Visit


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


@dataclass(frozen=True)
class MessageRow:
    """One message and its outcome; without an outcome it is still to go."""

    visit: str
    kind: str
    channel: str
    planned_at: datetime
    outcome: str | None
    outcome_at: datetime | None


def messages(session: Session, patient_id: int) -> list[MessageRow]:
    """The patient's messages, latest first."""
    query = (
        select(
            TITLE.label("visit"),
            Message.kind,
            Message.channel,
            Message.planned_at,
            Message.outcome,
            Message.outcome_at,
        )
        .select_from(Message)
        .join(Visit, Visit.id == Message.visit_id)
        .outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
        .where(Visit.patient_id == patient_id)
        .order_by(Message.planned_at.desc(), Message.id.desc())
    )
    return [MessageRow(**row) for row in session.execute(query).mappings()]


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
