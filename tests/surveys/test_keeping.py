"""The kept list of patients says what the list computed anew says, on every day and whatever happens."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, true, update
from sqlalchemy.orm import Session

from analysis.data.statuses import STATUSES
from surveys import keeping
from surveys.db import writing
from surveys.lists import patients
from surveys.lists.scope import Scope
from surveys.models import Background, Draft, Patient, PatientState, Response, Study, Visit
from surveys.models.dialects import insert_or_replace, on_postgresql
from surveys.models.patient_state import PATIENT_CHANGED
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.support.crowd import crowd
from tests.support.study import changing, library

pytestmark = pytest.mark.database
AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
TODAY = AT.date()
DAY = timedelta(days=1)
PATIENTS = 24


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A study with patients in every state, whose lines are kept."""
    crowd(app, PATIENTS, at=AT)
    with changing(app) as made:
        keep(made)
        yield made
        made.rollback()


def keep(session: Session) -> int:
    @contextmanager
    def transaction() -> Iterator[Session]:
        yield session
        session.flush()

    return keeping.keep_all(transaction, AT)


def scope(session: Session) -> Scope:
    return Scope(session.scalars(select(Study.id)).one(), None, TODAY)


def listed(session: Session, here: Scope) -> set[tuple[object, ...]]:
    """The lines of the list, as its page takes them."""
    return {tuple(row) for row in session.execute(select(patients.lines(here)))}


def anew(session: Session, here: Scope) -> set[tuple[object, ...]]:
    """The same, all computed."""
    return {tuple(row) for row in session.execute(select(patients.computed(here, true())))}


class Happening:
    """What may happen to a patient, by chance that is the same each time."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.session, self.chance = session, random.Random(3)
        self.face = library(app).get("face")
        self.version = versions.freeze(session, self.face, at=AT)

    def step(self) -> None:
        ways: list[Callable[[], object]] = [
            self.begun,
            self.answered,
            self.withdrawn,
            self.status,
            self.moved,
            self.missed,
            self.told,
            self.named,
            self.annulled,
        ]
        self.chance.choice(ways)()
        self.session.flush()

    def visit(self) -> Visit:
        known = self.session.scalars(select(Visit).order_by(Visit.id)).all()
        return self.chance.choice([visit for visit in known if abs((visit.due_on - TODAY).days) < 200])

    def patient(self) -> Patient:
        return self.chance.choice(self.session.scalars(select(Patient).order_by(Patient.id)).all())

    def begun(self) -> None:
        facts = {"instrument": "saq", "instrument_version_id": self.version, "locale": "en", "answers": {}}
        visit = self.visit()
        if not self.session.scalar(select(Draft.id).where(Draft.visit_id == visit.id)):
            self.session.add(Draft(visit_id=visit.id, started_at=AT, saved_at=AT, **facts))

    def answered(self) -> None:
        visit = self.visit()
        if self.session.scalar(select(Response.id).where(Response.visit_id == visit.id, Response.stands)):
            return
        new = NewResponse(visit.id, visit.patient_id, self.face, self.version, {}, "paper", AT, TODAY)
        responses.add(self.session, [new], at=AT, actor="test")

    def annulled(self) -> None:
        ids = select(Response.id).where(Response.visit_id == self.visit().id)
        self.session.execute(
            update(Response).where(Response.id.in_(ids), Response.stands).values(annulled_at=AT)
        )

    def withdrawn(self) -> None:
        visit = self.visit()
        visit.withdrawn_at = None if visit.withdrawn_at else AT

    def missed(self) -> None:
        self.visit().missed_reason = self.chance.choice([None, "ill"])

    def moved(self) -> None:
        visit, by = self.visit(), timedelta(days=self.chance.randrange(-40, 40))
        visit.opens_on, visit.due_on, visit.closes_on = (
            visit.opens_on + by,
            visit.due_on + by,
            visit.closes_on + by,
        )

    def status(self) -> None:
        self.patient().status = self.chance.choice(STATUSES)

    def told(self) -> None:
        facts = {"question": "side", "answer": {"value": "left"}, "locale": "en", "reported_by": "patient"}
        self.session.add(Background(visit_id=self.visit().id, at=AT, **facts))

    def named(self) -> None:
        patient = self.patient()
        patient.code, patient.site = f"{patient.code}'", self.chance.choice([None, "North", "East"])


@pytest.mark.parametrize("steps", [15, pytest.param(60, marks=pytest.mark.long)])
def test_the_kept_list_is_the_computed_one(app: Flask, session: Session, steps: int) -> None:
    """After each of many changes, on the day itself and on later days; kept again now and then."""
    here, happening = scope(session), Happening(app, session)
    states = set()
    for step in range(steps):
        happening.step()
        if step % 5 == 4:
            keep(session)
        for later in (0, happening.chance.randrange(1, 60)):
            then = replace(here, today=TODAY + later * DAY)
            assert listed(session, then) == anew(session, then), (step, later)
        states |= {row[3] for row in listed(session, here)}
    assert len(states) >= 5


def test_what_is_kept_is_not_computed_again(session: Session) -> None:
    """All patients at first, then only who changed, and each whose visit opens or closes, on its day."""
    assert session.scalar(select(func.count()).select_from(PatientState)) == PATIENTS
    assert session.scalar(select(func.count()).select_from(PATIENT_CHANGED)) == keep(session) == 0
    [one] = session.scalars(select(Patient).order_by(Patient.id).limit(1))
    one.status = "paused"
    session.flush()
    assert keep(session) == 1
    study = scope(session).study_id
    until = session.scalars(select(PatientState.until)).all()
    tomorrow = TODAY + DAY
    assert keeping.keep_some(session, study, tomorrow) == sum(last < tomorrow for last in until)


def test_another_time_zone_is_another_day(session: Session) -> None:
    """Everybody of the study is computed anew."""
    session.execute(update(Study).values(timezone="Pacific/Auckland"))
    assert keep(session) == PATIENTS


def test_who_kept_what_was_so_before_leaves_the_newer_line(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers, in the night: what one computed is stored after a change that the other kept."""
    crowd(app, PATIENTS, at=AT)

    def change_and_keep(*given: Any) -> None:
        monkeypatch.setattr(keeping, "insert_or_replace", insert_or_replace)
        # On SQLite who writes is alone.
        if on_postgresql(given[0]):
            for step in (mark, partial(keeping.keep_some, study_id=study, day=TODAY)):
                with writing(), Session(given[0].get_bind()) as other:
                    step(other)
                    other.commit()
        insert_or_replace(*given)

    def first(session: Session) -> Patient:
        active = select(Patient).where(Patient.status == "active")
        return session.scalars(active.order_by(Patient.id).limit(1)).one()

    def mark(session: Session) -> None:
        first(session).status = "paused"

    with changing(app) as session:
        keep(session)
        study = scope(session).study_id
        session.execute(
            update(PatientState).where(PatientState.patient_id == first(session).id).values(until=TODAY - DAY)
        )
    monkeypatch.setattr(keeping, "insert_or_replace", change_and_keep)
    with changing(app) as session:
        assert keeping.keep_some(session, study, TODAY) == 1
    with changing(app) as session:
        assert listed(session, scope(session)) == anew(session, scope(session))
        keep(session)
        assert listed(session, scope(session)) == anew(session, scope(session))


def test_a_list_without_kept_lines_is_whole(session: Session) -> None:
    """As after a restored backup, until the worker has been there."""
    kept = listed(session, scope(session))
    session.execute(delete(PatientState))
    session.execute(PATIENT_CHANGED.insert().from_select(["patient_id"], select(Patient.id)))
    assert listed(session, scope(session)) == kept


def test_a_line_that_somebody_changed_is_named(session: Session) -> None:
    """A patient whom a list hides would be seen by nobody."""
    assert list(keeping.wrong(session, AT)) == []
    first, second, third = session.scalars(
        select(PatientState.patient_id).order_by(PatientState.patient_id).limit(3)
    )
    codes = select(Patient.code).where(Patient.id.in_([first, second])).order_by(Patient.code)
    session.execute(update(PatientState).where(PatientState.patient_id == first).values(state="left"))
    session.execute(delete(PatientState).where(PatientState.patient_id == second))
    told = [one.where for one in keeping.wrong(session, AT)]
    study = session.scalars(select(Study.code)).one()
    assert told == [f"Patient {code} of {study}" for code in session.scalars(codes)]
    session.execute(update(Patient).where(Patient.id == third).values(site="North"))
    assert [one.where for one in keeping.wrong(session, AT)] == told  # its line is computed anew
