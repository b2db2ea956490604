"""A study and its plan of timepoints."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.models.base import Base, Code, Id, Instant, Name, one_of

STATUSES = ("draft", "active", "closed")
ANCHORS = ("enrolment", "onset")


class Study(Base):
    """One registry or trial. Texts for patients are kept per locale: `{"en": "…"}`.

    `optional_items` are the items asked here though instruments leave them out elsewhere: `["phq9.q10"]`.
    With `asks_background` patients are asked of their palsy and treatments before the first questionnaire.
    """

    __tablename__ = "study"
    __table_args__ = (
        one_of("status", STATUSES),
        CheckConstraint("lowest_age BETWEEN 0 AND 120", name="lowest_age"),
    )

    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    title: Mapped[Name]
    timezone: Mapped[Code] = mapped_column(default="UTC")
    locales: Mapped[list[str]]
    contact: Mapped[str] = mapped_column(default="")
    who_reads: Mapped[dict[str, str]]
    crisis_texts: Mapped[dict[str, str]]
    lowest_age: Mapped[int] = mapped_column(default=18)
    status: Mapped[Code] = mapped_column(default="draft")
    simulated: Mapped[bool] = mapped_column(default=False)
    optional_items: Mapped[list[str]] = mapped_column(default=list)
    asks_background: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]

    timepoints: Mapped[list[Timepoint]] = relationship(
        back_populates="study", order_by="Timepoint.position", lazy="raise_on_sql"
    )


class Timepoint(Base):
    """One planned occasion: so many days after an anchor, open for a window, asking a battery."""

    __tablename__ = "timepoint"
    __table_args__ = (
        UniqueConstraint("study_id", "key"),
        one_of("anchor", ANCHORS),
        CheckConstraint("window_before >= 0 AND window_after >= 0", name="window"),
    )

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    key: Mapped[Code]
    name: Mapped[Name]
    position: Mapped[int]
    anchor: Mapped[Code]
    offset_days: Mapped[int]
    window_before: Mapped[int]
    window_after: Mapped[int]
    battery: Mapped[list[str]]

    study: Mapped[Study] = relationship(back_populates="timepoints", lazy="raise_on_sql")
