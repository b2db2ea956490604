"""The data of a study at one moment, stored under a name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Digest, Id, Instant, Name


class Freeze(Base):
    """`content` is the frames' files as JSON, by name, and `sha256` its digest. Append-only.

    After an erasure of answers the trigger allows emptying `content` alone: the name, the day and the digest
    stay.
    """

    __tablename__ = "data_freeze"  # FREEZE is a reserved word of PostgreSQL
    __table_args__ = (
        UniqueConstraint("study_id", "name"),
        CheckConstraint("(content IS NULL) = (emptied_at IS NOT NULL)", name="content"),
    )

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    name: Mapped[Name]
    content: Mapped[str | None] = mapped_column(deferred=True)
    sha256: Mapped[Digest]
    patients: Mapped[int]
    responses: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[Instant]
    emptied_at: Mapped[datetime | None]
