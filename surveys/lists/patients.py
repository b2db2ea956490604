"""The list of patients, each with the visit that matters now; and one patient's facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, case, exists, false, func, null, or_, select, true, union_all
from sqlalchemy.orm import Session, joinedload, selectinload

from surveys import same
from surveys.lists.scope import Scope
from surveys.lists.visits import TITLE, states
from surveys.models import Alert, Contact, Patient, Response, Timepoint, Treatment, Visit

PAGE = 50

# A patient's state is that of one visit: an open one, otherwise the latest past one, otherwise the next.
# Two more states: patients who left or died, and patients without any visit.
STATES = ("due", "in_progress", "missed", "done", "upcoming", "not_asked", "left", "none")
SORTS = ("code", "site", "due")


@dataclass(frozen=True)
class PatientRow:
    """One line of the list; `state` is that of `visit`, and `next_visit` is the first that opens later."""

    id: int
    code: str
    site: str | None
    state: str
    visit_id: int | None
    visit: str | None
    due_on: date | None
    next_visit: str | None
    next_due_on: date | None
    last_answered_on: date | None
    alerts: int
    removal_requested: bool


@dataclass(frozen=True)
class PatientPage:
    """A page of the list, how many patients match, and how many there are by state without the filter."""

    rows: Sequence[PatientRow]
    total: int
    counts: dict[str, int]

    @property
    def pages(self) -> int:
        """How many pages the matching patients fill, at least one."""
        return max(1, -(-self.total // PAGE))


def page(
    session: Session,
    scope: Scope,
    *,
    number: int = 1,
    state: str | None = None,
    search: str = "",
    person: str = "",
    sort: str = "code",
) -> PatientPage:
    """Page `number` of the patients in `state` (all where None), in the order of `sort`.

    `search` is part of a study code. `person` is that too, or a telephone number, or words that are each part
    of the code, name, hospital number or e-mail address; accents do not matter.
    """
    current = _current(session, scope)
    matching = _matching(current, scope, search, person)
    by_state = select(current.c.state, func.count()).where(matching).group_by(current.c.state)
    counts: dict[str, int] = dict(session.execute(by_state).all())
    query = (
        select(
            current.c.id,
            current.c.code,
            current.c.site,
            current.c.state,
            current.c.visit_id,
            TITLE.label("visit"),
            current.c.due_on,
        )
        .select_from(current)
        .outerjoin(Visit, Visit.id == current.c.visit_id)
        .outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
        .where(matching)
        .order_by(*_order(current, sort))
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    )
    if state is not None:
        query = query.where(current.c.state == state)
    found = session.execute(query).mappings().all()
    ids = [row["id"] for row in found]
    ahead = _next_visits(session, scope, ids)
    answered = _last_answered(session, ids)
    alerts = _waiting_alerts(session, ids)
    asked = select(Patient.id).where(Patient.id.in_(ids), Patient.removal_requested_at.is_not(None))
    removals = set(session.scalars(asked))
    rows = [
        PatientRow(
            **row,
            next_visit=ahead.get(row["id"], (None, None))[0],
            next_due_on=ahead.get(row["id"], (None, None))[1],
            last_answered_on=answered.get(row["id"]),
            alerts=alerts.get(row["id"], 0),
            removal_requested=row["id"] in removals,
        )
        for row in found
    ]
    return PatientPage(rows, sum(counts.values()) if state is None else counts.get(state, 0), counts)


def _matching(current: CTE, scope: Scope, search: str, person: str) -> ColumnElement[bool]:
    code = current.c.code_folded.contains(same.folded(person or search), autoescape=True)
    if not person:
        return code if search else true()
    ways: list[ColumnElement[bool]] = []
    if words := same.words(person):
        columns = (Contact.searched, Patient.code_folded)
        ways.append(and_(*(or_(*(one.contains(word, autoescape=True) for one in columns)) for word in words)))
    if digits := same.telephone_searched(person):
        ways.append(Contact.telephone_digits.contains(digits, autoescape=True))
    people = select(Patient.id).join(Contact).where(scope.condition, or_(false(), *ways))
    return or_(code, current.c.id.in_(people))


def _order(current: CTE, sort: str) -> tuple[ColumnElement[Any], ...]:
    """The order of the rows: empty cells last, equal ones by code."""
    if sort == "code":
        return (current.c.code,)
    column = {"site": current.c.site, "due": current.c.due_on}[sort]
    return column.is_(None), column, current.c.code


def find(session: Session, scope: Scope, code: str) -> Patient | None:
    """The patient with this study code, with palsies, treatments and contact, if within the scope."""
    query = select(Patient).where(scope.condition, Patient.code == code)
    return session.scalar(
        query.options(
            selectinload(Patient.palsies), selectinload(Patient.treatments), joinedload(Patient.contact)
        )
    )


def find_visit(session: Session, scope: Scope, visit_id: int) -> Visit | None:
    """The visit with this id, with its patient, if within the scope."""
    query = (
        select(Visit)
        .join(Visit.patient)
        .where(scope.condition, Visit.id == visit_id, Visit.withdrawn_at.is_(None))
    )
    return session.scalar(query.options(joinedload(Visit.patient)))


def find_treatment(session: Session, scope: Scope, treatment_id: int) -> tuple[Treatment, Patient] | None:
    """The treatment with this id, and its patient, if within the scope."""
    query = select(Treatment, Patient).join(Patient, Patient.id == Treatment.patient_id)
    found = session.execute(query.where(scope.condition, Treatment.id == treatment_id)).one_or_none()
    return None if found is None else (found[0], found[1])


def _current(session: Session, scope: Scope) -> CTE:
    stated = states(session, scope)
    rank = case(
        (stated.c.state == "in_progress", 0),
        (stated.c.open, 1),
        (stated.c.state.in_(("done", "missed")), 2),
        else_=3,
    )
    latest_first = case((rank == 2, stated.c.due_on)).desc()
    place = func.row_number().over(
        partition_by=stated.c.patient_id, order_by=(rank, latest_first, stated.c.due_on, stated.c.id)
    )
    placed = select(
        stated.c.patient_id, stated.c.id, stated.c.due_on, stated.c.state, place.label("place")
    ).subquery("placed")
    # Two plain joins: the database would scan an outer join to the window in full for every patient.
    with_visit = (
        select(
            Patient.id,
            Patient.code,
            Patient.code_folded,
            Patient.site,
            case((Patient.gone, "left"), else_=placed.c.state).label("state"),
            placed.c.id.label("visit_id"),
            placed.c.due_on,
        )
        .join(placed, placed.c.patient_id == Patient.id)
        .where(placed.c.place == 1)
    )
    without_visit = select(
        Patient.id,
        Patient.code,
        Patient.code_folded,
        Patient.site,
        case((Patient.gone, "left"), else_="none"),
        null(),
        null(),
    ).where(scope.condition, ~exists().where(Visit.patient_id == Patient.id, Visit.withdrawn_at.is_(None)))
    return union_all(with_visit, without_visit).cte("current")


def _next_visits(session: Session, scope: Scope, ids: list[int]) -> dict[int, tuple[str, date]]:
    stated = states(session, scope, ids)
    query = (
        select(Visit.patient_id, TITLE, Visit.due_on)
        .join(stated, stated.c.id == Visit.id)
        .outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
        .where(stated.c.state == "upcoming")
        .order_by(Visit.due_on.desc(), Visit.id.desc())
    )
    return {patient_id: (title, due_on) for patient_id, title, due_on in session.execute(query)}


def _last_answered(session: Session, ids: list[int]) -> dict[int, date]:
    query = (
        select(Visit.patient_id, func.max(Response.completed_on))
        .join(Visit, Visit.id == Response.visit_id)
        .where(Visit.patient_id.in_(ids), Response.stands)
        .group_by(Visit.patient_id)
    )
    return dict(session.execute(query).all())


def _waiting_alerts(session: Session, ids: list[int]) -> dict[int, int]:
    query = (
        select(Visit.patient_id, func.count())
        .select_from(Alert)
        .join(Visit, Visit.id == Alert.visit_id)
        .where(Visit.patient_id.in_(ids), Alert.state == "new")
        .group_by(Visit.patient_id)
    )
    return dict(session.execute(query).all())
