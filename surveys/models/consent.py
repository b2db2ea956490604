"""Consent texts and patients' decisions. Both are append-only and never deleted.

A decision that was recorded wrongly is corrected by a further row: the last row of a patient stands.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Select,
    String,
    UniqueConstraint,
    exists,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from analysis.data.statuses import LEFT
from surveys.models.base import Base, Code, Digest, Id, Instant, one_of

WAYS = ("link", "paper", "telephone", "elsewhere")
DECISIONS = ("agreed", "declined")


class ConsentText(Base):
    """A study's consent text in one language. `parts` maps a part to the sentence beside its box."""

    __tablename__ = "consent_text"
    __table_args__ = (UniqueConstraint("study_id", "version", "locale"),)

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    version: Mapped[Code]
    locale: Mapped[str] = mapped_column(String(16))
    text: Mapped[str]
    parts: Mapped[dict[str, str]]
    sha256: Mapped[Digest]
    loaded_by: Mapped[str] = mapped_column(String(100))
    loaded_at: Mapped[Instant]


class Consent(Base):
    """A patient's decision on a text; `parts` maps each part of it to whether it was agreed to.

    What was signed elsewhere is on no text of ours: its `reference` says where it is kept.
    """

    __tablename__ = "consent"
    __table_args__ = (
        one_of("decision", DECISIONS),
        one_of("how", WAYS),
        CheckConstraint("(how = 'elsewhere') = (consent_text_id IS NULL)", name="text"),
        CheckConstraint("(how = 'elsewhere') = (reference <> '')", name="reference"),
    )

    id: Mapped[Id]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    consent_text_id: Mapped[int | None] = mapped_column(ForeignKey("consent_text.id"))
    decision: Mapped[Code]
    how: Mapped[Code]
    parts: Mapped[dict[str, Any]]
    signed_on: Mapped[date]
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[Instant]
    reference: Mapped[str] = mapped_column(String(200), default="", server_default="")


def may_still_agree(status: str, decision: str | None, how: str | None) -> bool:
    """Whether a patient of that status left by declining on the link's own page."""
    return (status, decision, how) == (LEFT, "declined", "link")


def standing() -> Select[int]:
    """The ids of the decisions that stand: the last of each patient."""
    return select(func.max(Consent.id)).group_by(Consent.patient_id)


def due(study_id: Any, patient_id: Any) -> ColumnElement[bool]:
    """Whether the study has a consent text, and no decision of the patient is recorded; ids or columns."""
    asked = exists().where(ConsentText.study_id == study_id)
    return asked & ~exists().where(Consent.patient_id == patient_id)
