"""Visits with their state on a day, and their answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    CompoundSelect,
    ScalarSelect,
    String,
    Text,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from surveys.instruments.scoring import Score as StoredScore
from surveys.lists.at_once import Part, Rows, ShortList
from surveys.lists.scope import Scope
from surveys.models import (
    Background,
    Draft,
    InstrumentVersion,
    Link,
    Patient,
    Response,
    Score,
    Serving,
    Timepoint,
    Visit,
)
from surveys.schedule import is_over, is_over_for_good, not_yet_open

# The state of a visit on a day; docs/decisions.md says why.
# done: all its questionnaires are in. in_progress: it was begun and can be finished. due: it can be begun,
# and the patient takes part. missed: it closed before it was done, or staff say so. upcoming: it opens later,
# and the study goes on for the patient. not_asked: none of these; the patient left, died, is lost or paused.
STATES = ("done", "in_progress", "due", "missed", "upcoming", "not_asked")


def _numbered(name: Any, number: Any) -> ColumnElement[str]:
    return case((number > 1, name + " " + cast(number, String)), else_=name)


def _served_too() -> ScalarSelect[str]:
    """The other timepoints that a visit serves, in the plan's order."""
    other = aliased(Timepoint)
    number = case((Serving.treatment_id.is_(None), Serving.occurrence), else_=1)
    names = (
        select((" + " + _numbered(other.name, number)).label("name"))
        .select_from(Serving)
        .join(other, other.id == Serving.timepoint_id)
        .where(
            Serving.visit_id == Visit.id,
            or_(Serving.timepoint_id != Visit.timepoint_id, Serving.occurrence != Visit.occurrence),
        )
        .order_by(other.position, Serving.occurrence)
        .correlate(Visit)
        .subquery()
    )
    return select(func.aggregate_strings(names.c.name, "")).scalar_subquery()


TITLE: ColumnElement[str] = _numbered(
    func.coalesce(Timepoint.name, Visit.name), Visit.occurrence
) + func.coalesce(_served_too(), "")
"""The visit's name for people, with each timepoint that it serves; needs an outer join to Timepoint."""


@dataclass(frozen=True)
class ResponseRow:
    """One current response with its unrounded scores and raw answers."""

    id: int
    instrument: str
    version: str
    wording: str
    wording_status: str
    source: str
    completed_on: date
    answers: Mapping[str, Any]
    scores: tuple[StoredScore, ...]


@dataclass(frozen=True)
class VisitRow:
    """One visit on a day; `drafts` counts the items that are dealt with in begun questionnaires.

    `open` says whether it can be answered that day, also if its state is not_asked; `ahead`, that it opens
    later.
    """

    id: int
    title: str
    opens_on: date
    due_on: date
    closes_on: date
    battery: list[str]
    state: str
    open: bool
    ahead: bool
    missed_reason: str | None
    links: int
    responses: Mapping[str, ResponseRow] = field(default_factory=dict)
    drafts: Mapping[str, int] = field(default_factory=dict)


def states(scope: Scope, *conditions: ColumnElement[bool]) -> CTE:
    """Every visit in the scope that meets the `conditions`, with its `state` on the scope's day.

    `open` and `ahead` are as in `VisitRow`.
    """
    today = scope.today
    said = StateOfVisit.on(today)
    stated = (
        select(
            Visit.id,
            Visit.patient_id,
            Visit.opens_on,
            Visit.due_on,
            Visit.closes_on,
            Visit.missed_reason,
            said.state.label("state"),
            type_coerce(said.open, Boolean).label("open"),
            said.ahead.label("ahead"),
        )
        .join(Patient, Patient.id == Visit.patient_id)
        .where(
            scope.of_visit,
            Visit.withdrawn_at.is_(None),
            *conditions,
        )
    )
    # Computed once: a query that uses the state several times would look for drafts as often.
    return stated.cte("stated").prefix_with("MATERIALIZED")


def counted(scope: Scope) -> CompoundSelect[Any]:
    """How many visits of each state a timepoint has: `timepoint_id`, `state`, `number`, to be added up.

    A visit stands at its own timepoint, and at others where it serves several.
    """
    said = StateOfVisit.on(scope.today)
    in_scope = (scope.of_visit, Visit.withdrawn_at.is_(None))
    # Most visits are done, which an index tells by itself, timepoint by timepoint: neither they nor their
    # patients are read or sorted.
    done = (
        select(Visit.timepoint_id, literal("done").label("state"), func.count().label("number"))
        .where(*in_scope, Visit.done_at.is_not(None))
        .group_by(Visit.timepoint_id)
    )
    others = (
        select(Visit.timepoint_id, said.state.label("state"))
        .join(Patient, Patient.id == Visit.patient_id)
        .where(*in_scope, Visit.done_at.is_(None))
    )
    served = select(Serving.visit_id, Serving.timepoint_id).distinct().subquery("served")
    further = (
        select(served.c.timepoint_id, said.state.label("state"))
        .join(Visit, Visit.id == served.c.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(*in_scope, served.c.timepoint_id.is_distinct_from(Visit.timepoint_id))
    )
    rest = union_all(others, further).subquery("rest")
    by_state = select(rest.c.timepoint_id, rest.c.state, func.count()).group_by(
        rest.c.timepoint_id, rest.c.state
    )
    return union_all(done, by_state)


@dataclass(frozen=True)
class StateOfVisit:
    """Conditions on a visit that is not withdrawn, and on its patient, whose row is joined."""

    state: ColumnElement[str]
    open: ColumnElement[bool]
    ahead: ColumnElement[bool]

    @classmethod
    def on(cls, today: date) -> StateOfVisit:
        """What they are on that day."""
        done, called_missed = Visit.done, Visit.missed_reason.is_not(None)
        ahead: ColumnElement[bool] = not_yet_open(Visit, today)
        # The cheaper condition comes first: for most visits nothing is read beside their row.
        over = is_over_for_good(Visit, today) | (is_over(Visit, today) & ~begun())
        state = case(
            (done, "done"),
            (called_missed, "missed"),
            (Patient.gone_by(Visit.due_on), "not_asked"),
            (Patient.gone, "missed"),
            (ahead & Patient.in_follow_up, "upcoming"),
            (ahead, "not_asked"),
            (over, "missed"),
            (begun(), "in_progress"),
            (Patient.status == "active", "due"),
            else_="not_asked",
        )
        return cls(state, ~or_(done, called_missed, Patient.gone, ahead, over), ahead)


def begun() -> ColumnElement[bool]:
    """Whether something was said at a visit: an answer that it asks for, a draft, or a background fact."""
    return or_(answered() > 0, _any_of(Draft), _any_of(Background))


def answered() -> ScalarSelect[int]:
    """How many of the questionnaires that a visit asks were sent."""
    return (
        select(func.count())
        .where(
            Response.visit_id == Visit.id,
            Response.stands,
            cast(Visit.battery, Text).contains('"' + Response.instrument + '"'),
        )
        .correlate(Visit)
        .scalar_subquery()
    )


def _any_of(table: type[Draft | Background]) -> ColumnElement[bool]:
    return select(table.id).where(table.visit_id == Visit.id).correlate(Visit).exists()


def titles(session: Session, visit_ids: Collection[int]) -> dict[int, str]:
    """The names of these visits for people."""
    query = select(Visit.id, TITLE.label("title")).outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
    rows = session.execute(query.where(Visit.id.in_(visit_ids)))
    return {row.id: row.title for row in rows}


def of_patient(scope: Scope, patient_id: int, at: datetime) -> Part[list[VisitRow]]:
    """One patient's visits in order, with their responses, drafts and live links at the instant `at`."""
    stated = states(scope, Visit.patient_id == patient_id)
    visits = (
        select(
            stated.c.id,
            TITLE.label("title"),
            stated.c.opens_on,
            stated.c.due_on,
            stated.c.closes_on,
            Visit.battery,
            stated.c.state,
            stated.c.open,
            stated.c.ahead,
            stated.c.missed_reason,
        )
        .select_from(stated)
        .join(Visit, Visit.id == stated.c.id)
        .outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
    )
    responses = (
        select(
            Response.visit_id,
            Response.id,
            Response.instrument,
            InstrumentVersion.version,
            InstrumentVersion.wording,
            InstrumentVersion.wording_status,
            Response.source,
            Response.completed_on,
            Response.answers,
        )
        .join(Visit, Visit.id == Response.visit_id)
        .join(InstrumentVersion, InstrumentVersion.id == Response.instrument_version_id)
        .where(Visit.patient_id == patient_id, Response.stands)
    )
    scores = (
        select(
            Score.response_id,
            Score.scale,
            Score.value,
            Score.items_used,
            Score.items_missing,
            Score.prorated,
        )
        .join(Response, Response.id == Score.response_id)
        .join(Visit, Visit.id == Response.visit_id)
        .where(Visit.patient_id == patient_id, Response.stands)
    )
    drafts = (
        select(Draft.visit_id, Draft.instrument, Draft.answers)
        .join(Visit, Visit.id == Draft.visit_id)
        .where(Visit.patient_id == patient_id)
    )
    live = (
        select(Link.visit_id, func.count().label("links"))
        .join(Visit, Visit.id == Link.visit_id)
        .where(Visit.patient_id == patient_id, Link.revoked_at.is_(None), Link.expires_at > at)
        .group_by(Link.visit_id)
    )
    lists = {
        "visits": ShortList(visits, (stated.c.due_on, stated.c.id)),
        "responses": ShortList(responses, (Response.id.expression,)),
        "scores": ShortList(scores, (Score.response_id.expression, Score.scale.expression)),
        "drafts": ShortList(drafts, (Draft.id.expression,)),
        "live_links": ShortList(live, (Link.visit_id.expression,)),
    }
    return Part(lists, _visits)


def _visits(rows: Rows) -> list[VisitRow]:
    scores: dict[int, list[StoredScore]] = {}
    for row in rows["scores"]:
        facts = dict(row)
        scores.setdefault(facts.pop("response_id"), []).append(StoredScore(**facts))
    responses: dict[int, dict[str, ResponseRow]] = {}
    for row in rows["responses"]:
        facts = dict(row)
        visit_id = facts.pop("visit_id")
        response = ResponseRow(**facts, scores=tuple(scores.get(facts["id"], ())))
        responses.setdefault(visit_id, {})[response.instrument] = response
    drafts: dict[int, dict[str, int]] = {}
    for row in rows["drafts"]:
        drafts.setdefault(row["visit_id"], {})[row["instrument"]] = len(row["answers"])
    live = {row["visit_id"]: row["links"] for row in rows["live_links"]}
    return [
        VisitRow(
            **row,
            links=live.get(row["id"], 0),
            responses=responses.get(row["id"], {}),
            drafts=drafts.get(row["id"], {}),
        )
        for row in rows["visits"]
    ]
