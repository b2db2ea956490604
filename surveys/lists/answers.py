"""One response and its corrections, for the staff's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from surveys.lists.scope import Scope
from surveys.models import InstrumentVersion, Patient, Response, Score, Visit


@dataclass(frozen=True)
class Found:
    """A response with visit, patient, version and scores; it superseded `before`, and `after` superseded
    it."""

    response: Response
    visit: Visit
    patient: Patient
    version: InstrumentVersion
    scores: tuple[Score, ...]
    before: Response | None
    after: Response | None


def find(session: Session, scope: Scope, response_id: int) -> Found | None:
    """The response with this id, if within the scope."""
    query: Any = (
        select(Response, InstrumentVersion)
        .join(Response.visit)
        .join(Visit.patient)
        .join(InstrumentVersion, InstrumentVersion.id == Response.instrument_version_id)
        .where(scope.condition, Response.id == response_id)
        .options(joinedload(Response.visit).joinedload(Visit.patient))
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    response, version = found
    scores = session.scalars(select(Score).where(Score.response_id == response.id).order_by(Score.scale))
    before = session.get(Response, response.supersedes_id) if response.supersedes_id else None
    after = session.scalar(select(Response).where(Response.supersedes_id == response.id))
    return Found(response, response.visit, response.visit.patient, version, tuple(scores), before, after)


def free_visits(session: Session, patient: Patient, instrument: str) -> list[Visit]:
    """The patient's visits without a standing answer to `instrument`."""
    answered = select(Response.visit_id).where(Response.instrument == instrument, Response.stands)
    query = select(Visit).where(
        Visit.patient_id == patient.id, Visit.withdrawn_at.is_(None), Visit.id.not_in(answered)
    )
    return list(session.scalars(query.order_by(Visit.due_on, Visit.id)))
