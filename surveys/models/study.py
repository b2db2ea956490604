"""A study and its plan of timepoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.models.base import Base, Code, Id, Instant, Json, Name, one_of

STUDY_CODE = r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}"
STATUSES = ("draft", "active", "closed")
ANCHORS = ("enrolment", "onset", "treatment")
ANCHOR_STATES = ("planned", "given")
MOST_TIMES = 40


def by_language(contact: str, contacts: Mapping[str, str], locales: Sequence[str]) -> dict[str, str]:
    """A study's contact by language, its first language first; without languages that have none."""
    first = {locales[0]: contact} if locales and contact else {}
    return {**first, **{code: text for code, text in contacts.items() if text and code not in first}}


class Study(Base):
    """One registry or trial. Texts for patients are kept per locale: `{"en": "…"}`.

    `optional_items` are asked here though instruments leave them out elsewhere: `["phq9.q10"]`. With
    `asks_background` patients answer questions about palsy and treatments before the first questionnaire.
    `ethics_not_required` says why no committee had to agree. Answers are kept for `retention_years` after the
    study was closed. Alerts are read on `alert_days` (`["monday", …]`) from `alert_from` to `alert_until`
    (`"09:00"`, the study's clock); after `escalate_after_hours` they go to the deputy.
    `contact` is in the first language, `contacts` in the others. `feedback` names what comes back to patients
    (`surveys.models.feedback`); `use_texts` say who uses the answers.
    Dates that leave shifted follow from the secret `shift_key`.
    The heads of the audit trail are mailed to `heads_address`, each month and after each freeze.
    """

    __tablename__ = "study"
    __table_args__ = (
        one_of("status", STATUSES),
        CheckConstraint("lowest_age BETWEEN 0 AND 120", name="lowest_age"),
        CheckConstraint("smallest_group BETWEEN 5 AND 100", name="smallest_group"),
    )

    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    title: Mapped[Name]
    timezone: Mapped[Code] = mapped_column(default="UTC")
    locales: Mapped[list[str]]
    contact: Mapped[str] = mapped_column(default="")
    contacts: Mapped[dict[str, str]] = mapped_column(default=dict, server_default=text("'{}'"))
    who_reads: Mapped[dict[str, str]]
    crisis_texts: Mapped[dict[str, str]]
    eye_texts: Mapped[dict[str, str]] = mapped_column(default=dict, server_default=text("'{}'"))
    lowest_age: Mapped[int] = mapped_column(default=18)
    status: Mapped[Code] = mapped_column(default="draft")
    simulated: Mapped[bool] = mapped_column(default=False)
    optional_items: Mapped[list[str]] = mapped_column(default=list)
    asks_background: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]
    ethics_committee: Mapped[Name] = mapped_column(default="")
    ethics_number: Mapped[Name] = mapped_column(default="")
    ethics_on: Mapped[date | None]
    ethics_not_required: Mapped[str] = mapped_column(default="")
    controller: Mapped[str] = mapped_column(default="")
    data_protection_contact: Mapped[str] = mapped_column(default="")
    legal_basis: Mapped[str] = mapped_column(default="")
    retention_years: Mapped[int | None]
    privacy_notices: Mapped[dict[str, str]] = mapped_column(default=dict)
    alert_days: Mapped[list[str]] = mapped_column(default=list)
    alert_from: Mapped[str | None] = mapped_column(String(5))
    alert_until: Mapped[str | None] = mapped_column(String(5))
    escalate_after_hours: Mapped[int] = mapped_column(default=24)
    activated_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    smallest_group: Mapped[int] = mapped_column(default=5)
    leaves_out_without_consent: Mapped[bool] = mapped_column(default=False, server_default=false())
    heads_address: Mapped[str] = mapped_column(String(254), default="", server_default="")
    shift_key: Mapped[str | None] = mapped_column(String(64))
    feedback: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'"))
    use_texts: Mapped[dict[str, str]] = mapped_column(default=dict, server_default=text("'{}'"))
    news_texts: Mapped[dict[str, str]] = mapped_column(default=dict, server_default=text("'{}'"))

    @property
    def contact_texts(self) -> dict[str, str]:
        """Whom to ask, by language."""
        return by_language(self.contact, self.contacts, self.locales)

    def contact_in(self, locale: str) -> str:
        """Whom to ask, in that language, or in the first where it has none."""
        return self.contacts.get(locale) or self.contact

    @property
    def kept_until(self) -> date | None:
        """The last day of keeping; None while the study is open, or does not say for how long."""
        if self.closed_at is None or self.retention_years is None:
            return None
        closed, year = self.closed_at.date(), self.closed_at.year + self.retention_years
        is_leap_day = (closed.month, closed.day) == (2, 29)
        return closed.replace(year=year, day=28) if is_leap_day else closed.replace(year=year)

    timepoints: Mapped[list[Timepoint]] = relationship(
        back_populates="study", order_by="Timepoint.position", lazy="raise_on_sql"
    )


class Timepoint(Base):
    """One planned occasion: so many days after an anchor, open for a window, asking a battery.

    With the anchor treatment, `treatment` is its kind or family, and every such treatment has an occasion of
    its own, from when it is `planned` or once it is `given`; `unless_followed` leaves it out if another one
    comes later. With another anchor it comes `times` times, `every_days`.

    An amendment of number `version` added the row or gave it its windows and battery, for what is due on
    `since_on` or later; from `until_on` on the timepoint is ended. `earlier` holds what it was until then,
    the oldest first: version, since_on, until_on, windows, times, every_days and battery.
    """

    __tablename__ = "timepoint"
    __table_args__ = (
        UniqueConstraint("study_id", "key"),
        one_of("anchor", ANCHORS),
        one_of("treatment_state", ANCHOR_STATES),
        CheckConstraint("window_before >= 0 AND window_after >= 0", name="window"),
        CheckConstraint(
            "(anchor = 'treatment') = (treatment IS NOT NULL)"
            " AND (anchor = 'treatment') = (treatment_state IS NOT NULL)",
            name="treatment",
        ),
        CheckConstraint(
            f"times BETWEEN 1 AND {MOST_TIMES} AND (times = 1) = (every_days IS NULL)"
            " AND (every_days IS NULL OR every_days > 0 AND anchor <> 'treatment')",
            name="times",
        ),
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
    treatment: Mapped[str | None] = mapped_column(String(64))
    treatment_state: Mapped[str | None] = mapped_column(String(8))
    unless_followed: Mapped[bool] = mapped_column(default=False)
    every_days: Mapped[int | None]
    times: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    since_on: Mapped[date | None]
    until_on: Mapped[date | None]
    earlier: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)

    study: Mapped[Study] = relationship(back_populates="timepoints", lazy="raise_on_sql")
