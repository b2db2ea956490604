"""Patients whom analyses leave out, counted: each scale with a value, of how many patients and responses."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from surveys.models import Patient, Response, Score, SelfEnrolment, Visit, consent, joining

Counts = tuple[tuple[str, int, int], ...]


def unconfirmed(session: Session, study_id: int, site: str | None) -> Counts:
    """Who joined by herself and waits for a look, unless she is left out for her consent."""
    waiting = select(SelfEnrolment.patient_id).where(SelfEnrolment.looked_at.is_(None))
    return _counted(
        session, Patient.within(study_id, site), Patient.id.in_(waiting), ~consent.left_out(session, study_id)
    )


def without_consent(session: Session, study_id: int, site: str | None) -> Counts:
    """Whom the study leaves out because no consent stands; somebody's twin is nobody."""
    return _counted(
        session, Patient.within(study_id, site), consent.left_out(session, study_id), ~joining.is_twin()
    )


def _counted(session: Session, *conditions: ColumnElement[bool]) -> Counts:
    rows = session.execute(
        select(
            Response.instrument,
            Score.scale,
            func.count(func.distinct(Patient.id)).label("patients"),
            func.count(Response.id).label("responses"),
        )
        .join(Response, Response.id == Score.response_id)
        .join(Visit, Visit.id == Response.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(Response.stands, Score.value.is_not(None), *conditions)
        .group_by(Response.instrument, Score.scale)
        .order_by(Response.instrument, Score.scale)
    )
    return tuple((f"{row.instrument}.{row.scale}", row.patients, row.responses) for row in rows)
