"""Alerts of a study: those waiting, those taken on, those that came with old answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from surveys.lists.scope import Scope
from surveys.lists.visits import TITLE
from surveys.models import Alert, Patient, Timepoint, Visit

PAGE = 50


@dataclass(frozen=True)
class AlertRow:
    """One alert; `instrument` and `rule` name what raised it, the answers are the codes given, None where the
    question was skipped."""

    id: int
    patient: str
    visit: str
    instrument: str
    rule: str
    first_answer: int | None
    last_answer: int | None
    raised_at: datetime
    state: str
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    note: str | None


def waiting(session: Session, scope: Scope) -> int:
    """How many alerts nobody has taken on."""
    return session.scalar(_of_scope(scope, func.count()).where(Alert.state == "new")) or 0


def waiting_by_study(session: Session, study_ids: list[int]) -> dict[int, int]:
    """How many alerts nobody has taken on, by study; studies without any are left out."""
    query = (
        select(Patient.study_id, func.count())
        .select_from(Alert)
        .join(Visit, Visit.id == Alert.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(Alert.state == "new", Patient.study_id.in_(study_ids))
        .group_by(Patient.study_id)
    )
    return dict(session.execute(query).all())


def counts(session: Session, scope: Scope) -> dict[str, int]:
    """How many alerts there are, by state."""
    query = _of_scope(scope, Alert.state, func.count()).group_by(Alert.state)
    return dict(session.execute(query).all())


def page(session: Session, scope: Scope, state: str, number: int) -> list[AlertRow]:
    """One page of the alerts in `state`: who has waited longest first, the others latest first."""
    query = _rows(scope).where(Alert.state == state)
    order = Alert.raised_at.asc() if state == "new" else Alert.raised_at.desc()
    query = query.order_by(order, Alert.id).limit(PAGE).offset((number - 1) * PAGE)
    return [AlertRow(**row) for row in session.execute(query).mappings()]


def of_patient(session: Session, scope: Scope, patient_id: int) -> list[AlertRow]:
    """One patient's alerts, latest first."""
    query = _rows(scope).where(Patient.id == patient_id).order_by(Alert.raised_at.desc(), Alert.id)
    return [AlertRow(**row) for row in session.execute(query).mappings()]


def find(session: Session, scope: Scope, alert_id: int) -> AlertRow | None:
    """The alert with this id, if it is within the scope."""
    row = session.execute(_rows(scope).where(Alert.id == alert_id)).mappings().one_or_none()
    return AlertRow(**row) if row else None


def _of_scope(scope: Scope, *columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(Alert)
        .join(Visit, Visit.id == Alert.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(scope.condition)
    )


def _rows(scope: Scope) -> Select[*tuple[Any, ...]]:
    return _of_scope(
        scope,
        Alert.id,
        Patient.code.label("patient"),
        TITLE.label("visit"),
        Alert.instrument,
        Alert.rule,
        Alert.first_answer,
        Alert.last_answer,
        Alert.raised_at,
        Alert.state,
        Alert.acknowledged_at,
        Alert.acknowledged_by,
        Alert.note,
    ).outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
