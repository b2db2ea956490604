"""A study's log: every event of its chain, the latest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event, Patient
from surveys.models.audit import READ

PAGE = 40
# What a reader may ask for alone, and the actions that it is.
KINDS: Mapping[str, Sequence[str]] = {
    "read": (READ,),
    "taken": (
        "study.exported",
        "study.frozen",
        "report.made",
        "study.downloaded",
        "study.read",
        "patient.copied",
    ),
    "team": ("staff.granted", "staff.revoked"),
}


@dataclass(frozen=True)
class LoggedEvent:
    """One event; `patient` is the study code of whom it concerns."""

    number: int
    at: datetime
    actor: str
    action: str
    patient: str | None
    facts: Mapping[str, Any]
    reason: str | None


@dataclass(frozen=True)
class LogPage:
    """A page of the log; `older` is the number before which the next page goes on, if there is one."""

    events: Sequence[LoggedEvent]
    older: int | None


def page(
    session: Session, study_id: int, *, kind: str | None, before: int | None, size: int = PAGE
) -> LogPage:
    """The latest events of that kind (or of all) with a number below `before`."""
    query = (
        select(
            Event.number,
            Event.at,
            Event.actor,
            Event.action,
            Patient.code.label("patient"),
            Event.facts,
            Event.reason,
        )
        .outerjoin(Patient, Patient.id == Event.patient_id)
        .where(Event.study_id == study_id)
        .order_by(Event.number.desc())
        .limit(size + 1)
    )
    if kind is not None:
        query = query.where(Event.action.in_(KINDS[kind]))
    if before is not None:
        query = query.where(Event.number < before)
    rows = [LoggedEvent(**row) for row in session.execute(query).mappings()]
    return LogPage(rows[:size], rows[size - 1].number if len(rows) > size else None)
