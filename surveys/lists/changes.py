"""Whose scores changed: the last score and the one before, today's patients first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from surveys.lists.scope import Scope
from surveys.models import Appointment, Patient, Response, Score, Visit

PAGE = 25
SORTS = ("today", "code", "answered")  # today: who is on today's list, then as answered

# Which scores a change is judged from, and their order.
USABLE = (Response.stands, Score.value.is_not(None))
LATEST_FIRST = (Response.completed_on.desc(), Response.id.desc())


@dataclass(frozen=True)
class DatedScore:
    """One score of one day, with its answers."""

    on: date
    value: float
    answers: Mapping[str, Any]


@dataclass(frozen=True)
class Person:
    """A patient with the scores of each `instrument.scale` asked for, latest first, at most two."""

    code: str
    in_clinic: bool
    last_on: date
    scores: Mapping[str, Sequence[DatedScore]]


@dataclass(frozen=True)
class ChangePage:
    """A page of patients who have answered."""

    people: Sequence[Person]
    pages: int


def page(
    session: Session,
    scope: Scope,
    scales: Collection[tuple[str, str]],
    number: int,
    size: int = PAGE,
    *,
    sort: str = "today",
) -> ChangePage:
    """Page `number` in the order of `sort`: by code, by who answered last, or today's patients before these.

    A fixed number of statements.
    """
    last_on = func.max(Response.completed_on).label("last_on")
    here = (
        select(Appointment.id)
        .where(Appointment.patient_id == Patient.id, Appointment.expected_on == scope.today)
        .exists()
    )
    answered = (
        select(Patient.id, Patient.code, last_on, case((here, 1), else_=0).label("in_clinic"))
        .join(Visit, Visit.patient_id == Patient.id)
        .join(Response, Response.visit_id == Visit.id)
        .where(scope.condition, Response.stands)
        .group_by(Patient.id, Patient.code)
        .subquery("answered")
    )
    latest = answered.c.last_on.desc()
    orders = {"today": (answered.c.in_clinic.desc(), latest), "code": (), "answered": (latest,)}
    total = session.scalar(select(func.count()).select_from(answered)) or 0
    people = session.execute(
        select(answered).order_by(*orders[sort], answered.c.code).limit(size).offset((number - 1) * size)
    ).all()
    found = _scores(session, [person.id for person in people], scales)
    return ChangePage(
        [
            Person(person.code, bool(person.in_clinic), person.last_on, found.get(person.id, {}))
            for person in people
        ],
        max(1, -(-total // size)),
    )


def _scores(
    session: Session, ids: Collection[int], scales: Collection[tuple[str, str]]
) -> dict[int, dict[str, list[DatedScore]]]:
    """The latest two scores of each scale, by patient."""
    ranked = (
        select(
            Visit.patient_id,
            Response.instrument,
            Score.scale,
            Response.completed_on,
            Response.id,
            Response.answers,
            Score.value,
            func.row_number()
            .over(
                partition_by=(Visit.patient_id, Response.instrument, Score.scale),
                order_by=LATEST_FIRST,
            )
            .label("place"),
        )
        .join(Visit, Visit.id == Response.visit_id)
        .join(Score, Score.response_id == Response.id)
        .where(
            Visit.patient_id.in_(ids),
            *USABLE,
            Response.instrument.in_({instrument for instrument, _ in scales}),
        )
        .subquery("ranked")
    )
    rows = session.execute(
        select(ranked).where(ranked.c.place <= 2).order_by(ranked.c.patient_id, ranked.c.place)
    )
    found: dict[int, dict[str, list[DatedScore]]] = {}
    for row in rows:
        if (row.instrument, row.scale) in scales:
            key = f"{row.instrument}.{row.scale}"
            given = DatedScore(row.completed_on, row.value, row.answers)
            found.setdefault(row.patient_id, {}).setdefault(key, []).append(given)
    return found
