"""A patient's timepoint, and the links that open it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    cast,
    or_,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys import same
from surveys.models.base import Base, Digest, Id, Instant, Name, made_from, referring
from surveys.models.imports import OfImport
from surveys.models.patient import Patient

_OPEN = text("done_at IS NULL AND withdrawn_at IS NULL")
_TWIN = text("twin > 0")
_DONE = text("done_at IS NOT NULL AND withdrawn_at IS NULL")


def done_at(battery: Collection[str], sent: Mapping[str, datetime]) -> datetime | None:
    """When the last questionnaire of `battery` was sent; None while one is missing, or if it asks nothing.

    `sent` has the instant at which each questionnaire was sent whose response stands. The database keeps the
    result in `visit.done_at` (`surveys.models.upkeep`).
    """
    if not battery or any(key not in sent for key in battery):
        return None
    return max(sent[key] for key in battery)


class Visit(OfImport, Base):
    """One occasion of one patient: planned (`timepoint_id`) or unscheduled. Its dates are stored.

    `plan_version` is the version of the plan by which it was laid (1, or the number of an amendment).
    `opened_at` is when the patient first went past its first page. From `withdrawn_at` on the visit counts as
    never planned, because its anchor is gone. `twin` is 0, except for visits of earlier versions whose name
    reads the same as another's.

    The database itself keeps `done_at` in step with the responses, as the function `done_at` says. No
    function of the store writes it. `study_id` is the patient's, so that indexes begin with the study.
    """

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("patient_id", "timepoint_id", "occurrence"),
        UniqueConstraint("patient_id", "name", "occurrence"),
        Index("uq_visit_name_folded", "patient_id", "name_folded", "occurrence", "twin", unique=True),
        CheckConstraint("opens_on <= due_on AND due_on <= closes_on", name="window"),
        CheckConstraint("occurrence >= 1", name="occurrence"),
        ForeignKeyConstraint(["patient_id", "study_id"], ["patient.id", "patient.study_id"]),
        Index("ix_visit_closes_on", "closes_on"),
        # Most visits are done: a list reads those that are, or the few that are not.
        Index(
            "ix_visit_open", "study_id", "opens_on", "closes_on", sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index("ix_visit_twin", "study_id", sqlite_where=_TWIN, postgresql_where=_TWIN),
        # With all that a count asks of a visit, no row is read to count those that are done.
        Index(
            "ix_visit_done",
            *("study_id", "timepoint_id", "import_id", "done_at", "withdrawn_at"),
            sqlite_where=_DONE,
            postgresql_where=_DONE,
        ),
    )

    id: Mapped[Id]
    patient_id: Mapped[int]
    study_id: Mapped[int]
    timepoint_id: Mapped[int | None] = mapped_column(ForeignKey("timepoint.id"))
    name: Mapped[Name]
    occurrence: Mapped[int] = mapped_column(default=1)
    opens_on: Mapped[date]
    due_on: Mapped[date]
    closes_on: Mapped[date]
    battery: Mapped[list[str]]
    missed_reason: Mapped[str | None] = mapped_column(String(200))
    opened_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    name_folded: Mapped[str] = made_from("name", by=same.folded, server_default="")
    twin: Mapped[int] = mapped_column(default=0, server_default="0")
    plan_version: Mapped[int] = mapped_column(default=1, server_default="1")

    patient: Mapped[Patient] = relationship(lazy="raise_on_sql")

    @hybrid_property
    def done(self) -> bool:
        """Whether every questionnaire that it asks was sent; a visit that asks nothing is done."""
        return self.done_at is not None or not self.battery

    @done.inplace.expression
    @classmethod
    def _done(cls) -> ColumnElement[bool]:
        return or_(cls.done_at.is_not(None), cast(cls.battery, Text) == "[]")


class Serving(Base):
    """An occasion that a visit serves beside its own timepoint, or that belongs to a treatment."""

    __tablename__ = "serving"
    __table_args__ = (UniqueConstraint("visit_id", "timepoint_id", "occurrence"),)

    id: Mapped[Id]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    timepoint_id: Mapped[int] = mapped_column(ForeignKey("timepoint.id"))
    occurrence: Mapped[int]
    treatment_id: Mapped[int | None] = mapped_column(ForeignKey("treatment.id"))


referring(Serving.treatment_id)


class Link(Base):
    """A personal link to one visit. Only the token's digest is stored; several may be live at once."""

    __tablename__ = "link"

    id: Mapped[Id]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    digest: Mapped[Digest] = mapped_column(unique=True)
    created_at: Mapped[Instant]
    created_by: Mapped[str] = mapped_column(String(100))
    expires_at: Mapped[Instant]
    revoked_at: Mapped[datetime | None]

    visit: Mapped[Visit] = relationship(lazy="raise_on_sql")
