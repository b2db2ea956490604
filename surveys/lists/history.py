"""The changes of a patient's data, and their authors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.lists.at_once import Part, ShortList
from surveys.models import Event, Staff
from surveys.models.audit import READ


@dataclass(frozen=True)
class EventRow:
    """One event of the audit trail, without the values before and after."""

    at: datetime
    actor: str
    action: str
    facts: Mapping[str, Any]
    reason: str | None


def of_patient(patient_id: int, limit: int) -> Part[list[EventRow]]:
    """The patient's latest events, latest first, without who read what (`readers`)."""
    query = select(Event.at, Event.actor, Event.action, Event.facts, Event.reason).where(
        Event.patient_id == patient_id, Event.action != READ
    )
    latest = ShortList(query, (Event.id.desc(),), limit)
    return Part({"events": latest}, lambda rows: [EventRow(**row) for row in rows["events"]])


@dataclass(frozen=True)
class Reader:
    """Somebody who opened the patient's pages: how often, by quarters of an hour, and when last."""

    actor: str
    times: int
    last_at: datetime


def readers(patient_id: int, limit: int) -> Part[list[Reader]]:
    """Who opened the patient's pages, the latest first."""
    last_at = func.max(Event.at)
    query = (
        select(Event.actor, func.count(Event.id).label("times"), last_at.label("last_at"))
        .where(Event.patient_id == patient_id, Event.action == READ)
        .group_by(Event.actor)
    )
    latest = ShortList(query, (last_at.desc(), Event.actor.expression), limit)
    return Part({"readers": latest}, lambda rows: [Reader(**row) for row in rows["readers"]])


def names(session: Session, actors: Iterable[str | None]) -> dict[str, str]:
    """Actors of the form `staff:<id>` by the e-mail address of the account."""
    ids = {int(actor.removeprefix("staff:")) for actor in actors if actor and actor.startswith("staff:")}
    if not ids:
        return {}
    found = session.execute(select(Staff.id, Staff.email).where(Staff.id.in_(ids)))
    return {f"staff:{staff_id}": email for staff_id, email in found}
