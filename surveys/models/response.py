"""Answers: drafts while patients answer, responses once submitted, and the scores of a response."""

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
    false,
    or_,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.models.base import Base, Code, Digest, Id, Instant, one_of, referring
from surveys.models.dialects import seconds_between
from surveys.models.imports import OfImport
from surveys.models.visit import Visit

SOURCES = ("web", "kiosk", "staff_read", "paper", "import", "simulated")
# The columns of a stored response that may be set, each once.
STAMPS = ("superseded_at", "annulled_at")
# The action of an event about a response made of a draft whose seal did not show that our pages wrote it, and
# why: the draft had another seal, or none.
UNPROVED, CHANGED, NO_SEAL = "response.unproved", "changed", "no_seal"
# Begun and sent on our pages, so the duration is known.
ANSWERED_HERE = ("web", "kiosk", "staff_read", "simulated")


class InstrumentVersion(Base):
    """A definition and its wording as they were when first used. Append-only.

    `wording` is the wording's name; `unknown` stands for imported answers whose printed text was not
    recorded.
    """

    __tablename__ = "instrument_version"
    __table_args__ = (UniqueConstraint("instrument", "version", "wording"),)

    id: Mapped[Id]
    instrument: Mapped[Code]
    version: Mapped[Code]
    wording: Mapped[Code]
    wording_status: Mapped[Code]
    definition: Mapped[str]
    definition_sha256: Mapped[Digest]
    texts: Mapped[dict[str, Any]]
    texts_sha256: Mapped[Digest]
    frozen_at: Mapped[Instant]


class Draft(Base):
    """Answers of one questionnaire while it is being filled in.

    `answers` maps an item to the list of its answers, latest last:
    `{"q1": [{"value": 3, "at": "…"}, {"value": 2, "at": "…"}], "q2": [{"skipped": true, "at": "…"}]}`, each
    with the devices it was given `by`. `source` is where the latest was given. `seal` is the digest by which
    the server that wrote the row knows it again (`surveys.store.visit.seals`); none before there were seals.
    """

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("visit_id", "instrument"), one_of("source", SOURCES))

    id: Mapped[Id]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    instrument: Mapped[Code]
    instrument_version_id: Mapped[int] = mapped_column(ForeignKey("instrument_version.id"))
    locale: Mapped[str] = mapped_column(String(16))
    answers: Mapped[dict[str, Any]]
    source: Mapped[Code] = mapped_column(default="web")
    started_at: Mapped[Instant]
    saved_at: Mapped[Instant]
    seal: Mapped[Digest | None]


class Response(OfImport, Base):
    """A submitted questionnaire. Append-only: a correction is a new response that supersedes this one.

    `answers` holds the values given, `not_given` the items without one and why (`skipped`, `not_reached`).
    `completed_on` is the calendar date in the study's time zone. `partial` marks a response that the patient
    never sent: it was made from a draft after the visit. `held` marks one of an import for a visit that was
    there before: until the import is finished the patient may answer it, and then the import yields.
    """

    __tablename__ = "response"
    __table_args__ = (
        one_of("source", SOURCES),
        CheckConstraint("started_at <= submitted_at", name="times"),
        CheckConstraint("supersedes_id IS NULL OR reason IS NOT NULL", name="reason"),
    )

    id: Mapped[Id]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    instrument: Mapped[Code]
    instrument_version_id: Mapped[int] = mapped_column(ForeignKey("instrument_version.id"))
    answers: Mapped[dict[str, Any]]
    not_given: Mapped[dict[str, str]]
    answered_at: Mapped[dict[str, str]]
    locale: Mapped[str | None] = mapped_column(String(16))
    source: Mapped[Code]
    answered_by: Mapped[str | None] = mapped_column(String(32))
    partial: Mapped[bool] = mapped_column(default=False)
    held: Mapped[bool] = mapped_column(default=False, server_default=false())
    started_at: Mapped[datetime | None]
    submitted_at: Mapped[Instant]
    completed_on: Mapped[date]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("response.id"))
    superseded_at: Mapped[datetime | None]
    annulled_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    visit: Mapped[Visit] = relationship(lazy="raise_on_sql")

    @hybrid_property
    def stands(self) -> bool:
        """Whether it counts: it was not superseded by a correction, not annulled, and is not held."""
        return self.superseded_at is None and self.annulled_at is None and not self.held

    @stands.inplace.expression
    @classmethod
    def _stands(cls) -> ColumnElement[bool]:
        return and_(cls.superseded_at.is_(None), cls.annulled_at.is_(None), ~cls.held)

    @hybrid_property
    def corrected(self) -> bool:
        """Whether it took the place of an earlier one: here, or where a package came from, which says so."""
        elsewhere = self.import_id is not None and self.reason is not None
        return self.supersedes_id is not None or elsewhere

    @corrected.inplace.expression
    @classmethod
    def _corrected(cls) -> ColumnElement[bool]:
        elsewhere = and_(cls.import_id.is_not(None), cls.reason.is_not(None))
        return or_(cls.supersedes_id.is_not(None), elsewhere)


# What asks whether a visit has any response, also a corrected one, has no use for the partial index below.
Index("ix_response_visit_id", Response.visit_id)
Index(
    "uq_response_current",
    Response.visit_id,
    Response.instrument,
    unique=True,
    sqlite_where=Response.stands,
    postgresql_where=Response.stands,
)
referring(Response.supersedes_id)
Index("ix_response_held", Response.import_id, sqlite_where=Response.held, postgresql_where=Response.held)


class Score(Base):
    """One scale's value for one response, unrounded, written in the response's transaction. Append-only."""

    __tablename__ = "score"
    __table_args__ = (CheckConstraint("items_used >= 0 AND items_missing >= 0", name="items"),)

    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), primary_key=True)
    scale: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[float | None]
    items_used: Mapped[int]
    items_missing: Mapped[int]
    prorated: Mapped[bool]


def seconds_taken(
    source: str, partial: bool, started_at: datetime | None, submitted_at: datetime
) -> float | None:
    """Seconds from the first saved answer of a response to its sending.

    None if it was never sent, was not answered on our pages, or has no known beginning.
    """
    if partial or started_at is None or source not in ANSWERED_HERE:
        return None
    return (submitted_at - started_at).total_seconds()


def seconds_taken_here() -> ColumnElement[float]:
    """The same of a row of the table, for the database."""
    known = and_(~Response.partial, Response.source.in_(ANSWERED_HERE))
    return case((known, seconds_between(Response.started_at, Response.submitted_at)))
