"""What patients decide about taking part: stop, get no more messages, ask to be forgotten by name."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from analysis.data.statuses import OWN_WISH
from surveys.models import Patient
from surveys.store import audit
from surveys.store.post import messages


def leave(
    session: Session, patient_id: int, *, on: date, at: datetime, actor: str, why: str = OWN_WISH
) -> None:
    """The patient stops taking part: from now on links do not open and messages do not go out.

    `why` is a code of `analysis.data.statuses`.
    """
    _change(
        session,
        patient_id,
        at,
        status="left",
        status_since=on,
        status_reason=why,
        messages_stopped_at=func.coalesce(Patient.messages_stopped_at, at),
    )
    audit.record(session, audit.Entry(at, actor, "patient.left", patient_id, {"since": on.isoformat()}))


def stop_messages(session: Session, patient_id: int, *, at: datetime, actor: str) -> None:
    """No invitation or reminder from now on; the link still opens."""
    _change(session, patient_id, at, messages_stopped_at=func.coalesce(Patient.messages_stopped_at, at))
    audit.record(session, audit.Entry(at, actor, "patient.messages_stopped", patient_id))


def allow_messages(session: Session, patient_id: int, *, at: datetime, actor: str) -> None:
    """Invitations and reminders go out again, as planned from now on."""
    _change(session, patient_id, at, messages_stopped_at=None)
    audit.record(session, audit.Entry(at, actor, "patient.messages_allowed", patient_id))


def may_allow_messages(session: Session, patient_id: int) -> bool:
    """Whether the patient stopped them, takes part, and did not ask to be removed."""
    patient = session.get_one(Patient, patient_id)
    return (
        patient.messages_stopped_at is not None and patient.removal_requested_at is None and not patient.gone
    )


def take_part_again(
    session: Session, patient: Patient, declined_at: datetime, *, on: date, at: datetime, actor: str
) -> None:
    """Undo that the patient left by declining at `declined_at`, with the messages that this stopped."""
    facts = {"from": patient.status, "to": "active", "since": on.isoformat(), "through": patient.code}
    stopped = patient.messages_stopped_at
    if stopped == declined_at:
        stopped = None
    _change(
        session,
        patient.id,
        at,
        status="active",
        status_since=on,
        status_reason=None,
        messages_stopped_at=stopped,
    )
    audit.record(session, audit.Entry(at, actor, "patient.status", patient.id, facts))


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
