"""A patient in a study, with palsies, treatments and gradings; and, apart, the person behind the code."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    case,
    func,
    text,
    true,
)
from sqlalchemy.ext.hybrid import hybrid_method, hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from analysis.data.gradings import GRADING_SCALES, HOUSE_BRACKMANN, SUNNYBROOK
from analysis.data.kinds import KINDS
from analysis.data.statuses import GONE, NOT_IN_FOLLOW_UP, REASONS, STATUSES, WITH_REASON
from surveys import same
from surveys.models.base import Base, Code, Id, Name, made_from, one_of
from surveys.models.imports import OfImport
from surveys.models.study import Study

SEXES = ("female", "male", "other", "unknown")
SIDES = ("left", "right", "both", "unknown")
BEGINNINGS = ("sudden", "after_operation", "gradual", "from_birth", "unknown")
PRECISIONS = ("day", "month", "year")
CAUSES = (
    "bells_palsy",
    "ramsay_hunt",
    "vestibular_schwannoma",
    "facial_nerve_schwannoma",
    "parotid_or_other_malignancy",
    "other_tumour",
    "iatrogenic_postoperative",
    "trauma",
    "lyme",
    "otitis_or_other_infection",
    "congenital_or_syndromic",
    "birth_trauma",
    "stroke_central",
    "other",
    "unknown",
)
# With these causes a questionnaire may come before the palsy, which follows the tumour or the operation.
CAUSES_AFTER_A_VISIT = (
    "vestibular_schwannoma",
    "facial_nerve_schwannoma",
    "parotid_or_other_malignancy",
    "other_tumour",
    "iatrogenic_postoperative",
)
# Few patients meet these conditions; a list reads those alone.
_TWIN, _ASKED = text("twin > 0"), text("removal_requested_at IS NOT NULL")
TREATMENT_STATES = ("planned", "given", "cancelled")
GRADING_MODES = ("in_person", "live_video", "recorded_video", "photo", "unknown")


def _folded(text: str | None) -> str | None:
    return None if text is None else same.folded(text)


def _searched(*texts: str | None) -> str:
    return same.searched("\n".join(text or "" for text in texts))


def _digits(telephone: str | None, mobile: str | None) -> str:
    return " ".join(filter(None, (same.telephone(telephone or ""), same.telephone(mobile or ""))))


class Contact(Base):
    """One person, kept apart: frames and exports never read this table.

    Without a `channel` it is e-mail if there is an address. `refused_email` is an address that mail servers
    refuse: it gets no mail, and a corrected address is another. `mobile` takes text messages, in E.164, and
    `refused_mobile` is a number that takes none or asked for no more. `timezone` is the person's own, by
    default the study's.
    """

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("channel <> ''", name="channel"),  # which there are, surveys/mail/channels says
        Index("ix_contact_mobile", "mobile"),
        Index("ix_contact_hospital_number_folded", "hospital_number_folded"),
        Index("ix_contact_born_on", "born_on"),
    )

    id: Mapped[Id]
    hospital_number: Mapped[str | None] = mapped_column(String(64))
    name: Mapped[Name] = mapped_column(default="")
    born_on: Mapped[date | None]
    email: Mapped[str | None] = mapped_column(String(254))
    telephone: Mapped[str | None] = mapped_column(String(64))
    locale: Mapped[str | None] = mapped_column(String(16))
    channel: Mapped[str | None] = mapped_column(String(16))
    address: Mapped[str | None]
    timezone: Mapped[str | None] = mapped_column(String(64))
    refused_email: Mapped[str | None] = mapped_column(String(254))
    mobile: Mapped[str | None] = mapped_column(String(16))
    refused_mobile: Mapped[str | None] = mapped_column(String(16))
    name_folded: Mapped[str] = made_from("name", by=same.folded, server_default="")
    hospital_number_folded: Mapped[str | None] = made_from("hospital_number", by=_folded)
    searched: Mapped[str] = made_from("name", "hospital_number", "email", by=_searched, server_default="")
    telephone_digits: Mapped[str] = made_from("telephone", "mobile", by=_digits, server_default="")

    @hybrid_property
    def way(self) -> str | None:
        """How the person is reached: as chosen, otherwise by e-mail if there is an address."""
        return self.channel or ("email" if self.email else None)

    @way.inplace.expression
    @classmethod
    def _way(cls) -> ColumnElement[str | None]:
        return func.coalesce(cls.channel, case((cls.email != "", "email")))


def before_birth(birth_year: int | None, on: date | None) -> bool:
    """Whether a day, or the first of a period, lies before a known year of birth."""
    return birth_year is not None and on is not None and on.year < birth_year


def begins_too_late(onset_on: date | None, cause: str, day: date) -> bool:
    """Whether a palsy of that cause cannot begin then: the patient was seen with it on that day."""
    return onset_on is not None and onset_on > day and cause not in CAUSES_AFTER_A_VISIT


def is_gone(status: str) -> bool:
    """Whether a patient of that status left or died."""
    return status in GONE


class Patient(OfImport, Base):
    """A participant of one study under a study code. Holds no identity.

    `status_reason` is why a patient left or is lost, where somebody said so.
    From `messages_stopped_at` on no message is sent. `removal_requested_at` is when the patient asked for the
    removal of name and contact details. `twin` is 0, except for patients of earlier versions whose code reads
    the same as another's.
    """

    __tablename__ = "patient"
    __table_args__ = (
        UniqueConstraint("study_id", "code"),
        Index("uq_patient_id_study_id", "id", "study_id", unique=True),  # rows with both refer to it
        Index("uq_patient_code_folded", "study_id", "code_folded", "twin", unique=True),
        Index(
            "ix_patient_site_folded", "study_id", "site_folded", "import_id"
        ),  # and patients are counted by it
        Index("ix_patient_twin", "study_id", sqlite_where=_TWIN, postgresql_where=_TWIN),
        Index("ix_patient_removal", "study_id", sqlite_where=_ASKED, postgresql_where=_ASKED),
        one_of("sex", SEXES),
        one_of("status", STATUSES),
        one_of("status_reason", REASONS),
        CheckConstraint(
            f"status_reason IS NULL OR status IN {WITH_REASON}",
            name="reason_of_status",
        ),
        CheckConstraint("birth_year BETWEEN 1880 AND 2200", name="birth_year"),
    )

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    code: Mapped[Code]
    site: Mapped[str | None] = mapped_column(String(64))
    birth_year: Mapped[int | None]
    sex: Mapped[Code] = mapped_column(default="unknown")
    enrolled_on: Mapped[date]
    status: Mapped[Code] = mapped_column(default="active")
    status_since: Mapped[date]
    status_reason: Mapped[str | None] = mapped_column(String(16))
    messages_stopped_at: Mapped[datetime | None]
    removal_requested_at: Mapped[datetime | None]
    code_folded: Mapped[str] = made_from("code", by=same.folded, server_default="")
    site_folded: Mapped[str | None] = made_from("site", by=_folded)
    twin: Mapped[int] = mapped_column(default=0, server_default="0")

    study: Mapped[Study] = relationship(lazy="raise_on_sql")
    contact: Mapped[Contact | None] = relationship(lazy="raise_on_sql")
    palsies: Mapped[list[Palsy]] = relationship(order_by="Palsy.number", lazy="raise_on_sql")
    treatments: Mapped[list[Treatment]] = relationship(order_by="Treatment.started_on", lazy="raise_on_sql")

    @hybrid_property
    def gone(self) -> bool:
        """Whether taking part has ended: the patient left or died."""
        return is_gone(self.status)

    @gone.inplace.expression
    @classmethod
    def _gone(cls) -> ColumnElement[bool]:
        return cls.status.in_(GONE)

    @hybrid_method
    def gone_by(self, day: Any) -> bool:
        """Whether it had ended by that day, so that visits due on the day are not expected."""
        since: bool = self.status_since <= day
        return self.gone & since

    @hybrid_property
    def in_follow_up(self) -> bool:
        """Whether the study goes on for this patient: a paused patient comes back, a lost one does not."""
        return self.status not in NOT_IN_FOLLOW_UP

    @in_follow_up.inplace.expression
    @classmethod
    def _in_follow_up(cls) -> ColumnElement[bool]:
        return cls.status.not_in(NOT_IN_FOLLOW_UP)

    @classmethod
    def within(cls, study_id: int, site: str | None) -> ColumnElement[bool]:
        """The condition that a row's patient is in that study, and in its `site` if that is set."""
        return and_(cls.study_id == study_id, cls.at(site))

    @classmethod
    def at(cls, site: str | None) -> ColumnElement[bool]:
        """The condition that a row's patient is in that site of whatever study, if one is set."""
        return true() if site is None else cls.site_folded == same.folded(site)


class Palsy(Base):
    """One palsy. A relapse or the other side is a new row; at most one is the index palsy.

    `onset_on` is the first day of the period that is known: with precision `month` the month's first day,
    with `year` 1 January. `synkinesis_noted_on` is when staff first saw synkinesis.
    """

    __tablename__ = "palsy"
    __table_args__ = (
        UniqueConstraint("patient_id", "number"),
        Index(
            "uq_palsy_index",
            "patient_id",
            unique=True,
            sqlite_where=text("is_index"),
            postgresql_where=text("is_index"),
        ),
        one_of("side", SIDES),
        one_of("cause", CAUSES),
        one_of("begin", BEGINNINGS),
        one_of("onset_precision", PRECISIONS),
        CheckConstraint("(onset_on IS NULL) = (onset_precision IS NULL)", name="onset"),
    )

    id: Mapped[Id]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    number: Mapped[int]
    is_index: Mapped[bool] = mapped_column(default=True)
    side: Mapped[Code] = mapped_column(default="unknown")
    cause: Mapped[Code] = mapped_column(default="unknown")
    begin: Mapped[Code] = mapped_column(default="unknown")
    onset_on: Mapped[date | None]
    onset_precision: Mapped[str | None] = mapped_column(String(8))
    recovered_on: Mapped[date | None]
    synkinesis_noted_on: Mapped[date | None]


class Treatment(OfImport, Base):
    """One treatment: a course, or a single injection or operation. An unknown start is NULL."""

    __tablename__ = "treatment"
    __table_args__ = (
        UniqueConstraint("patient_id", "kind", "started_on", "state"),
        one_of("kind", KINDS),
        one_of("state", TREATMENT_STATES),
        one_of("started_precision", PRECISIONS),
        one_of("side", SIDES),
        CheckConstraint("(started_on IS NULL) = (started_precision IS NULL)", name="started"),
        CheckConstraint("ended_on >= started_on", name="ended_on"),
    )

    id: Mapped[Id]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    palsy_id: Mapped[int | None] = mapped_column(ForeignKey("palsy.id"))
    kind: Mapped[Code]
    state: Mapped[Code] = mapped_column(default="given")
    started_on: Mapped[date | None]
    started_precision: Mapped[str | None] = mapped_column(String(8))
    ended_on: Mapped[date | None]
    product: Mapped[str | None] = mapped_column(String(200))
    dose: Mapped[float | None]
    unit: Mapped[str | None] = mapped_column(String(32))
    sessions: Mapped[int | None]
    side: Mapped[str | None] = mapped_column(String(8))
    note: Mapped[str | None]


class Grading(OfImport, Base):
    """A clinician's grading of a palsy on one day. House–Brackmann is 1 (normal) to 6."""

    __tablename__ = "grading"
    __table_args__ = (
        UniqueConstraint("patient_id", "palsy_id", "scale", "graded_on"),
        one_of("scale", GRADING_SCALES),
        one_of("mode", GRADING_MODES),
        CheckConstraint(f"scale <> '{HOUSE_BRACKMANN}' OR value BETWEEN 1 AND 6", name=HOUSE_BRACKMANN),
        CheckConstraint(f"scale <> '{SUNNYBROOK}' OR value BETWEEN 0 AND 100", name=SUNNYBROOK),
    )

    id: Mapped[Id]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    palsy_id: Mapped[int] = mapped_column(ForeignKey("palsy.id"))
    scale: Mapped[Code]
    value: Mapped[int]
    parts: Mapped[dict[str, str] | None]
    graded_on: Mapped[date]
    mode: Mapped[Code] = mapped_column(default="unknown")
    graded_by: Mapped[str | None] = mapped_column(String(200))
