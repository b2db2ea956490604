"""Questions about data: somebody asks about a value, a coordinator answers it, who asked closes it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Code, Id, Instant, Name, one_of

STATES = ("open", "answered", "closed")
STEPS = ("asked", "answered", "asked_again", "closed")


class DataQuestion(Base):
    """A question about one value of one patient.

    `about` names the value (`sex`, `palsy:1:onset_on`, `visit:12:saq:score:total`), `label` is its name in
    words, and `value` what stood there when it was asked; an erasure removes what was answered.
    """

    __tablename__ = "data_question"
    __table_args__ = (
        one_of("state", STATES),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        Index("ix_data_question_study_id", "study_id", "state"),
    )

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    about: Mapped[str] = mapped_column(String(200))
    label: Mapped[Name]
    value: Mapped[str | None]
    state: Mapped[Code]
    asked_by: Mapped[str] = mapped_column(String(100))
    asked_at: Mapped[Instant]
    closed_at: Mapped[datetime | None]


class QuestionStep(Base):
    """One step of a question, in its words: asked, answered, asked again, closed. An erasure empties it."""

    __tablename__ = "question_step"
    __table_args__ = (one_of("step", STEPS),)

    id: Mapped[Id]
    question_id: Mapped[int] = mapped_column(ForeignKey("data_question.id"), index=True)
    step: Mapped[Code]
    text: Mapped[str | None]
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[Instant]
