"""Amendments of a study's plan: what changed from which day on, and what the committee said. Append-only."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Code, Id, Instant, Json, Name


class Amendment(Base):
    """One change of the plan of an active study, for what is due on `holds_from` or later.

    It makes version `number` of the plan; the plan that the study began with is version 1. `protocol` is the
    version as the study's documents name it. `before` and `after` hold the plan's rows as they were and are.
    Where consent is asked anew, `consent_text_id` is the first row of the version to agree to: who has agreed
    to an earlier one is asked nothing that the amendment added. `recorded_on` is the study's calendar day.
    """

    __tablename__ = "amendment"
    __table_args__ = (
        UniqueConstraint("study_id", "number"),
        CheckConstraint("number >= 2", name="number"),
        CheckConstraint("protocol <> '' AND reason <> '' AND ethics_reference <> ''", name="told"),
    )

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    number: Mapped[int]
    protocol: Mapped[Code]
    holds_from: Mapped[date]
    reason: Mapped[str]
    ethics_reference: Mapped[Name]
    ethics_on: Mapped[date | None]
    consent_text_id: Mapped[int | None] = mapped_column(ForeignKey("consent_text.id"))
    before: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    after: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    recorded_on: Mapped[date]
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[Instant]
