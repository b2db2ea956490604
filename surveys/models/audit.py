"""The audit trail: hash chains of events, their values kept apart, and the record of erasures."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Code, Digest, Id, Instant, one_of

ERASURE_LEVELS = ("identity", "answers")
CONSENT_CORRECTED = "consent.corrected"  # the action of an event about a wrong record of a decision
PALSY_REMOVED = "palsy.removed"  # the action of an event about a palsy that was entered in error
READ = "patient.read"  # the action of an event about somebody who opened a patient's pages


class Event(Base):
    """One change, who made it and when. Append-only; `hash` covers this row and `previous_hash`.

    Each study has a chain of its own, and without `study_id` an event is of the installation's. `number`
    counts a chain's events without gaps. Ids have gaps, and only within a chain do they follow the commits.
    `digests` holds a keyed digest of every `EventValue` and `Binding`, so that erasing them leaves the chain
    whole.
    """

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number"),
        UniqueConstraint("study_id", "number"),
        Index(
            "uq_event_installation",
            "number",
            unique=True,
            sqlite_where=text("study_id IS NULL"),
            postgresql_where=text("study_id IS NULL"),
        ),
        Index("ix_event_study_id_action", "study_id", "action", "id"),
    )

    id: Mapped[Id]
    study_id: Mapped[int | None] = mapped_column(ForeignKey("study.id"))
    number: Mapped[int]
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


class Binding(Base):
    """A row of a fact as an event left it (`surveys.models.facts`): a keyed digest, or `gone` without a key.

    Append-only. Once an erasure has removed the row, the triggers allow deleting what bound it, with its key:
    the digests stay in the events.
    """

    __tablename__ = "binding"
    __table_args__ = (Index("ix_binding_subject_row_id", "subject", "row_id", "event_id"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    row_id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[Digest]
    key: Mapped[str] = mapped_column(String(32))


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
