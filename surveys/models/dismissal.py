"""Why a finding of a standing check may stand."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Code, Id, Instant


class Dismissal(Base):
    """What somebody said of what a check found (`subject`, and there `seen`).

    It holds as long as the check sees the same. The reason may name somebody, so an erasure removes it.
    """

    __tablename__ = "dismissal"
    __table_args__ = (UniqueConstraint("patient_id", "check_key", "subject", "seen"),)

    id: Mapped[Id]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    check_key: Mapped[Code]
    subject: Mapped[Code]
    seen: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str]
    dismissed_by: Mapped[str] = mapped_column(String(100))
    dismissed_at: Mapped[Instant]
