"""Alerts: answers that a person must look at. These rows cannot be deleted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.models.base import Base, Code, Id, Instant, one_of
from surveys.models.message import OUTCOMES, Outgoing
from surveys.models.visit import Visit

STATES = ("new", "acknowledged", "acted_on", "closed", "historical")
RULE_KINDS = ("at_least", "at_most", "worse")
MAIL_KINDS = ("raised", "escalated", "test")


class Alert(Base):
    """One cause in one visit, however often it is saved.

    `crisis_text_seen_at` is when the patient went on from the crisis text, or stopped there. Until then
    devices that may know the answer show it before any other page of the visit. Without a first answer the
    question was skipped, or `score` (with `before`, the score before) raised the alert. `source` is the
    response's source.
    """

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("visit_id", "instrument", "rule"),
        one_of("state", STATES),
        CheckConstraint(
            "(state = 'new') = (acknowledged_at IS NULL) OR state = 'historical'", name="acknowledged"
        ),
        Index("ix_alert_state_raised_at", "state", "raised_at"),
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
    acted_at: Mapped[datetime | None]
    acted_by: Mapped[str | None] = mapped_column(String(100))
    acted_note: Mapped[str | None]
    closed_note: Mapped[str | None]
    escalated_at: Mapped[datetime | None]
    source: Mapped[str | None] = mapped_column(String(16))
    score: Mapped[float | None]
    before: Mapped[float | None]

    visit: Mapped[Visit] = relationship(lazy="raise_on_sql")


class AlertRule(Base):
    """A study's own rule: a score at `threshold` or above, or at it or below, or worse by an amount.

    Where `scale` names an item, its answer is watched instead.
    """

    __tablename__ = "alert_rule"
    __table_args__ = (
        UniqueConstraint("study_id", "instrument", "scale", "kind"),
        one_of("kind", RULE_KINDS),
        CheckConstraint("(kind = 'worse') = (threshold IS NULL)", name="threshold"),
    )

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    instrument: Mapped[Code]
    scale: Mapped[Code]
    kind: Mapped[Code]
    threshold: Mapped[float | None]


class AlertMail(Outgoing, Base):
    """A notice of an alert to one member of staff: it says that there is one, and where, without the answer.

    A `test` belongs to a study and to no alert; `opened_at` is when its addressee opened the link in it.
    """

    __tablename__ = "alert_mail"
    __table_args__ = (
        UniqueConstraint("alert_id", "kind", "staff_id"),
        one_of("kind", MAIL_KINDS),
        one_of("outcome", OUTCOMES),
        CheckConstraint("(kind = 'test') = (alert_id IS NULL)", name="alert_id"),
        CheckConstraint("opened_at IS NULL OR kind = 'test'", name="opened"),
        CheckConstraint("(outcome IS NULL) = (outcome_at IS NULL)", name="settled"),
        Index("ix_alert_mail_outcome_planned_at", "outcome", "planned_at"),
    )

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    alert_id: Mapped[int | None] = mapped_column(ForeignKey("alert.id"))
    kind: Mapped[Code]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[datetime | None]
