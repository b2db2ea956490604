"""What a transaction did, collected while it runs and written when it commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Session

from surveys.store.audit import chain
from surveys.store.audit.chain import Link

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Value:
    """A field before and after a change. Identity and answers go here, never into `facts`."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Entry:
    """One event to be written when the transaction commits.

    It goes to the chain of `study_id`, without one to that of the patient's study, and without a patient to
    that of the installation.
    """

    at: datetime
    actor: str
    action: str
    patient_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    values: tuple[Value, ...] = ()
    study_id: int | None = None


def record(session: Session, entry: Entry) -> None:
    """Note `entry`; it is written at the end of this transaction, or never."""
    session.info.setdefault("events", []).append(entry)


@sqlalchemy_event.listens_for(Session, "before_commit")
def _write_noted(session: Session) -> None:
    entries: Sequence[Entry] = session.info.pop("events", [])
    if entries:
        session.flush()
        chain.append(session, [_link(entry) for entry in entries])


@sqlalchemy_event.listens_for(Session, "after_soft_rollback")
def _forget_noted(session: Session, _: object) -> None:
    session.info.pop("events", None)


def _link(entry: Entry) -> Link:
    kept = [chain.kept(value.field, value.before, value.after) for value in entry.values]
    return Link(
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        patient_id=entry.patient_id,
        facts=dict(entry.facts),
        digests={one["field"]: chain.value_digest(one) for one in kept},
        reason=entry.reason,
        study_id=entry.study_id,
        values=kept,
    )
