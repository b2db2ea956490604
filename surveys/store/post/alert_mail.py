"""Notices of alerts to staff: to the first person at once, to the deputy if an alert waits too long.

A notice says that there is an alert, never whose or about what. Another module sends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from surveys.models import Alert, AlertMail, AlertReader, Patient, Staff, Study, Visit
from surveys.store import audit
from surveys.store.post import outbox
from surveys.store.post.outbox import ACTOR, Outcome, Rejected


@dataclass(frozen=True)
class Word:
    """A claimed notice of an alert; `hours` is how long the study lets one wait, `language` its reader's."""

    id: int
    kind: str
    to: str
    study: str
    hours: int
    language: str | None


def plan(session: Session, *, at: datetime) -> int:
    """Plan notices of new alerts, escalate alerts that waited too long, and pass on test alerts.

    Returns how many notices are new; a second run plans no notice again.
    """
    return _raised(session, at) + _escalated(session, at) + _tests(session)


def _raised(session: Session, at: datetime) -> int:
    told = aliased(AlertMail)
    query = (
        select(Alert.id, Patient.study_id, AlertReader.staff_id)
        .join(Visit, Visit.id == Alert.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(AlertReader, and_(AlertReader.study_id == Patient.study_id, AlertReader.rank == "first"))
        .outerjoin(told, and_(told.alert_id == Alert.id, told.kind == "raised"))
        .where(Alert.state == "new", told.id.is_(None))
        .order_by(Alert.id)
    )
    rows = session.execute(query).all()
    return sum(_add(session, row.study_id, row.id, "raised", row.staff_id, at) for row in rows)


def _escalated(session: Session, at: datetime) -> int:
    """Escalate alerts whose time is up to the deputy, once; without a deputy they are marked all the same."""
    query = (
        select(Alert, Patient.id.label("patient_id"), Study, AlertReader.staff_id)
        .join(Visit, Visit.id == Alert.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(Study, Study.id == Patient.study_id)
        .outerjoin(AlertReader, and_(AlertReader.study_id == Study.id, AlertReader.rank == "deputy"))
        .where(Alert.state == "new", Alert.escalated_at.is_(None))
        .order_by(Alert.id)
        .with_for_update(of=Alert, skip_locked=True, key_share=True)
    )
    new = 0
    for row in session.execute(query).all():
        if at - row.Alert.raised_at < timedelta(hours=row.Study.escalate_after_hours):
            continue
        row.Alert.escalated_at = at
        facts = {"alert": row.Alert.id, "after_hours": row.Study.escalate_after_hours}
        audit.record(session, audit.Entry(at, ACTOR, "alert.escalated", row.patient_id, facts))
        if row.staff_id is not None:
            new += _add(session, row.Study.id, row.Alert.id, "escalated", row.staff_id, at)
    session.flush()
    return new


def _tests(session: Session) -> int:
    """Pass on each unacknowledged test alert once."""
    sent = aliased(AlertMail)
    query = (
        select(AlertReader)
        .outerjoin(
            sent,
            and_(
                sent.study_id == AlertReader.study_id,
                sent.staff_id == AlertReader.staff_id,
                sent.kind == "test",
                sent.planned_at >= AlertReader.tested_at,
            ),
        )
        .where(AlertReader.tested_at.is_not(None), AlertReader.acknowledged_at.is_(None), sent.id.is_(None))
        .with_for_update(of=AlertReader, skip_locked=True, key_share=True)
    )
    readers = session.scalars(query).all()
    for reader in readers:
        if reader.tested_at is not None:
            _add(session, reader.study_id, None, "test", reader.staff_id, reader.tested_at)
    return len(readers)


def _add(
    session: Session, study_id: int, alert_id: int | None, kind: str, staff_id: int, at: datetime
) -> int:
    values = {"study_id": study_id, "alert_id": alert_id, "kind": kind, "staff_id": staff_id}
    return int(outbox.plan(session, AlertMail, **values, planned_at=at))


def claim(session: Session, *, at: datetime, simulated_only: bool = False) -> Word | None:
    """Claim the next notice to send at the instant `at`; the caller commits and then sends it.

    An alert that somebody has taken on meanwhile needs no notice. With `simulated_only`, notices of studies
    with real patients stay untouched.
    """
    while (row := outbox.next_due(session, AlertMail, at, simulated_only=simulated_only)) is not None:
        person = session.get_one(Staff, row.staff_id, populate_existing=True)
        state = session.scalar(select(Alert.state).where(Alert.id == row.alert_id))
        if state not in {None, "new"}:
            outbox.cancel(row, "taken_on", at=at)
        elif not person.active:
            outbox.claim(row, at=at)
            outbox.settle(row, Rejected("no active account"), at=at)
        else:
            outbox.claim(row, at=at)
            session.flush()
            study = session.get_one(Study, row.study_id)
            hours = study.escalate_after_hours
            return Word(row.id, row.kind, person.email, study.code, hours, person.language)
        session.flush()
        _tell(session, row, at)
    return None


def due_about_real(session: Session, *, at: datetime) -> int:
    """How many notices are due in studies with real patients, about alerts that still wait for staff."""
    query = (
        select(func.count(AlertMail.id))
        .outerjoin(Alert, Alert.id == AlertMail.alert_id)
        .where(
            *outbox.due(AlertMail, at),
            AlertMail.study_id.not_in(outbox.SIMULATED),
            or_(AlertMail.alert_id.is_(None), Alert.state == "new"),
        )
    )
    return session.scalar(query) or 0


def settle(session: Session, mail_id: int, outcome: Outcome, *, at: datetime) -> None:
    """Record the outcome of a notice."""
    if (row := outbox.settled(session, AlertMail, mail_id, outcome, at=at)) is not None:
        _tell(session, row, at)


def give_up_lost(session: Session, *, at: datetime) -> int:
    """Record of notices whose sender died that nobody knows what became of them; returns how many."""
    lost = outbox.give_up_lost(session, AlertMail, at=at)
    for row in lost:
        _tell(session, row, at)
    return len(lost)


def _tell(session: Session, row: AlertMail, at: datetime) -> None:
    facts = {"notice": row.id, "kind": row.kind, "staff": row.staff_id}
    if row.alert_id is not None:
        facts["alert"] = row.alert_id
    outbox.tell(session, row, "notice", facts, at=at)
