"""Imports, and which of their rows are to be seen: all of an import's at once, or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, and_, event, or_, select
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    declared_attr,
    mapped_column,
    with_loader_criteria,
)

from surveys.models.base import Base, Digest, Id, Instant, Json, Name

ALL_ROWS = {"all_rows": True}
"""Execution options of a statement that must also see rows of imports that are not to be seen."""
TAKEN_BACK = "entered in error"
"""The `file` of an import that brought none: it is made to take back a patient whom staff had entered."""
_SEES, _ALL = "import", "all"  # what a session sees beside seen rows


class Import(Base):
    """A file that was, or is being, stored in a study.

    Its rows are stored in many short transactions. They are to be seen from `finished_at` on, and no longer
    from `undone_at` on; `emptied_at` is when the last of an undone import was removed. `counts` says what it
    stores as a whole. A study has at most one import that is not finished.
    """

    __tablename__ = "data_import"
    __table_args__ = (
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone"),
        CheckConstraint("emptied_at IS NULL OR undone_at IS NOT NULL", name="emptied"),
    )

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    file: Mapped[Name]
    sha256: Mapped[Digest]
    wording: Mapped[str | None] = mapped_column(String(64))
    counts: Mapped[dict[str, Any]] = mapped_column(Json)
    begun_by: Mapped[str] = mapped_column(String(100))
    begun_at: Mapped[Instant]
    finished_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(100))
    emptied_at: Mapped[datetime | None]

    @hybrid_property
    def under_way(self) -> bool:
        """Whether rows of it are still to come."""
        return self.finished_at is None and self.undone_at is None

    @under_way.inplace.expression
    @classmethod
    def _under_way(cls) -> ColumnElement[bool]:
        return and_(cls.finished_at.is_(None), cls.undone_at.is_(None))

    @hybrid_property
    def seen(self) -> bool:
        """Whether its rows are to be seen."""
        return self.finished_at is not None and self.undone_at is None

    @seen.inplace.expression
    @classmethod
    def _seen(cls) -> ColumnElement[bool]:
        return and_(cls.finished_at.is_not(None), cls.undone_at.is_(None))


Index(
    "uq_data_import_under_way",
    Import.study_id,
    unique=True,
    sqlite_where=Import.under_way,
    postgresql_where=Import.under_way,
)


class OfImport:
    """A row that an import may have stored; every statement of a session passes over those not to be seen."""

    @declared_attr
    def import_id(cls) -> Mapped[int | None]:
        """The import; None for what was stored otherwise."""
        return mapped_column(ForeignKey("data_import.id"))


@contextmanager
def seeing(session: Session, import_id: int | None) -> Iterator[None]:
    """Let `session` see the rows of this import too, whatever its state: the import itself must know them."""
    with _also(session, import_id):
        yield


@contextmanager
def seeing_all(session: Session) -> Iterator[None]:
    """Let `session` see the rows of all imports: what removes rows must find them."""
    with _also(session, _ALL):
        yield


@contextmanager
def _also(session: Session, rows: int | str | None) -> Iterator[None]:
    before = session.info.get(_SEES)
    session.info[_SEES] = rows
    try:
        yield
    finally:
        session.info[_SEES] = before


@event.listens_for(Session, "do_orm_execute")
def _pass_over_unseen(state: ORMExecuteState) -> None:
    also = state.session.info.get(_SEES)
    if also == _ALL or state.execution_options.get("all_rows"):
        return
    if state.is_column_load or state.is_relationship_load:
        return
    if state.is_select or state.is_update or state.is_delete:
        state.statement = state.statement.options(_SEEN if also is None else _seen_or(also))


def _is_seen(cls: type[OfImport]) -> ColumnElement[bool]:
    return or_(cls.import_id.is_(None), cls.import_id.in_(select(Import.id).where(Import.seen)))


_SEEN = with_loader_criteria(OfImport, _is_seen, include_aliases=True)


def _seen_or(own: int) -> Any:
    return with_loader_criteria(
        OfImport, lambda cls: or_(_is_seen(cls), cls.import_id == own), include_aliases=True
    )
