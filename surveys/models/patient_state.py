"""The list of patients as it was last computed, and the patients about whom something was said since.

Neither table holds a fact of its own. A list takes a patient's line from `patient_state` while it holds, and
computes the others.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Code, referring

# The database adds a row when a fact changes on which a patient's state depends (`surveys.models.upkeep`).
# Rows are only added and taken away, never changed, so that whoever stores an answer waits for nobody.
PATIENT_CHANGED = Table(
    "patient_changed",
    Base.metadata,
    Column("patient_id", Integer, nullable=False),
    Index("ix_patient_changed_patient_id", "patient_id"),
)


class PatientState(Base):
    """A patient's line of the list. It holds up to the day `until`, unless the patient changed."""

    __tablename__ = "patient_state"
    __table_args__ = (
        Index("ix_patient_state_code", "study_id", "code", "state", "until"),
        Index("ix_patient_state_until", "study_id", "until"),
    )

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    code: Mapped[Code]
    site: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[Code]
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    due_on: Mapped[date | None]
    until: Mapped[date]


referring(PatientState.visit_id)

COMPUTED = (PATIENT_CHANGED.name, PatientState.__tablename__)
