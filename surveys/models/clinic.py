"""The patients expected in the clinic on a day, and staff's notes about a patient."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Id, Instant


class Appointment(Base):
    """A patient expected on one day; staff take a patient who does not come off the list."""

    __tablename__ = "appointment"
    __table_args__ = (UniqueConstraint("expected_on", "patient_id"),)

    id: Mapped[Id]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    expected_on: Mapped[date]
    added_by: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[Instant]


class Note(Base):
    """A note of a member of staff. It may hold identity, so frames and exports never read it."""

    __tablename__ = "note"

    id: Mapped[Id]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    text: Mapped[str]
    written_by: Mapped[str] = mapped_column(String(100))
    written_at: Mapped[Instant]
