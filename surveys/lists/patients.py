"""The list of patients, each with the visit that matters now; and one patient's facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    ScalarSelect,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, joinedload, selectinload

from surveys import same
from surveys.lists.scope import Scope
from surveys.lists.visits import TITLE, states
from surveys.models import Alert, Contact, Patient, PatientState, Response, Timepoint, Visit
from surveys.models.patient_state import PATIENT_CHANGED

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
    size: int

    @property
    def pages(self) -> int:
        """How many pages the matching patients fill, at least one."""
        return max(1, -(-self.total // self.size))


def page(
    session: Session,
    scope: Scope,
    *,
    number: int = 1,
    state: str | None = None,
    search: str = "",
    person: str = "",
    sort: str = "code",
    size: int = PAGE,
) -> PatientPage:
    """Page `number`, of `size` patients, of those in `state` (all where None), in the order of `sort`.

    `search` is part of a study code. `person` is that too, or a telephone number, or words that are each part
    of the code, name, hospital number or e-mail address; accents do not matter.
    """
    current = lines(scope)
    matching = _matching(current, scope, search, person)
    by_state = select(current.c.state, func.count()).where(matching).group_by(current.c.state)
    counts: dict[str, int] = dict(session.execute(by_state).all())
    query = select(current).where(matching).order_by(*_order(current, sort))
    if state is not None:
        query = query.where(current.c.state == state)
    chosen = query.limit(size).offset((number - 1) * size).subquery("chosen")
    found = session.execute(_shown(chosen, sort)).mappings().all()
    ahead = _next_visits(session, scope, [row["id"] for row in found])
    rows = [
        PatientRow(
            **row,
            next_visit=ahead.get(row["id"], (None, None))[0],
            next_due_on=ahead.get(row["id"], (None, None))[1],
        )
        for row in found
    ]
    total = sum(counts.values()) if state is None else counts.get(state, 0)
    return PatientPage(rows, total, counts, size)


def _matching(current: CTE, scope: Scope, search: str, person: str) -> ColumnElement[bool]:
    if not (person or search):
        return true()
    code = Patient.code_folded.contains(same.folded(person or search), autoescape=True)
    people = select(Patient.id).where(scope.condition)
    if not person:
        return current.c.id.in_(people.where(code))
    ways = [code]
    if words := same.words(person):
        columns = (Contact.searched, Patient.code_folded)
        ways.append(and_(*(or_(*(one.contains(word, autoescape=True) for one in columns)) for word in words)))
    if digits := same.telephone_searched(person):
        ways.append(Contact.telephone_digits.contains(digits, autoescape=True))
    return current.c.id.in_(people.outerjoin(Contact).where(or_(*ways)))


def _order(lines: FromClause, sort: str) -> tuple[ColumnElement[Any], ...]:
    """The order of the rows: empty cells last, equal ones by code."""
    if sort == "code":
        return (lines.c.code,)
    column = {"site": lines.c.site, "due": lines.c.due_on}[sort]
    return column.is_(None), column, lines.c.code


def _shown(chosen: Subquery, sort: str) -> Select[Any]:
    """The lines of a page, with what is shown beside the state."""
    return (
        select(
            chosen.c.id,
            chosen.c.code,
            chosen.c.site,
            chosen.c.state,
            chosen.c.visit_id,
            TITLE.label("visit"),
            chosen.c.due_on,
            last_answered_on(chosen.c.id).label("last_answered_on"),
            alerts(chosen.c.id, "new").label("alerts"),
            Patient.removal_requested_at.is_not(None).label("removal_requested"),
        )
        .select_from(chosen)
        .join(Patient, Patient.id == chosen.c.id)
        .outerjoin(Visit, Visit.id == chosen.c.visit_id)
        .outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
        .order_by(*_order(chosen, sort))
    )


def last_answered_on(patient_id: ColumnElement[int]) -> ScalarSelect[date]:
    """The day of the patient's last answers that stand."""
    return (
        select(func.max(Response.completed_on))
        .join(Visit, Visit.id == Response.visit_id)
        .where(Visit.patient_id == patient_id, Response.stands)
        .scalar_subquery()
    )


def alerts(patient_id: ColumnElement[int], *among: str) -> ScalarSelect[int]:
    """How many of the patient's alerts are in one of these states."""
    return (
        select(func.count())
        .select_from(Visit)
        .join(Alert, Alert.visit_id == Visit.id)
        .where(Visit.patient_id == patient_id, Alert.state.in_(among))
        .scalar_subquery()
    )


def find(session: Session, scope: Scope, code: str) -> Patient | None:
    """The patient with this study code, with palsies, treatments and contact, if within the scope."""
    query = select(Patient).where(scope.condition, Patient.code == code)
    known = query.options(
        joinedload(Patient.palsies), selectinload(Patient.treatments), joinedload(Patient.contact)
    )
    return session.scalars(known).unique().one_or_none()


def find_visit(session: Session, scope: Scope, visit_id: int) -> Visit | None:
    """The visit with this id, with its patient, if within the scope."""
    query = (
        select(Visit)
        .join(Visit.patient)
        .where(scope.condition, Visit.id == visit_id, Visit.withdrawn_at.is_(None))
    )
    return session.scalar(query.options(joinedload(Visit.patient)))


def of_ids(session: Session, scope: Scope, ids: Sequence[int]) -> Sequence[Patient]:
    """The patients with these ids that are within the scope, by code."""
    query = select(Patient).where(scope.condition, Patient.id.in_(ids)).order_by(Patient.code)
    return session.scalars(query).all()


def visits_of_ids(session: Session, scope: Scope, ids: Sequence[int]) -> Sequence[Visit]:
    """The visits with these ids that are within the scope, with their patients, by code."""
    query = (
        select(Visit)
        .join(Visit.patient)
        .where(scope.condition, Visit.id.in_(ids), Visit.withdrawn_at.is_(None))
        .order_by(Patient.code, Visit.id)
    )
    return session.scalars(query.options(joinedload(Visit.patient))).all()


def lines(scope: Scope) -> CTE:
    """Every patient of the scope with state and visit: as kept where that still holds, else computed."""
    expired = select(PatientState.patient_id).where(
        PatientState.study_id == scope.study_id, PatientState.until < scope.today
    )
    stale = union_all(select(PATIENT_CHANGED.c.patient_id), expired).cte("stale")
    kept = select(
        PatientState.patient_id.label("id"),
        PatientState.code,
        PatientState.site,
        PatientState.state,
        PatientState.visit_id,
        PatientState.due_on,
    ).where(
        PatientState.study_id == scope.study_id,
        PatientState.patient_id.not_in(select(stale.c.patient_id)),
    )
    if scope.site is not None:
        kept = kept.where(PatientState.patient_id.in_(select(Patient.id).where(scope.condition)))
    return union_all(kept, select(computed(scope, Patient.id.in_(select(stale.c.patient_id))))).cte("current")


def computed(scope: Scope, condition: ColumnElement[bool]) -> Subquery:
    """The patients that meet the condition: `id`, `code`, `site`, `state`, `visit_id`, `due_on`."""
    stated = states(scope, Visit.patient_id.in_(select(Patient.id).where(scope.condition, condition)))
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
        Patient.site,
        case((Patient.gone, "left"), else_="none"),
        null(),
        null(),
    ).where(
        scope.condition,
        condition,
        ~exists().where(Visit.patient_id == Patient.id, Visit.withdrawn_at.is_(None)),
    )
    return union_all(with_visit, without_visit).subquery("computed")


def _next_visits(session: Session, scope: Scope, ids: list[int]) -> dict[int, tuple[str, date]]:
    stated = states(scope, Visit.patient_id.in_(ids))
    query = (
        select(Visit.patient_id, TITLE, Visit.due_on)
        .join(stated, stated.c.id == Visit.id)
        .outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
        .where(stated.c.state == "upcoming")
        .order_by(Visit.due_on.desc(), Visit.id.desc())
    )
    return {patient_id: (title, due_on) for patient_id, title, due_on in session.execute(query)}
