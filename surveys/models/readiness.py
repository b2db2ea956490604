"""Proofs before patients answer: somebody reads alerts, and a backup can be restored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.models.base import Base, Code, Digest, Id, Instant, one_of
from surveys.models.staff import Staff

RANKS = ("first", "deputy")


class AlertReader(Base):
    """The first reader of a study's alerts, and the deputy.

    `tested_at` is when a test alert was sent last, `acknowledged_at` when this person acknowledged it.
    """

    __tablename__ = "alert_reader"
    __table_args__ = (
        UniqueConstraint("study_id", "rank"),
        UniqueConstraint("study_id", "staff_id"),
        one_of("rank", RANKS),
        CheckConstraint("acknowledged_at IS NULL OR tested_at IS NOT NULL", name="acknowledged"),
    )

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    rank: Mapped[Code]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    named_by: Mapped[str] = mapped_column(String(100))
    named_at: Mapped[Instant]
    tested_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]

    staff: Mapped[Staff] = relationship(lazy="raise_on_sql")


class BackupProof(Base):
    """A backup of this database that was restored elsewhere and found whole. Append-only."""

    __tablename__ = "backup_proof"

    id: Mapped[Id]
    sha256: Mapped[Digest]
    proved_by: Mapped[str] = mapped_column(String(100))
    proved_at: Mapped[Instant]
