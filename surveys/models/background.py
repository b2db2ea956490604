"""What patients say of their palsy and its treatment, and what staff decided about it. Append-only, both.

A fact that staff record is in `palsy` and `treatment`; nothing said here changes it by itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Code, Id, Instant, one_of

# The treatments that patients are asked of, in the order they are named in; operations are asked apart.
TREATMENTS_ASKED = (
    "oral_corticosteroid",
    "antiviral",
    "physiotherapy_neuromuscular_retraining",
    "mime_therapy",
    "massage",
    "self_care",
    "botulinum_toxin",
    "electrical_stimulation",
    "acupuncture",
    "stem_cell_therapy",
    "eye_lubricants_or_taping",
)
OPERATIONS_ASKED = (
    "facial_nerve_decompression",
    "nerve_repair_or_graft",
    "nerve_transfer",
    "gracilis_free_muscle_transfer",
    "regional_muscle_transfer",
    "static_sling",
    "selective_neurectomy",
    "myectomy",
    "eyelid_weight",
    "other_periocular",
    "tumour_operation",
    "other",
)
OPERATION = "operation"
NOTHING = "none"
# What patients can know of the cause; `other_tumour` stands for any tumour.
CAUSES_ASKED = (
    "bells_palsy",
    "ramsay_hunt",
    "lyme",
    "otitis_or_other_infection",
    "other_tumour",
    "iatrogenic_postoperative",
    "trauma",
    "stroke_central",
    "congenital_or_syndromic",
    "other",
    "unknown",
)
SYMPTOMS = (
    "face",
    "eye",
    "mouth",
    "taste",
    "hearing",
    "pain",
    "tightness",
    "movements_together",
    "twitching",
    "speech",
    "eating_drinking",
)
MOOD_BEFORE = ("treated", "never", "prefer_not_to_say")
RECOVERED = ("yes", "nearly", "no")
# A kind of treatment is a question too: when it was.
WHEN = (*TREATMENTS_ASKED, *OPERATIONS_ASKED)
# Read over and sent: the last row of a visit's form. Its value is the form that was asked.
SENT = "sent"
FORMS = ("whole", "short")
QUESTIONS = (
    "onset",
    "side",
    "cause",
    "treatments",
    "operations",
    *WHEN,
    "symptoms",
    "mood_before",
    "recovered",
    SENT,
)
FACTS = ("onset", "side", "cause", *WHEN)
OUTCOMES = ("confirmed", "corrected", "kept")


class Background(Base):
    """One thing said at a visit. Whoever changes their mind adds a row: of each question the latest stands.

    `answer` is `{"value": …}` or `{"skipped": true}`. The value is a code, a list of codes (empty for none),
    or `{"on": "2024-03-01", "precision": "month"}`, the first day of the period that is known.
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


def standing() -> Select[int]:
    """The ids of what stands: of each visit and question what was said last."""
    return select(func.max(Background.id)).group_by(Background.visit_id, Background.question)
