"""Whether somebody helped a patient to answer a visit. Append-only."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Id, Instant, one_of

# alone · another person read or typed the patient's answers · another person chose them · an interpreter
ANSWERED_BY = ("patient", "typed_by_other", "chosen_by_other", "interpreter")


class Assistance(Base):
    """The answer to "Did anyone help you?" at the end of a visit; NULL if it was skipped."""

    __tablename__ = "assistance"
    __table_args__ = (one_of("answered_by", ANSWERED_BY),)

    id: Mapped[Id]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), unique=True)
    answered_by: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[Instant]
