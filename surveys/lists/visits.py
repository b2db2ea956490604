"""Visits with their state on a day, and their answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, String, Text, case, cast, func, label, or_, select, true
from sqlalchemy.orm import Session

from surveys.instruments.scoring import Score as StoredScore
from surveys.lists.scope import Scope
from surveys.models import (
    Background,
    Draft,
    InstrumentVersion,
    Link,
    Patient,
    Response,
    Score,
    Timepoint,
    Visit,
)
from surveys.models.dialects import length
from surveys.schedule import is_over, is_over_for_good, not_yet_open

# The state of a visit on a day; docs/decisions.md says why.
# done: all its questionnaires are in. in_progress: it was begun and can be finished. due: it can be begun,
# and the patient takes part. missed: it closed before it was done, or staff say so. upcoming: it opens later,
# and the study goes on for the patient. not_asked: none of these; the patient left, died, is lost or paused.
STATES = ("done", "in_progress", "due", "missed", "upcoming", "not_asked")

_NAME = func.coalesce(Timepoint.name, Visit.name)
TITLE: ColumnElement[str] = case(
    (Visit.occurrence > 1, _NAME + " " + cast(Visit.occurrence, String)), else_=_NAME
)
"""The visit's name for people; needs an outer join to Timepoint."""


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


def states(session: Session, scope: Scope, among: Collection[int] | None = None) -> CTE:
    """Every visit in the scope (of the patients `among` where given) with its `state` on the scope's day.

    `open` and `ahead` are as in `VisitRow`.
    """
    answered = (
        select(func.count())
        .where(
            Response.visit_id == Visit.id,
            Response.stands,
            cast(Visit.battery, Text).contains('"' + Response.instrument + '"'),
        )
        .correlate(Visit)
        .scalar_subquery()
    )
    counted = (
        select(
            Visit,
            Patient.status,
            Patient.gone,
            Patient.in_follow_up,
            label("not_expected", Patient.gone_by(Visit.due_on)),
            length(session, Visit.battery).label("asked"),
            answered.label("answered"),
        )
        .join(Patient, Patient.id == Visit.patient_id)
        .where(
            scope.condition,
            true() if among is None else Patient.id.in_(among),
            Visit.withdrawn_at.is_(None),
        )
        .cte("counted")
    )
    drafted = select(Draft.id).where(Draft.visit_id == counted.c.id).exists()
    told = select(Background.id).where(Background.visit_id == counted.c.id).exists()
    begun = or_(counted.c.answered > 0, drafted, told)
    done, called_missed = counted.c.answered >= counted.c.asked, counted.c.missed_reason.is_not(None)
    ahead = not_yet_open(counted.c, scope.today)
    over = is_over(counted.c, scope.today) & (~begun | is_over_for_good(counted.c, scope.today))
    state = case(
        (done, "done"),
        (called_missed, "missed"),
        (counted.c.not_expected, "not_asked"),
        (counted.c.gone, "missed"),
        (ahead & counted.c.in_follow_up, "upcoming"),
        (ahead, "not_asked"),
        (over, "missed"),
        (begun, "in_progress"),
        (counted.c.status == "active", "due"),
        else_="not_asked",
    )
    is_open = ~or_(done, called_missed, counted.c.gone, ahead, over)
    stated = select(counted, state.label("state"), is_open.label("open"), ahead.label("ahead"))
    # Computed once: a query that uses the state several times would count the answers as often.
    return stated.cte("stated").prefix_with("MATERIALIZED")


def titles(session: Session, visit_ids: Collection[int]) -> dict[int, str]:
    """The names of these visits for people."""
    query = select(Visit.id, TITLE.label("title")).outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
    rows = session.execute(query.where(Visit.id.in_(visit_ids)))
    return {row.id: row.title for row in rows}


def of_patient(session: Session, scope: Scope, patient_id: int, at: datetime) -> list[VisitRow]:
    """One patient's visits in order, with their responses, drafts and live links at the instant `at`."""
    stated = states(session, scope, [patient_id])
    found = session.execute(
        select(
            stated.c.id,
            TITLE.label("title"),
            stated.c.opens_on,
            stated.c.due_on,
            stated.c.closes_on,
            stated.c.battery,
            stated.c.state,
            stated.c.open,
            stated.c.ahead,
            stated.c.missed_reason,
        )
        .select_from(stated)
        .join(Visit, Visit.id == stated.c.id)
        .outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
        .order_by(stated.c.due_on, stated.c.id)
    ).mappings()
    responses = _responses(session, patient_id)
    drafts = _drafts(session, patient_id)
    live = _live_links(session, patient_id, at)
    return [
        VisitRow(
            **row,
            links=live.get(row["id"], 0),
            responses=responses.get(row["id"], {}),
            drafts=drafts.get(row["id"], {}),
        )
        for row in found
    ]


def _responses(session: Session, patient_id: int) -> dict[int, dict[str, ResponseRow]]:
    scores: dict[int, list[StoredScore]] = {}
    stored = (
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
    for row in session.execute(stored).mappings():
        facts = dict(row)
        scores.setdefault(facts.pop("response_id"), []).append(StoredScore(**facts))
    rows = (
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
    found: dict[int, dict[str, ResponseRow]] = {}
    for row in session.execute(rows).mappings():
        facts = dict(row)
        visit_id = facts.pop("visit_id")
        response = ResponseRow(**facts, scores=tuple(scores.get(facts["id"], ())))
        found.setdefault(visit_id, {})[response.instrument] = response
    return found


def _drafts(session: Session, patient_id: int) -> dict[int, dict[str, int]]:
    query = (
        select(Draft.visit_id, Draft.instrument, Draft.answers)
        .join(Visit, Visit.id == Draft.visit_id)
        .where(Visit.patient_id == patient_id)
    )
    found: dict[int, dict[str, int]] = {}
    for visit_id, instrument, answers in session.execute(query):
        found.setdefault(visit_id, {})[instrument] = len(answers)
    return found


def _live_links(session: Session, patient_id: int, at: datetime) -> dict[int, int]:
    query = (
        select(Link.visit_id, func.count())
        .join(Visit, Visit.id == Link.visit_id)
        .where(Visit.patient_id == patient_id, Link.revoked_at.is_(None), Link.expires_at > at)
        .group_by(Link.visit_id)
    )
    return dict(session.execute(query).all())
