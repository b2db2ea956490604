"""Alerts of a study: those waiting, taken on, acted on, closed, and those that came with old answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, false, func, or_, select
from sqlalchemy.orm import Session

from surveys.lists import needs
from surveys.lists.at_once import Part, ShortList
from surveys.lists.scope import Scope
from surveys.lists.visits import TITLE
from surveys.models import Alert, AlertMail, Contact, Host, Patient, Response, Score, Timepoint, Visit

SORTS = ("raised", "patient", "rule")
PAGE = 50


@dataclass(frozen=True)
class AlertRow:
    """One alert; `instrument` and `rule` name its cause. The answers are codes, None where the question was
    skipped or a `score` raised the alert (`before` is the score before). It also names the person to call."""

    id: int
    patient: str
    visit_id: int
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
    acted_at: datetime | None
    acted_by: str | None
    acted_note: str | None
    closed_at: datetime | None
    closed_by: str | None
    closed_note: str | None
    escalated_at: datetime | None
    source: str | None
    score: float | None
    before: float | None
    name: str | None
    telephone: str | None
    born_on: date | None
    birth_year: int | None
    locale: str | None

    @property
    def people(self) -> tuple[str | None, ...]:
        """The people who acted on it."""
        return self.acknowledged_by, self.acted_by, self.closed_by


@dataclass(frozen=True)
class SentAnswers:
    """The response to which the answer of an alert belongs, once it was sent, and its scores by scale."""

    response_id: int
    scores: Mapping[str, float | None]


@dataclass(frozen=True)
class Trouble:
    """How many alerts wait; and why staff must look at once: those that waited longer than the study allows,
    and those of which a notice did not arrive. Every page asks, and with it for `worker_seen_at`, and
    how many messages to patients are `lost`: they did not arrive, or cannot go."""

    waiting: int
    overdue: int
    unheard: int
    worker_seen_at: datetime | None = None
    lost: int = 0

    @property
    def pressing(self) -> bool:
        """Whether staff must look at once."""
        return bool(self.overdue or self.unheard)


def trouble(session: Session, scope: Scope, let_wait: timedelta, at: datetime) -> Trouble:
    """How it stands at the instant `at` if an alert may wait as long as `let_wait`."""
    unheard = (
        select(AlertMail.id)
        .where(AlertMail.alert_id == Alert.id, AlertMail.outcome.in_(("failed", "bounced", "unknown")))
        .exists()
    )
    query = _of_scope(
        scope,
        func.count(),
        func.count().filter(Alert.raised_at <= at - let_wait),
        func.count().filter(unheard),
        select(func.max(Host.seen_at)).scalar_subquery(),
        needs.lost(scope, at),
    ).where(Alert.state == "new")
    return Trouble(*session.execute(query).one())


def waiting_by_study(session: Session, scopes: Iterable[Scope]) -> dict[int, int]:
    """How many alerts within `scopes` wait to be taken on, by study; studies without any are left out."""
    query = (
        select(Patient.study_id, func.count())
        .select_from(Alert)
        .join(Visit, Visit.id == Alert.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(Alert.state == "new", or_(false(), *(scope.condition for scope in scopes)))
        .group_by(Patient.study_id)
    )
    return dict(session.execute(query).all())


def counts(session: Session, scope: Scope) -> dict[str, int]:
    """How many alerts there are, by state."""
    query = _of_scope(scope, Alert.state, func.count()).group_by(Alert.state)
    return dict(session.execute(query).all())


def page(
    session: Session, scope: Scope, state: str, number: int, size: int = PAGE, *, sort: str = "raised"
) -> list[AlertRow]:
    """One page of the alerts in `state`: waiting ones by longest wait first, others latest first.

    Where `sort` is another of `SORTS`, by patient or by rule before that.
    """
    query = _rows(scope).where(Alert.state == state)
    order = Alert.raised_at.asc() if state == "new" else Alert.raised_at.desc()
    before = {"raised": (), "patient": (Patient.code,), "rule": (Alert.instrument, Alert.rule)}[sort]
    query = query.order_by(*before, order, Alert.id).limit(size).offset((number - 1) * size)
    return [AlertRow(**row) for row in session.execute(query).mappings()]


def sent_answers(session: Session, rows: Sequence[AlertRow]) -> dict[int, SentAnswers]:
    """The sent answers of each alert in `rows`, by its id; those without any are left out."""
    query = (
        select(Response.visit_id, Response.instrument, Response.id, Score.scale, Score.value)
        .outerjoin(Score, Score.response_id == Response.id)
        .where(Response.visit_id.in_({row.visit_id for row in rows}), Response.stands)
    )
    responses: dict[tuple[int, str], int] = {}
    scores: dict[int, dict[str, float | None]] = {}
    for visit_id, instrument, response_id, scale, value in session.execute(query):
        responses[visit_id, instrument] = response_id
        if scale is not None:
            scores.setdefault(response_id, {})[scale] = value
    return {
        row.id: SentAnswers(found, scores.get(found, {}))
        for row in rows
        if (found := responses.get((row.visit_id, row.instrument))) is not None
    }


def of_patient(scope: Scope, patient_id: int) -> Part[list[AlertRow]]:
    """One patient's alerts, latest first."""
    query = _rows(scope).where(Patient.id == patient_id)
    order = (Alert.raised_at.desc(), Alert.id.expression)
    return Part({"alerts": ShortList(query, order)}, lambda rows: [AlertRow(**row) for row in rows["alerts"]])


def find(session: Session, scope: Scope, alert_id: int) -> AlertRow | None:
    """The alert with this id, if it is within the scope."""
    row = session.execute(_rows(scope).where(Alert.id == alert_id)).mappings().one_or_none()
    return AlertRow(**row) if row else None


def _of_scope(scope: Scope, *columns: Any) -> Select[*tuple[Any, ...]]:
    return select(*columns).select_from(Alert).join(Visit, Visit.id == Alert.visit_id).where(scope.of_visit)


def _rows(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        _of_scope(
            scope,
            Alert.id,
            Patient.code.label("patient"),
            Alert.visit_id,
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
            Alert.acted_at,
            Alert.acted_by,
            Alert.acted_note,
            Alert.closed_at,
            Alert.closed_by,
            Alert.closed_note,
            Alert.escalated_at,
            Alert.source,
            Alert.score,
            Alert.before,
            Contact.name,
            Contact.telephone,
            Contact.born_on,
            Patient.birth_year,
            Contact.locale,
        )
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
        .outerjoin(Contact, Contact.id == Patient.contact_id)
    )
