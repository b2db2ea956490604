"""Who opened a patient's pages: one event per person, patient and quarter of an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from surveys.models import Event
from surveys.models.audit import READ
from surveys.store import audit

EVERY = timedelta(minutes=15)


def is_noted(session: Session, patient_id: int, *, at: datetime, actor: str) -> bool:
    """Whether an event of the last quarter of an hour says that `actor` read this patient's pages."""
    said = (Event.patient_id == patient_id, Event.action == READ, Event.actor == actor)
    return bool(session.scalar(select(exists().where(*said, Event.at > at - EVERY))))


def note(session: Session, patient_id: int, *, at: datetime, actor: str) -> None:
    """Record that `actor` reads the patient's pages, where no event says so yet."""
    if not is_noted(session, patient_id, at=at, actor=actor):
        audit.record(session, audit.Entry(at, actor, READ, patient_id))
