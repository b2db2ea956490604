"""Patients' answers about palsy and treatment, and staff's decisions about them. Both are append-only.

Facts that staff record are in `palsy` and `treatment`; an answer never changes them by itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, String, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from surveys.background import FACTS, QUESTIONS, SENT
from surveys.models.base import Base, Code, Id, Instant, one_of

OUTCOMES = ("confirmed", "corrected", "kept")
_SENT = text(f"question = '{SENT}'")  # a form that is closed: one row of many


class Background(Base):
    """One answer at a visit. A changed answer is a new row; the latest row of a question stands.

    `answer` is `{"value": …}` or `{"skipped": true}`, with the device it was given `by`. The value is a code,
    several, or none, or `{"on": "2024-03-01", "precision": "month"}`, the first day of a known period.
    """

    __tablename__ = "background"
    __table_args__ = (
        Index("ix_background_visit_id_question", "visit_id", "question"),
        Index("ix_background_sent", "visit_id", sqlite_where=_SENT, postgresql_where=_SENT),
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
    """Staff's decision about a reported fact: confirmed, corrected, or the record kept.

    `background_id` is the answer, `recorded` the record after the decision.
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
    """The ids of the standing answers: the last to `question` at each visit."""
    return (
        select(func.max(Background.id)).where(Background.question == question).group_by(Background.visit_id)
    )
