"""Patients by timepoints: visits done, under way, due, missed or ahead, and the number of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, Subquery, and_, case, func, literal, or_, select, union
from sqlalchemy.orm import Session

from surveys.lists.scope import Scope
from surveys.lists.visits import STATES, StateOfVisit, counted, states
from surveys.models import Patient, Serving, Timepoint, Visit

PAGE = 50
# What a column that is sorted by begins with: who may need somebody.
FIRST = ("missed", "due", "in_progress", "upcoming", "done", "not_asked")


@dataclass(frozen=True)
class Column:
    """A timepoint with the number of its visits by state."""

    id: int
    name: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Cell:
    """One visit at a timepoint; a repeated timepoint has several. `reason` says why it was missed."""

    visit_id: int
    state: str
    reason: str | None


@dataclass(frozen=True)
class PatientLine:
    """A patient, and the cells by timepoint."""

    code: str
    status: str
    cells: Mapping[int, Sequence[Cell]]


@dataclass(frozen=True)
class Grid:
    """A page of patients against all timepoints of the plan."""

    columns: Sequence[Column]
    lines: Sequence[PatientLine]
    pages: int


@dataclass(frozen=True)
class Only:
    """The patients behind one count: those with a visit in that state at that timepoint."""

    timepoint_id: int
    state: str


def grid(
    session: Session,
    scope: Scope,
    number: int,
    size: int = PAGE,
    *,
    only: Only | None = None,
    sort: int | None = None,
) -> Grid:
    """Page `number` of the patients by code, in a fixed number of statements; the counts are of all.

    With `sort` by their visits at that timepoint, in the order of `FIRST`; who has none is last.
    """
    timepoints = session.execute(
        select(Timepoint.id, Timepoint.name)
        .where(Timepoint.study_id == scope.study_id)
        .order_by(Timepoint.position)
    ).all()
    counts: dict[int, dict[str, int]] = {}
    for timepoint, state, count in session.execute(counted(scope)):
        of_timepoint = counts.setdefault(timepoint, {})
        of_timepoint[state] = of_timepoint.get(state, 0) + count
    lines, total = _lines(session, scope, number, size, only, sort)
    return Grid(
        [
            Column(row.id, row.name, {state: counts.get(row.id, {}).get(state, 0) for state in STATES})
            for row in timepoints
        ],
        lines,
        max(1, -(-total // size)),
    )


def _lines(
    session: Session, scope: Scope, number: int, size: int, only: Only | None, sort: int | None
) -> tuple[list[PatientLine], int]:
    """The patients of a page with their cells, and how many patients there are in all."""
    wanted = scope.condition if only is None else and_(scope.condition, _counted(scope, only))
    in_all = select(func.count()).select_from(Patient).where(wanted)
    place = (literal(0) if sort is None else _place(scope, sort)).label("place")
    people = (
        select(Patient.id, Patient.code, Patient.status, in_all.scalar_subquery().label("in_all"), place)
        .where(wanted)
        .order_by(place, Patient.code)
        .limit(size)
        .offset((number - 1) * size)
        .cte("people")
    )
    stated = states(scope, Visit.patient_id.in_(select(people.c.id)))
    own_and_others = _placed(stated)
    query = (
        select(
            people,
            own_and_others.c.timepoint_id,
            stated.c.state.label("state_of_visit"),
            stated.c.missed_reason,
            stated.c.id.label("visit_id"),
        )
        .select_from(people)
        .outerjoin(stated, stated.c.patient_id == people.c.id)
        .outerjoin(own_and_others, own_and_others.c.visit_id == stated.c.id)
        .order_by(people.c.place, people.c.code, stated.c.due_on, stated.c.id)
    )
    found: dict[int, tuple[Any, dict[int, list[Cell]]]] = {}
    for row in session.execute(query):
        _, cells = found.setdefault(row.id, (row, {}))
        if row.timepoint_id is not None:
            cells.setdefault(row.timepoint_id, []).append(
                Cell(row.visit_id, row.state_of_visit, row.missed_reason)
            )
    total = next((row.in_all for row, _ in found.values()), None)
    lines = [PatientLine(row.code, row.status, cells) for row, cells in found.values()]
    return lines, (session.scalar(in_all) or 0) if total is None else total


def _place(scope: Scope, timepoint_id: int) -> ColumnElement[int]:
    """Where the state of a patient's visits at the timepoint stands in `FIRST`."""
    state = StateOfVisit.on(scope.today).state
    places = {one: place for place, one in enumerate(FIRST)}
    first = (
        select(func.min(case(places, value=state)))
        .select_from(Visit)
        .where(Visit.patient_id == Patient.id, Visit.withdrawn_at.is_(None), _at(timepoint_id))
        .correlate(Patient)
    )
    return func.coalesce(first.scalar_subquery(), len(FIRST))


def _at(timepoint_id: int) -> ColumnElement[bool]:
    """That a visit stands at the timepoint, or serves it."""
    served = select(Serving.visit_id).where(Serving.timepoint_id == timepoint_id)
    return or_(Visit.timepoint_id == timepoint_id, Visit.id.in_(served))


def _counted(scope: Scope, only: Only) -> ColumnElement[bool]:
    """The condition on patients that one count counts them."""
    in_state = StateOfVisit.on(scope.today).state == only.state
    counted = (
        select(Visit.patient_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(scope.of_visit, Visit.withdrawn_at.is_(None), _at(only.timepoint_id), in_state)
        .correlate(None)
    )
    return Patient.id.in_(counted)


def _placed(stated: CTE) -> Subquery:
    """Visits by their timepoints: their own, and others where one visit serves several."""
    own = select(Visit.id.label("visit_id"), Visit.timepoint_id).where(
        Visit.id.in_(select(stated.c.id)), Visit.timepoint_id.is_not(None)
    )
    further = select(Serving.visit_id, Serving.timepoint_id).where(Serving.visit_id.in_(select(stated.c.id)))
    return union(own, further).subquery("placed")
