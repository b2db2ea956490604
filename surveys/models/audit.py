"""The audit trail: a hash chain of events, their values kept apart, and the record of erasures."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Code, Digest, Id, Instant, one_of

ERASURE_LEVELS = ("identity", "answers")


class Event(Base):
    """One change, who made it and when. Append-only; `hash` covers this row and `previous_hash`.

    `digests` holds a keyed digest of every `EventValue`, so that erasing the values leaves the chain whole.
    """

    __tablename__ = "event"
    __table_args__ = (CheckConstraint("id >= 1", name="id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[Instant]
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[Code]
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"), index=True)
    facts: Mapped[dict[str, Any]]
    digests: Mapped[dict[str, str]]
    reason: Mapped[str | None]
    software: Mapped[Code]
    previous_hash: Mapped[Digest]
    hash: Mapped[Digest] = mapped_column(unique=True)


class EventValue(Base):
    """A field's values before and after: identity and answers, apart from the chain. Append-only."""

    __tablename__ = "event_value"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    field: Mapped[str] = mapped_column(String(64), primary_key=True)
    before: Mapped[str | None]
    after: Mapped[str | None]
    key: Mapped[Digest]


class Erasure(Base):
    """The removal of a patient's data, by whom and why. While a row exists, the triggers allow deleting only
    that patient's response, score, draft, event_value and contact rows. Append-only."""

    __tablename__ = "erasure"
    __table_args__ = (one_of("level", ERASURE_LEVELS),)

    id: Mapped[Id]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    level: Mapped[Code]
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[Instant]
    reason: Mapped[str]
