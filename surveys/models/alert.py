"""What a person must look at because of an answer. Nothing here can be deleted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.models.base import Base, Code, Id, Instant, one_of
from surveys.models.visit import Visit

STATES = ("new", "acknowledged", "closed", "historical")


class Alert(Base):
    """One cause in one visit, however often it is saved.

    `crisis_text_seen_at` is when the patient went on from the crisis text; until then it is shown before
    any other page of the visit. Without a first answer the question was skipped.
    """

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("visit_id", "instrument", "rule"),
        one_of("state", STATES),
        CheckConstraint(
            "(state = 'new') = (acknowledged_at IS NULL) OR state = 'historical'", name="acknowledged"
        ),
        Index("ix_alert_state", "state"),
    )

    id: Mapped[Id]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    instrument: Mapped[Code]
    rule: Mapped[Code]
    first_answer: Mapped[int | None]
    last_answer: Mapped[int | None]
    raised_at: Mapped[Instant]
    state: Mapped[Code] = mapped_column(default="new")
    crisis_text_seen_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(100))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(100))
    note: Mapped[str | None]

    visit: Mapped[Visit] = relationship(lazy="raise_on_sql")
