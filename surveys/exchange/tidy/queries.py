"""The exported rows and their order, the same on every database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from surveys.models import InstrumentVersion, Palsy, Patient, Response, Visit, consent
from surveys.models.dialects import by_bytes

AT_ONCE = 500

ANCHORS = (Patient.enrolled_on, Palsy.onset_on, Palsy.onset_precision, Palsy.begin, Palsy.cause)


class CutShortError(Exception):
    """Rows are missing from what was read: an export that lacks some must not look whole."""


@dataclass(frozen=True)
class Selection:
    """The patients of one study, of one site where `site` is set, or only these `patients`, by study code.

    Without those whom the study leaves out because no consent stands.
    `session` must see one moment of the database: see `surveys.db.snapshot`.
    """

    session: Session
    study_id: int
    site: str | None = None
    patients: tuple[str, ...] | None = None

    @cached_property
    def condition(self) -> ColumnElement[bool]:
        """The condition on a patient's row."""
        within = and_(
            Patient.within(self.study_id, self.site), ~consent.left_out(self.session, self.study_id)
        )
        return within if self.patients is None else and_(within, Patient.code.in_(self.patients))

    def stream(self, query: Select[*tuple[Any, ...]]) -> Iterator[Row[*tuple[Any, ...]]]:
        """The rows of `query`, few of them in memory at once.

        Raises:
            CutShortError: the number of rows differs from the database's count.
        """
        for page in self.pages(query):
            yield from page

    def pages(self, query: Select[*tuple[Any, ...]]) -> Iterator[list[Row[*tuple[Any, ...]]]]:
        """The rows of `query`, some hundred at a time."""
        limited = query.where(self.condition)
        counted = select(func.count()).select_from(limited.order_by(None).subquery())
        expected, given = self.session.scalars(counted).one(), 0
        streamed = self.session.execute(limited.execution_options(yield_per=AT_ONCE))
        for page in streamed.partitions():
            given += len(page)
            yield list(page)
        if given != expected:
            raise CutShortError(f"Of {expected} rows the database gave {given}: nothing was exported.")

    def by_code(self, column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
        """`column` in the same order on every database."""
        return by_bytes(self.session, column)

    @property
    def visit_order(self) -> tuple[ColumnElement[Any], ...]:
        """Patients by code, each one's visits by day."""
        return (
            self.by_code(Patient.code),
            Visit.due_on.expression,
            self.by_code(Visit.name),
            Visit.occurrence.expression,
        )


def with_palsy(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """`query` of patients with the index palsy of each."""
    return query.outerjoin(Palsy, and_(Palsy.patient_id == Patient.id, Palsy.is_index))


def responses(*columns: Any) -> Select[*tuple[Any, ...]]:
    """`columns` of the current responses, with visit, patient, version and index palsy."""
    return with_palsy(
        select(*columns)
        .select_from(Response)
        .join(InstrumentVersion, InstrumentVersion.id == Response.instrument_version_id)
        .join(Visit, Visit.id == Response.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
    ).where(Response.stands)
