"""The proof that every chain of events is whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event, EventValue
from surveys.models.functions import link_hash
from surveys.store.audit import chain

_AT_ONCE = {"yield_per": 1000}
_EARLIER = ("id", *chain.CONTENT, "previous_hash")


@dataclass(frozen=True)
class Break:
    """Where the record does not hold, and why."""

    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}."


def verify(session: Session) -> Iterator[Break]:
    """Every place where a chain does not hold; empty for whole chains.

    An erased value is not a break. A value that is still there must match its digest.
    """
    for study_id in session.scalars(select(Event.study_id).distinct().order_by(Event.study_id)).all():
        yield from _one_chain(session, study_id)
    query = (
        select(*EventValue.__table__.columns, Event.digests)
        .join(Event, Event.id == EventValue.event_id)
        .order_by(EventValue.event_id)
    )
    with session.execute(query, execution_options=_AT_ONCE) as values:
        for value in values.mappings():
            if value["digests"].get(value["field"]) != chain.value_digest(dict(value)):
                problem = f"the value of {value['field']} was changed after it was written"
                yield Break(f"Event {value['event_id']}", problem)


def _one_chain(session: Session, study_id: int | None) -> Iterator[Break]:
    number, previous = 0, chain.FIRST_HASH
    query = select(*Event.__table__.columns).where(Event.study_id == study_id).order_by(Event.number)
    with session.execute(query, execution_options=_AT_ONCE) as events:
        for row in events.mappings():
            number += 1
            where = f"Event {row['id']}"
            if row["number"] != number:
                yield Break(where, f"number {number} of its chain is missing before it")
                number = row["number"]
            if row["previous_hash"] != previous:
                yield Break(where, "it does not follow on the event before it")
            if row["hash"] not in _hashes(dict(row)):
                yield Break(where, "its content was changed after it was written")
            previous = row["hash"]


def _hashes(row: Mapping[str, Any]) -> Iterator[str]:
    """The hashes that an event may have: today's, and in the installation's chain that of earlier versions.

    Those had one chain. It became the installation's, and its hash covered the id, which was the number.
    """
    yield link_hash(row["study_id"], row["number"], row["previous_hash"], chain.content_digest(row))
    if row["study_id"] is None and row["id"] == row["number"]:
        content = {name: row[name] for name in _EARLIER} | {"at": row["at"].isoformat()}
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        yield hashlib.sha256(canonical.encode()).hexdigest()
