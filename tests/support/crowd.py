"""A study of very many patients, written straight into the tables, to measure long lists.

The rows are believable only for lists, searches and paging; scores are made up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from surveys.models import Contact, Palsy, Patient, Response, Score, Study, Timepoint, Treatment, Visit
from surveys.schedule import preset, window
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from surveys.store.words import versions
from tests.support.study import CRISIS, WHO_READS, changing, library

BATCH = 2000
ENROLLED_OVER = timedelta(days=700)
SCALES: Mapping[str, Sequence[str]] = {
    "face": ("total", "social_function"),
    "phq9": ("total",),
    "saq": ("total",),
}


def crowd(app: Flask, patients: int, *, study: str = "BIG", at: datetime | None = None) -> None:
    """`patients` people in a new active study, enrolled over two years; nine in ten past visits answered."""
    moment = at or datetime.now(UTC)
    with changing(app) as session:
        new = NewStudy(
            study,
            title="A very large registry",
            contact="call the clinic",
            who_reads={"en": WHO_READS},
            crisis_texts={"en": CRISIS},
            simulated=True,
        )
        made = studies.create(session, new, preset("registry"), library(app), at=moment, actor="test")
        studies.activate(session, made, library(app), at=moment, actor="test")
        today = studies.today(made, moment)
        people = _people(session, made, patients, today)
        _facts(session, people, moment)
        _answers(app, session, _visits(session, made, people, today), moment, today)


def _people(session: Session, study: Study, number: int, today: date) -> Sequence[tuple[int, date]]:
    contacts = [
        {
            "hospital_number": f"H-{n:06}",
            "name": f"Person {n}",
            "born_on": date(1940, 1, 1) + timedelta(days=2 * n),
            "email": f"person{n}@example.org",
        }
        for n in range(number)
    ]
    ids = _insert(session, Contact, contacts)
    step = ENROLLED_OVER / max(number, 1)
    enrolled = [today - ENROLLED_OVER + step * n for n in range(number)]
    rows = [
        {
            "study_id": study.id,
            "contact_id": ids[n],
            "code": f"B-{n:05}",
            "site": ("North", "South")[n % 2],
            "birth_year": 1940 + n % 60,
            "sex": ("female", "male")[n % 2],
            "enrolled_on": enrolled[n],
            "status": "lost" if n % 97 == 0 else "active",
            "status_since": enrolled[n],
        }
        for n in range(number)
    ]
    return list(zip(_insert(session, Patient, rows), enrolled, strict=True))


def _facts(session: Session, people: Sequence[tuple[int, date]], at: datetime) -> None:
    palsies = [
        {
            "patient_id": patient,
            "number": 1,
            "is_index": True,
            "cause": "bells_palsy",
            "onset_on": on - timedelta(days=9),
            "onset_precision": "day",
        }
        for patient, on in people
    ]
    _insert(session, Palsy, palsies)
    toxin = [
        {
            "patient_id": patient,
            "kind": "botulinum_toxin",
            "state": "given",
            "started_on": on,
            "started_precision": "day",
        }
        for patient, on in people[::3]
    ]
    _insert(session, Treatment, toxin)


def _visits(
    session: Session, study: Study, people: Sequence[tuple[int, date]], today: date
) -> list[tuple[int, date, list[str]]]:
    rows: list[dict[str, Any]] = []
    timepoints = session.scalars(select(Timepoint).where(Timepoint.study_id == study.id)).all()
    for patient, enrolled_on in people:
        for timepoint, planned in zip(timepoints, studies.plan_of(timepoints), strict=True):
            anchor = enrolled_on if planned.anchor == "enrolment" else enrolled_on - timedelta(days=9)
            when = window(planned, anchor)
            rows.append(
                {
                    "patient_id": patient,
                    "timepoint_id": timepoint.id,
                    "name": planned.key,
                    "opens_on": when.opens_on,
                    "due_on": when.due_on,
                    "closes_on": when.closes_on,
                    "battery": list(planned.battery),
                }
            )
    ids = _insert(session, Visit, rows)
    return [(at, row["due_on"], row["battery"]) for at, row in zip(ids, rows, strict=True)]


def _answers(
    app: Flask,
    session: Session,
    visits: Sequence[tuple[int, date, list[str]]],
    at: datetime,
    today: date,
) -> None:
    keys = {key for _, _, battery in visits for key in battery}
    frozen = {key: versions.freeze(session, library(app).get(key), at=at) for key in keys}
    behind = [(n, *visit) for n, visit in enumerate(visits) if visit[1] <= today and n % 10]
    rows: list[dict[str, Any]] = [
        {
            "visit_id": visit,
            "instrument": key,
            "instrument_version_id": frozen[key],
            "answers": {},
            "not_given": {},
            "answered_at": {},
            "source": "simulated",
            "partial": False,
            "submitted_at": datetime(due_on.year, due_on.month, due_on.day, 9, tzinfo=UTC),
            "completed_on": due_on,
        }
        for _, visit, due_on, battery in behind
        for key in battery
    ]
    ids = _insert(session, Response, rows)
    scores = [
        {
            "response_id": ids[n],
            "scale": scale,
            "value": float(n % 25),
            "items_used": 9,
            "items_missing": 0,
            "prorated": False,
        }
        for n, row in enumerate(rows)
        for scale in SCALES.get(row["instrument"], ("total",))
    ]
    for start in range(0, len(scores), BATCH):
        session.execute(insert(Score), scores[start : start + BATCH])


def _insert(session: Session, model: Any, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """The rows' ids, in their order."""
    statement = insert(model).returning(model.id, sort_by_parameter_order=True)
    ids: list[int] = []
    for start in range(0, len(rows), BATCH):
        ids += session.scalars(statement, rows[start : start + BATCH]).all()
    return ids
