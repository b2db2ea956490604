"""Whether somebody helped a patient to answer a visit. Append-only."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Id, Instant, one_of

# alone · somebody read or typed, the answers are the patient's · somebody else chose them · an interpreter
ANSWERED_BY = ("patient", "typed_by_other", "chosen_by_other", "interpreter")


class Assistance(Base):
    """What was said at the end of a visit to "Did anyone help you?"; NULL where it was passed over."""

    __tablename__ = "assistance"
    __table_args__ = (one_of("answered_by", ANSWERED_BY),)

    id: Mapped[Id]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), unique=True)
    answered_by: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[Instant]
