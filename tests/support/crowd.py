"""A study of very many patients, written straight into the tables, to measure long lists.

The rows are believable only for lists, searches and paging; scores are made up. The database itself makes
visits and answers, most of the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from flask import Flask
from sqlalchemy import ColumnElement, insert, literal, select
from sqlalchemy.orm import Session

from surveys.models import Base, Contact, Palsy, Patient, Response, Score, Study, Timepoint, Treatment, Visit
from surveys.schedule import preset, window
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from surveys.store.words import versions
from tests.support.study import CRISIS, WHO_READS, changing, library

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
        _facts(session, people)
        _visits(session, made, people)
        _answers(app, session, made, moment, today)


def _people(session: Session, study: Study, number: int, today: date) -> Sequence[tuple[int, date]]:
    contacts = _insert(
        session,
        Contact,
        [
            {
                "hospital_number": f"H-{n:06}",
                "name": f"Person {n}",
                "born_on": date(1940, 1, 1) + timedelta(days=2 * n % 25_000),
                "email": f"person{n}@example.org",
                "telephone": f"0176 {n:07}",
            }
            for n in range(number)
        ],
    )
    step = ENROLLED_OVER / max(number, 1)
    enrolled = [today - ENROLLED_OVER + step * n for n in range(number)]
    rows = [
        {
            "study_id": study.id,
            "contact_id": contacts[n],
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


def _facts(session: Session, people: Sequence[tuple[int, date]]) -> None:
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


def _visits(session: Session, study: Study, people: Sequence[tuple[int, date]]) -> None:
    """The plan's visits of those who were enrolled on the same day; their ids follow one another."""
    timepoints = session.scalars(select(Timepoint).where(Timepoint.study_id == study.id)).all()
    plan = list(zip(timepoints, studies.plan_of(timepoints), strict=True))
    for enrolled_on, some in groupby(people, key=lambda one: one[1]):
        ids = [patient for patient, _ in some]
        for timepoint, planned in plan:
            anchor = enrolled_on if planned.anchor == "enrolment" else enrolled_on - timedelta(days=9)
            when = window(planned, anchor)
            facts = {
                "patient_id": Patient.id,
                "study_id": Patient.study_id,
                "timepoint_id": literal(timepoint.id),
                "name": literal(planned.key),
                "name_folded": literal(planned.key),
                "occurrence": literal(1),
                "opens_on": literal(when.opens_on),
                "due_on": literal(when.due_on),
                "closes_on": literal(when.closes_on),
                "battery": literal(list(planned.battery), Visit.battery.type),
            }
            _insert_chosen(session, Visit, facts, Patient.id.between(ids[0], ids[-1]))


def _answers(app: Flask, session: Session, study: Study, at: datetime, today: date) -> None:
    keys = {key for timepoint in study.timepoints for key in timepoint.battery}
    behind = (Visit.study_id == study.id) & (Visit.due_on <= today) & (Visit.id % 10 != 0)
    nothing = literal({}, Response.answers.type)
    for key in sorted(keys):
        version_id = versions.freeze(session, library(app).get(key), at=at)
        facts = {
            "visit_id": Visit.id,
            "instrument": literal(key),
            "instrument_version_id": literal(version_id),
            "answers": nothing,
            "not_given": nothing,
            "answered_at": nothing,
            "source": literal("simulated"),
            "partial": literal(value=False),
            "submitted_at": literal(at, Response.submitted_at.type),
            "completed_on": Visit.due_on,
        }
        _insert_chosen(session, Response, facts, behind)
        for scale in SCALES.get(key, ("total",)):
            score = {
                "response_id": Response.id,
                "scale": literal(scale),
                "value": Response.id % 25 + 0.0,
                "items_used": literal(9),
                "items_missing": literal(0),
                "prorated": literal(value=False),
            }
            _insert_chosen(session, Score, score, Response.instrument_version_id == version_id)


def _insert(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """The rows' ids, in their order."""
    key = Base.metadata.tables[table.__tablename__].c.id
    before = session.scalar(select(key).order_by(key.desc()).limit(1)) or 0
    if rows:
        session.connection().execute(insert(Base.metadata.tables[table.__tablename__]), rows)
    return list(session.scalars(select(key).where(key > before).order_by(key)))


def _insert_chosen(
    session: Session, table: type[Base], facts: Mapping[str, Any], condition: ColumnElement[bool]
) -> None:
    """A row of `facts` for each row that the `condition` chooses."""
    chosen = select(*facts.values()).where(condition)
    session.connection().execute(
        insert(Base.metadata.tables[table.__tablename__]).from_select(
            list(facts), chosen, include_defaults=False
        )
    )
