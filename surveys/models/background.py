"""What patients say of their palsy and its treatment, and what staff decided about it. Append-only, both.

A fact that staff record is in `palsy` and `treatment`; nothing said here changes it by itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from surveys.background import FACTS, QUESTIONS
from surveys.models.base import Base, Code, Id, Instant, one_of

OUTCOMES = ("confirmed", "corrected", "kept")


class Background(Base):
    """One thing said at a visit. Whoever changes their mind adds a row: of each question the latest stands.

    `answer` is `{"value": …}` or `{"skipped": true}`, with the device it was given `by`. The value is a code,
    several, or none, or `{"on": "2024-03-01", "precision": "month"}`, the first day of a known period.
    """

    __tablename__ = "background"
    __table_args__ = (
        Index("ix_background_visit_id_question", "visit_id", "question"),
        one_of("question", QUESTIONS),
    )

    id: Mapped[Id]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    question: Mapped[Code]
    answer: Mapped[dict[str, Any]]
    locale: Mapped[str] = mapped_column(String(16))
    reported_by: Mapped[str] = mapped_column(String(100))
    at: Mapped[Instant]


class BackgroundCheck(Base):
    """What staff decided about a reported fact: confirmed as said, corrected, or what was recorded is kept.

    `background_id` is what was said, `recorded` what stands after the decision.
    """

    __tablename__ = "background_check"
    __table_args__ = (one_of("fact", FACTS), one_of("outcome", OUTCOMES))

    id: Mapped[Id]
    background_id: Mapped[int] = mapped_column(ForeignKey("background.id"), index=True)
    fact: Mapped[Code]
    outcome: Mapped[Code]
    recorded: Mapped[dict[str, Any]]
    note: Mapped[str | None]
    checked_by: Mapped[str] = mapped_column(String(100))
    checked_at: Mapped[datetime]


def standing(question: str) -> Select[int]:
    """The ids of what stands: what was said last to `question` at each visit."""
    return (
        select(func.max(Background.id)).where(Background.question == question).group_by(Background.visit_id)
    )
