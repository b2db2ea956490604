"""The analysis plan of a study in its versions: what it asks first, and second. Append-only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from analysis.data.analysis_plan import AnalysisPlan, PlannedQuestion, PlanVersion
from surveys.models.base import Base, Digest, Id, Instant, Json


class AnalysisPlanVersion(Base):
    """One version: its questions, why it was amended, and what of the data there was to see by then.

    `responses` had been sent when it was fixed; somebody had first looked at data of the study at
    `looked_at`. `sha256` is the digest of all that (`analysis.data.analysis_plan.PlanVersion`).
    """

    __tablename__ = "analysis_plan"
    __table_args__ = (
        UniqueConstraint("study_id", "version"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("(version = 1) = (reason = '')", name="reason"),
    )

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    version: Mapped[int]
    questions: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    reason: Mapped[str]
    responses: Mapped[int]
    looked_at: Mapped[datetime | None]
    sha256: Mapped[Digest]
    fixed_by: Mapped[str] = mapped_column(String(100))
    fixed_at: Mapped[Instant]

    @property
    def told(self) -> PlanVersion:
        """The version as analyses take it."""
        return PlanVersion(
            version=self.version,
            fixed_at=self.fixed_at.isoformat(),
            questions=tuple(PlannedQuestion(**one) for one in self.questions),
            reason=self.reason,
            responses=self.responses,
            looked_at=self.looked_at.isoformat() if self.looked_at else None,
        )


def versions(study_id: int) -> Select[AnalysisPlanVersion]:
    """The versions of a study's plan, the oldest first."""
    return (
        select(AnalysisPlanVersion)
        .where(AnalysisPlanVersion.study_id == study_id)
        .order_by(AnalysisPlanVersion.version)
    )


def of_study(session: Session, study_id: int) -> AnalysisPlan:
    """The plan of a study as analyses take it."""
    return AnalysisPlan(tuple(row.told for row in session.scalars(versions(study_id))))
