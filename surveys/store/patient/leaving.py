"""What patients decide about taking part: stop, get no more messages, ask to be forgotten by name."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from surveys.models import Patient
from surveys.store import audit
from surveys.store.post import messages


def leave(session: Session, patient_id: int, *, on: date, at: datetime, actor: str) -> None:
    """The patient stops taking part: from now on links do not open and messages do not go out."""
    _change(
        session,
        patient_id,
        at,
        status="left",
        status_since=on,
        messages_stopped_at=func.coalesce(Patient.messages_stopped_at, at),
    )
    audit.record(session, audit.Entry(at, actor, "patient.left", patient_id, {"since": on.isoformat()}))


def stop_messages(session: Session, patient_id: int, *, at: datetime, actor: str) -> None:
    """No invitation or reminder from now on; the link still opens."""
    _change(session, patient_id, at, messages_stopped_at=func.coalesce(Patient.messages_stopped_at, at))
    audit.record(session, audit.Entry(at, actor, "patient.messages_stopped", patient_id))


def request_removal(session: Session, patient_id: int, *, at: datetime, actor: str) -> None:
    """Messages stop; whether name and contact details go is for a coordinator to decide."""
    _change(
        session,
        patient_id,
        at,
        messages_stopped_at=func.coalesce(Patient.messages_stopped_at, at),
        removal_requested_at=func.coalesce(Patient.removal_requested_at, at),
    )
    audit.record(session, audit.Entry(at, actor, "patient.removal_requested", patient_id))


def _change(session: Session, patient_id: int, at: datetime, **values: object) -> None:
    """Change the patient, and cancel what was planned and must not go out any more."""
    session.execute(update(Patient).where(Patient.id == patient_id).values(**values))
    messages.plan_patient(session, patient_id, at=at)
