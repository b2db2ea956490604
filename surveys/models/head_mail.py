"""Mail that keeps the heads of the audit trail elsewhere: an outbox."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Id, one_of
from surveys.models.message import OUTCOMES, Outgoing


class HeadMail(Outgoing, Base):
    """A mail to a study's `heads_address`: that of a `month` (`2026-11`, in UTC), or that after a freeze."""

    __tablename__ = "head_mail"
    __table_args__ = (
        UniqueConstraint("study_id", "month"),
        UniqueConstraint("freeze_id"),
        one_of("outcome", OUTCOMES),
        CheckConstraint("(month IS NULL) <> (freeze_id IS NULL)", name="occasion"),
        CheckConstraint("(outcome IS NULL) = (outcome_at IS NULL)", name="settled"),
        Index("ix_head_mail_outcome_planned_at", "outcome", "planned_at"),
    )

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    month: Mapped[str | None] = mapped_column(String(7))
    freeze_id: Mapped[int | None] = mapped_column(ForeignKey("data_freeze.id"))
