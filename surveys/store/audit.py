"""The audit trail: events collected during a transaction, written last and chained by hash.

It does not know what the events mean.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Integer, String, column, func, insert, select
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Session

from surveys import SOFTWARE
from surveys.models import Event, EventValue
from surveys.models.dialects import on_postgresql

FIRST_HASH = "0" * 64
_LAST = select(Event.id, Event.hash).order_by(Event.id.desc()).limit(1)
# A function reads anew once it has waited for its lock; `_LAST` after a lock would be a statement more.
_LAST_LOCKED = select(column("id", Integer), column("hash", String)).select_from(func.seventh_trail_end())


@dataclass(frozen=True)
class Value:
    """A field before and after a change. Identity and answers go here, never into `facts`."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Entry:
    """One event to be written when the transaction commits."""

    at: datetime
    actor: str
    action: str
    patient_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Break:
    """Where the chain does not hold, and why."""

    event_id: int
    problem: str


def record(session: Session, entry: Entry) -> None:
    """Note `entry`; it is written at the end of this transaction, or never."""
    session.info.setdefault("events", []).append(entry)


@sqlalchemy_event.listens_for(Session, "before_commit")
def _write_noted(session: Session) -> None:
    entries = session.info.pop("events", [])
    if entries:
        session.flush()
        _write(session, entries)


@sqlalchemy_event.listens_for(Session, "after_soft_rollback")
def _forget_noted(session: Session, _: object) -> None:
    session.info.pop("events", None)


def _write(session: Session, entries: Iterable[Entry]) -> None:
    last = session.execute(_LAST_LOCKED if on_postgresql(session) else _LAST).first()
    number, previous = (last.id, last.hash) if last else (0, FIRST_HASH)
    events: list[dict[str, Any]] = []
    values: list[dict[str, Any]] = []
    for entry in entries:
        number += 1
        keyed = [(value, secrets.token_hex(32)) for value in entry.values]
        row: dict[str, Any] = {
            "id": number,
            "at": entry.at.astimezone(UTC),
            "actor": entry.actor,
            "action": entry.action,
            "patient_id": entry.patient_id,
            "facts": dict(entry.facts),
            "digests": {value.field: _digest(key, value.before, value.after) for value, key in keyed},
            "reason": entry.reason,
            "software": SOFTWARE,
            "previous_hash": previous,
        }
        previous = row["hash"] = _hash(row)
        events.append(row)
        values += [
            {
                "event_id": number,
                "field": value.field,
                "before": value.before,
                "after": value.after,
                "key": key,
            }
            for value, key in keyed
        ]
    session.execute(insert(Event), events)
    if values:
        session.execute(insert(EventValue), values)


def verify(session: Session) -> Iterator[Break]:
    """Every place where the chain does not hold; empty for a whole chain.

    An erased value is not a break. A value that is still there must match its digest.
    """
    number, previous = 0, FIRST_HASH
    columns = Event.__table__.columns
    for row in session.execute(select(*columns).order_by(Event.id)).mappings():
        number += 1
        if row["id"] != number:
            yield Break(row["id"], f"event {number} is missing before it")
            number = row["id"]
        if row["previous_hash"] != previous:
            yield Break(row["id"], "it does not follow on the event before it")
        if row["hash"] != _hash(dict(row)):
            yield Break(row["id"], "its content was changed after it was written")
        previous = row["hash"]
    query = select(EventValue, Event.digests).join(Event, Event.id == EventValue.event_id)
    for value, digests in session.execute(query.order_by(EventValue.event_id)):
        if digests.get(value.field) != _digest(value.key, value.before, value.after):
            yield Break(value.event_id, f"the value of {value.field} was changed after it was written")


def _digest(key: str, before: str | None, after: str | None) -> str:
    content = json.dumps([before, after], ensure_ascii=False)
    return hmac.new(bytes.fromhex(key), content.encode(), hashlib.sha256).hexdigest()


def _hash(row: Mapping[str, Any]) -> str:
    content = {name: row[name] for name in row if name != "hash"} | {"at": row["at"].isoformat()}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
