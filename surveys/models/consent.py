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
    and_,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from analysis.data.statuses import LEFT
from surveys.models.amendment import Amendment
from surveys.models.base import Base, Code, Digest, Id, Instant, one_of
from surveys.models.patient import Patient
from surveys.models.study import Study

WAYS = ("link", "paper", "telephone", "elsewhere")
DECISIONS = ("agreed", "declined")
# As SQL, because the hottest statement of all is written once, without parameters of its own.
_AGREED: ColumnElement[str] = literal_column("'agreed'")
_ELSEWHERE: ColumnElement[str] = literal_column("'elsewhere'")
_NONE: ColumnElement[int] = literal_column("0")


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

    What was signed elsewhere is on no text of ours: its `reference` says where it is kept. Of a patient who
    stays with an agreement although a later text was asked, `declined_text_id` is that later text.
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
    declined_text_id: Mapped[int | None] = mapped_column(ForeignKey("consent_text.id"))


def may_still_agree(status: str, decision: str | None, how: str | None) -> bool:
    """Whether a patient of that status left by declining on the link's own page."""
    return (status, decision, how) == (LEFT, "declined", "link")


def standing() -> Select[int]:
    """The ids of the decisions that stand: the last of each patient."""
    return select(func.max(Consent.id)).group_by(Consent.patient_id)


def left_out(session: Session, study_id: int) -> ColumnElement[bool]:
    """Whether analyses and exports leave out a `Patient`: who has not agreed, in a study that wants that.

    What counts is the last decision. Where the study does not want it, the condition is plainly false, and
    no row is asked for its consent.
    """
    if not session.get_one(Study, study_id).leaves_out_without_consent:
        return false()
    last, every = aliased(Consent), aliased(Consent)
    newest = select(func.max(every.id)).where(every.patient_id == Patient.id).correlate(Patient)
    return ~exists().where(last.id == newest.scalar_subquery(), last.decision == _AGREED)


def due(study_id: Any, patient_id: Any) -> ColumnElement[bool]:
    """Whether the study has a consent text, and no decision of the patient is recorded; ids or columns."""
    asked = exists().where(ConsentText.study_id == study_id)
    return asked & ~exists().where(Consent.patient_id == patient_id)


def covers(given: Any, amendment: Any) -> ColumnElement[bool]:
    """Whether the decision `given` is an agreement to what `amendment` added; classes or aliases of both.

    It is one to the text that the amendment asks, or to a later one. What was signed elsewhere counts from
    the day on which the amendment was recorded.
    """
    stayed = func.coalesce(given.declined_text_id, _NONE) >= amendment.consent_text_id
    elsewhere = and_(given.how == _ELSEWHERE, given.signed_on >= amendment.recorded_on, ~stayed)
    agreed = given.decision == _AGREED
    return and_(agreed, or_(given.consent_text_id >= amendment.consent_text_id, elsewhere))


def asked_anew(study_id: Any, patient_id: Any) -> ColumnElement[bool]:
    """Whether an amendment asks a patient who has agreed to agree again, and she has not decided yet."""
    stands, every, amendment = aliased(Consent), aliased(Consent), aliased(Amendment)
    last = select(func.max(every.id)).where(every.patient_id == stands.patient_id).correlate(stands)
    undecided = func.coalesce(stands.declined_text_id, _NONE) < amendment.consent_text_id
    return exists().where(
        amendment.study_id == study_id,
        amendment.consent_text_id.is_not(None),
        stands.patient_id == patient_id,
        stands.id == last.scalar_subquery(),
        stands.decision == _AGREED,
        undecided,
        ~covers(stands, amendment),
    )


def wanted(study_id: Any, patient_id: Any) -> ColumnElement[bool]:
    """Whether a decision is wanted: the first, or one on what an amendment added."""
    return due(study_id, patient_id) | asked_anew(study_id, patient_id)
