"""What a transaction did, collected while it runs and written when it commits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Session

from surveys.store.audit import binding, chain
from surveys.store.audit.binding import Changed
from surveys.store.audit.chain import Link

BOUND = "facts.bound"
MOST = 500  # digests of an event


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
    session.flush()
    entries: Sequence[Entry] = session.info.pop("events", [])
    facts = binding.taken(session)
    if entries or facts:
        chain.append(session, list(_links(entries, facts)))


@sqlalchemy_event.listens_for(Session, "after_soft_rollback")
def _forget_noted(session: Session, _: object) -> None:
    session.info.pop("events", None)
    binding.forget(session)


def _links(entries: Sequence[Entry], facts: Sequence[Changed]) -> Iterator[Link]:
    """The entries with what they bind.

    A patient's facts stand with the last entry on that patient, others with the last of all. Facts without an
    entry get one.
    """
    place_of = {entry.patient_id: place for place, entry in enumerate(entries)}
    own: dict[int, list[Changed]] = {}
    alone: dict[tuple[int | None, int | None], list[Changed]] = {}
    for fact in facts:
        if entries:
            place = place_of.get(fact.patient_id) if fact.patient_id else None
            own.setdefault(len(entries) - 1 if place is None else place, []).append(fact)
        else:
            alone.setdefault((fact.patient_id, fact.study_id), []).append(fact)
    for place, entry in enumerate(entries):
        yield from _bound(entry, own.get(place, []))
    for (patient_id, study_id), unsaid in alone.items():
        entry = Entry(datetime.now(UTC), "program", BOUND, patient_id, study_id=study_id)
        yield from _bound(entry, unsaid)


def _bound(entry: Entry, facts: Sequence[Changed]) -> Iterator[Link]:
    """The entry with its first facts, and entries of their own for more than an event should hold."""
    yield _link(entry, facts[:MOST])
    for start in range(MOST, len(facts), MOST):
        more = Entry(entry.at, entry.actor, BOUND, entry.patient_id, study_id=entry.study_id)
        yield _link(more, facts[start : start + MOST])


def _link(entry: Entry, facts: Sequence[Changed]) -> Link:
    kept = [chain.kept(value.field, value.before, value.after) for value in entry.values]
    bound = [binding.bound(fact) for fact in facts]
    return Link(
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        patient_id=entry.patient_id,
        facts=dict(entry.facts),
        digests={one["field"]: chain.value_digest(one) for one in kept}
        | {fact.name: one["digest"] for fact, one in zip(facts, bound, strict=True)},
        reason=entry.reason,
        study_id=entry.study_id,
        values=kept,
        bindings=bound,
    )
