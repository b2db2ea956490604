"""Messages of a study: planned, not arrived, sent, never sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from surveys.lists.scope import Scope
from surveys.lists.visits import TITLE
from surveys.models import Message, Patient, Timepoint, Visit

PAGE = 50
STATES = ("planned", "trouble", "sent", "cancelled")


@dataclass(frozen=True)
class MessageRow:
    """One message; `error` is the server's code, or why the message waits or never goes.

    `parts` is how many messages a gateway counts for a text that went.
    """

    id: int
    visit_id: int
    patient: str
    visit: str
    kind: str
    nth: int
    channel: str
    planned_at: datetime
    retry_at: datetime | None
    claimed_at: datetime | None
    outcome: str | None
    outcome_at: datetime | None
    error: str | None
    parts: int | None


@dataclass(frozen=True)
class Counted:
    """What a gateway counted: how many messages of a channel went, as how many, and how many since a day."""

    channel: str
    went: int
    parts: int
    parts_since: int


def counted(session: Session, scope: Scope, since: datetime) -> list[Counted]:
    """What gateways counted, by channel; a text of some length counts as several."""
    parts = func.sum(Message.parts)
    latest = func.coalesce(parts.filter(Message.outcome_at >= since), 0)
    columns = (func.count().label("went"), parts.label("parts"), latest.label("parts_since"))
    query = _of_scope(scope, Message.channel, *columns).where(Message.parts.is_not(None))
    rows = session.execute(query.group_by(Message.channel).order_by(Message.channel)).mappings()
    return [Counted(**row) for row in rows]


def counts(session: Session, scope: Scope) -> dict[str, int]:
    """How many messages there are, by state."""
    columns = [func.count().filter(condition(state)) for state in STATES]
    query = _of_scope(scope, *columns)
    return dict(zip(STATES, session.execute(query).one(), strict=True))


def page(session: Session, scope: Scope, state: str, number: int, size: int = PAGE) -> list[MessageRow]:
    """One page of the messages in `state`: planned ones by next first, others latest first."""
    order = Message.planned_at.asc() if state == "planned" else Message.outcome_at.desc()
    query = _rows(scope).where(condition(state)).order_by(order, Message.id)
    return _read(session, query.limit(size).offset((number - 1) * size))


def of_patient(session: Session, scope: Scope, patient_id: int) -> list[MessageRow]:
    """One patient's messages, latest planned first."""
    query = (
        _rows(scope).where(Patient.id == patient_id).order_by(Message.planned_at.desc(), Message.id.desc())
    )
    return _read(session, query)


def find(session: Session, scope: Scope, message_id: int) -> MessageRow | None:
    """The message with this id, if it is within the scope."""
    return next(iter(_read(session, _rows(scope).where(Message.id == message_id))), None)


def of_ids(session: Session, scope: Scope, ids: Sequence[int]) -> list[MessageRow]:
    """The messages with these ids that are within the scope, by patient."""
    return _read(session, _rows(scope).where(Message.id.in_(ids)).order_by(Patient.code, Message.id))


def condition(state: str) -> ColumnElement[bool]:
    """The condition that a message is in `state`."""
    return {
        "planned": Message.outcome.is_(None),
        "trouble": Message.outcome.in_(("failed", "bounced", "unknown")),
        "sent": Message.outcome == "sent",
        "cancelled": Message.outcome == "cancelled",
    }[state]


def _of_scope(scope: Scope, *columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(Message)
        .join(Visit, Visit.id == Message.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(scope.condition)
    )


def _rows(scope: Scope) -> Select[*tuple[Any, ...]]:
    return _of_scope(
        scope,
        Message.id,
        Message.visit_id,
        Patient.code.label("patient"),
        TITLE.label("visit"),
        Message.kind,
        Message.nth,
        Message.channel,
        Message.planned_at,
        Message.retry_at,
        Message.claimed_at,
        Message.outcome,
        Message.outcome_at,
        Message.error,
        Message.parts,
    ).outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)


def _read(session: Session, query: Select[*tuple[Any, ...]]) -> list[MessageRow]:
    return [MessageRow(**row) for row in session.execute(query).mappings()]
