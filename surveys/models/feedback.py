"""What a patient gets back, and what matters most to her. Both are append-only."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Code, Id, Instant, one_of

# What a study may switch on for its patients, in the order of its page. With `priority` they are asked.
SWITCHES = ("next_visit", "use", "news", "answers", "scores", "priority")
# What a patient may have been shown; `doctor` is the page of her scores for her doctor.
SHOWN = ("next_visit", "use", "news", "answers", "scores", "doctor")
PRIORITIES = ("eye", "smile", "speech", "eating", "pain", "mood", "other")


class FeedbackShown(Base):
    """That a patient was shown something of her own, or of the study, at a visit: the first time of each."""

    __tablename__ = "feedback_shown"
    __table_args__ = (UniqueConstraint("visit_id", "what"), one_of("what", SHOWN))

    id: Mapped[Id]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    what: Mapped[Code]
    shown_at: Mapped[Instant]


class Priority(Base):
    """The answer to "What matters most to you today?" at the end of a visit; NULL if it was skipped."""

    __tablename__ = "priority"
    __table_args__ = (one_of("matters", PRIORITIES),)

    id: Mapped[Id]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), unique=True)
    matters: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[Instant]
