"""What the fields of one statement read beside a patient's row: each thing once, however many fields use it.

A condition on scores must not look for the last score of every patient one by one: the latest two of a scale
are read as a table of their own, and joined.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, and_, case, func, select
from sqlalchemy.orm import aliased

from surveys.lists import changes, patients
from surveys.lists.scope import Scope
from surveys.models import Contact, Palsy, Patient, Response, Score, Visit


class Reading:
    """The tables of one statement about patients."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._ids: Select[int] | None = None
        self._line = patients.lines(scope)
        self._joined: dict[Hashable, tuple[Any, ColumnElement[bool]]] = {}

    def of_these(self, ids: Select[int]) -> Reading:
        """Another reading in the same statement, of these patients alone."""
        other = Reading(self.scope)
        other._ids, other._line = ids, self._line
        return other

    @property
    def line(self) -> FromClause:
        """The patients' lines of the list: `id`, `state`, `visit_id`, `due_on`."""
        if "line" not in self._joined:
            self._joined["line"] = self._line, self._line.c.id == Patient.id
        return self._joined["line"][0]  # type: ignore[no-any-return]

    @property
    def palsy(self) -> type[Palsy]:
        """The palsy that times since onset rest on."""
        if "palsy" not in self._joined:
            found = aliased(Palsy)
            self._joined["palsy"] = found, and_(found.patient_id == Patient.id, found.is_index)
        return self._joined["palsy"][0]  # type: ignore[no-any-return]

    @property
    def contact(self) -> type[Contact]:
        """The person behind the code."""
        if "contact" not in self._joined:
            found = aliased(Contact)
            self._joined["contact"] = found, found.id == Patient.contact_id
        return self._joined["contact"][0]  # type: ignore[no-any-return]

    def scores(self, instrument: str, scale: str) -> Subquery:
        """The latest two values of a scale: `last`, `before`, None where there is none."""
        key = (instrument, scale)
        if key not in self._joined:
            found = self._scores(instrument, scale)
            self._joined[key] = found, found.c.patient_id == Patient.id
        return self._joined[key][0]  # type: ignore[no-any-return]

    def answers(self, instrument: str) -> Subquery:
        """The latest answers to an instrument: `answers`, as they were stored."""
        key = ("answers", instrument)
        if key not in self._joined:
            found = self._answers(instrument)
            self._joined[key] = found, found.c.patient_id == Patient.id
        return self._joined[key][0]  # type: ignore[no-any-return]

    def joined(self, query: Select[Any]) -> Select[Any]:
        """The query over patients with all that was asked for; the patients stay."""
        for other, condition in self._joined.values():
            query = query.outerjoin(other, condition)
        return query

    def _scores(self, instrument: str, scale: str) -> Subquery:
        place = func.row_number().over(partition_by=Visit.patient_id, order_by=changes.LATEST_FIRST)
        query = (
            select(Visit.patient_id, Score.value, place.label("place"))
            .select_from(Visit)
            .join(Response, Response.visit_id == Visit.id)
            .join(Score, Score.response_id == Response.id)
            .where(
                self._ours(),
                *changes.USABLE,
                Response.instrument == instrument,
                Score.scale == scale,
            )
        )
        ranked = query.subquery()
        value, at = ranked.c.value, ranked.c.place
        return (
            select(
                ranked.c.patient_id,
                func.max(case((at == 1, value))).label("last"),
                func.max(case((at == 2, value))).label("before"),
            )
            .where(at <= 2)
            .group_by(ranked.c.patient_id)
            .subquery()
        )

    def _answers(self, instrument: str) -> Subquery:
        place = func.row_number().over(partition_by=Visit.patient_id, order_by=changes.LATEST_FIRST)
        query = (
            select(Visit.patient_id, Response.answers, place.label("place"))
            .select_from(Visit)
            .join(Response, Response.visit_id == Visit.id)
            .where(self._ours(), Response.stands, Response.instrument == instrument)
        )
        ranked = query.subquery()
        return select(ranked.c.patient_id, ranked.c.answers).where(ranked.c.place == 1).subquery()

    def _ours(self) -> ColumnElement[bool]:
        return self.scope.of_visit if self._ids is None else Visit.patient_id.in_(self._ids)
