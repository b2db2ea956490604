"""Keys with which programs read a study in a person's name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Code, Digest, Id, Instant, one_of

DATES = ("none", "shifted", "exact")


class ApiKey(Base):
    """A key of one person for one study; `digest` is that of its secret, which was shown once.

    It opens no more than its owner may see on the day that it is used. `dates` says which calendar dates it
    gives, and `reason` why where they are the real ones.
    """

    __tablename__ = "api_key"
    __table_args__ = (
        one_of("dates", DATES),
        CheckConstraint("(dates = 'exact') = (reason IS NOT NULL)", name="reason"),
    )

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    name: Mapped[Code]
    digest: Mapped[Digest] = mapped_column(unique=True)
    dates: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str | None]
    created_at: Mapped[Instant]
    created_by: Mapped[Code]
    revoked_at: Mapped[datetime | None]
