"""A study's public page where people join by themselves, who asked to, and who did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, exists, text
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Code, Digest, Id, Instant, one_of, referring
from surveys.models.patient import Patient

WAYS = ("email", "text")
OUTCOMES = ("apart", "same")


class JoiningPage(Base):
    """Whether people may join a study by themselves. Without a row they may not.

    `information` is what the page says, by locale. `countries` are the regions (`["DE", "AT"]`) where who
    joins must live; none of them means everywhere.
    """

    __tablename__ = "joining_page"

    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), primary_key=True)
    is_open: Mapped[bool]
    information: Mapped[dict[str, str]]
    countries: Mapped[list[str]]
    changed_by: Mapped[str] = mapped_column(String(100))
    changed_at: Mapped[Instant]


class JoiningRequest(Base):
    """Who agreed to take part and has yet to prove an address; deleted after a day, whatever became of it.

    `address` is an e-mail address or a number in E.164. `device` and `network` are keyed digests, which tell
    only whether two are the same. `seconds` is how long the pages before took. Once `joined_at`, it makes no
    further patient, also where no visit was open.
    """

    __tablename__ = "joining_request"
    __table_args__ = (one_of("way", WAYS),)

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    way: Mapped[Code]
    address: Mapped[str] = mapped_column(String(254))
    digest: Mapped[Digest] = mapped_column(unique=True)
    failures: Mapped[int] = mapped_column(default=0)
    birth_year: Mapped[int]
    locale: Mapped[str] = mapped_column(String(16))
    consent_text_id: Mapped[int] = mapped_column(ForeignKey("consent_text.id"))
    parts: Mapped[list[str]]
    device: Mapped[Digest]
    network: Mapped[Digest]
    seconds: Mapped[int]
    asked_at: Mapped[Instant] = mapped_column(index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    joined_at: Mapped[datetime | None]


referring(JoiningRequest.visit_id)


class SelfEnrolment(Base):
    """A patient who joined by herself; analyses leave her out until a coordinator has looked.

    The outcome is `apart`, a patient like all others, or `same`: the same person as `same_as`, so that this
    row is counted nowhere.
    """

    __tablename__ = "self_enrolment"
    __table_args__ = (
        one_of("way", WAYS),
        one_of("outcome", OUTCOMES),
        CheckConstraint("(outcome IS NULL) = (looked_at IS NULL)", name="looked"),
        CheckConstraint("(looked_at IS NULL) = (looked_by IS NULL)", name="looked_by"),
        CheckConstraint(
            "(same_as_id IS NOT NULL) = (outcome IS NOT NULL AND outcome = 'same')", name="same_as"
        ),
        CheckConstraint("same_as_id <> patient_id", name="other"),
        Index(
            "ix_self_enrolment_waiting",
            "patient_id",
            sqlite_where=text("looked_at IS NULL"),
            postgresql_where=text("looked_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), unique=True)
    way: Mapped[Code]
    joined_at: Mapped[Instant]
    seconds: Mapped[int]
    device: Mapped[Digest]
    network: Mapped[Digest]
    outcome: Mapped[str | None] = mapped_column(String(8))
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    looked_at: Mapped[datetime | None]
    looked_by: Mapped[str | None] = mapped_column(String(100))


def confirmed(patient_id: Any = Patient.id) -> ColumnElement[bool]:
    """Whether analyses count the patient: enrolled by the clinic, or looked at and nobody else."""
    apart = SelfEnrolment.outcome.is_not(None) & (SelfEnrolment.outcome == "apart")
    return ~exists().where(SelfEnrolment.patient_id == patient_id, ~apart)


def is_twin(patient_id: Any = Patient.id) -> ColumnElement[bool]:
    """Whether the patient was found to be the same person as another one."""
    return exists().where(SelfEnrolment.patient_id == patient_id, SelfEnrolment.outcome == "same")
