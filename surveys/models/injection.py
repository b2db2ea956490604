"""Injections as clinics write them: units by muscle and side."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Code, Id, one_of

# From the forehead down to the neck, as they are written.
MUSCLES = (
    "frontalis",
    "corrugator",
    "procerus",
    "orbicularis_oculi",
    "nasalis",
    "levator_labii",
    "zygomaticus_minor",
    "zygomaticus_major",
    "risorius",
    "buccinator",
    "orbicularis_oris",
    "depressor_anguli_oris",
    "depressor_labii",
    "mentalis",
    "platysma",
    "other",
)
INJECTED_SIDES = ("left", "right")


class InjectionSite(Base):
    """What one muscle of one side of the face got; the dose of the treatment is the sum of its rows."""

    __tablename__ = "injection_site"
    __table_args__ = (
        UniqueConstraint("treatment_id", "muscle", "side"),
        one_of("muscle", MUSCLES),
        one_of("side", INJECTED_SIDES),
        CheckConstraint("units > 0", name="units"),
    )

    id: Mapped[Id]
    treatment_id: Mapped[int] = mapped_column(ForeignKey("treatment.id"))
    muscle: Mapped[Code]
    side: Mapped[str] = mapped_column(String(8))
    units: Mapped[float]
