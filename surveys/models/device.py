"""Tries on devices other than the one that answered."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Code, Id, Instant


class BirthYearTry(Base):
    """A try of `device` to tell the year of birth and see earlier answers; the year itself is not stored."""

    __tablename__ = "birth_year_try"

    id: Mapped[Id]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    device: Mapped[Code]
    matched: Mapped[bool]
    at: Mapped[Instant]
