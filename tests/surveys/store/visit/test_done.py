"""When a visit was done: what the database keeps is what the rule says, whatever happens to the responses."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from surveys.db import writing
from surveys.instruments.library import Library
from surveys.models import Erasure, Patient, Response, Study, Visit
from surveys.models.visit import done_at
from surveys.store.visit.done import WrongVisit, wrong_visits
from surveys.store.words import versions
from tests.support.engines import engine_of

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
ASKED = ("face", "phq9", "saq")
VISITS = 5
STEPS = 80


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """Some visits of one patient, on either database."""
    with writing(), engine_of(database_url) as engine, Session(engine) as made:
        study = Study(code="S1", title="S1", locales=["en"], who_reads={}, crisis_texts={}, created_at=AT)
        made.add(study)
        made.flush()
        on = {"enrolled_on": AT.date(), "status_since": AT.date()}
        patient = Patient(study_id=study.id, code="P1", **on)
        made.add(patient)
        made.flush()
        facts = {"patient_id": patient.id, "study_id": study.id, "battery": list(ASKED)}
        days = {"opens_on": AT.date(), "due_on": AT.date(), "closes_on": AT.date()}
        made.execute(insert(Visit), [{**facts, **days, "name": f"v{number}"} for number in range(VISITS)])
        yield made


class Happening:
    """What may happen to the responses of the visits, by chance that is the same each time."""

    def __init__(self, session: Session) -> None:
        self.session, self.chance = session, random.Random(21)
        self.visits = list(session.scalars(select(Visit.id).order_by(Visit.id)))
        library = Library.load()
        self.versions = {key: versions.freeze(session, library.get(key), at=AT) for key in ASKED}
        self.now = AT

    def step(self) -> None:
        """One of them, a minute later."""
        self.now += timedelta(minutes=1)
        ways: list[Callable[[], object]] = [self.sent, self.sent, self.sent, self.ended, self.asked]
        self.chance.choice(ways)()

    def sent(self) -> None:
        """What is still missing of some visits, in one statement, the one sent later than the other."""
        standing = {
            (visit, key)
            for visit, key in self.session.execute(
                select(Response.visit_id, Response.instrument).where(Response.stands)
            )
        }
        free = [(visit, key) for visit in self.visits for key in ASKED if (visit, key) not in standing]
        rows = [
            {
                "visit_id": visit,
                "instrument": key,
                "instrument_version_id": self.versions[key],
                "answers": {},
                "not_given": {},
                "answered_at": {},
                "source": "paper",
                "submitted_at": self.now + timedelta(seconds=self.chance.randrange(60)),
                "completed_on": self.now.date(),
            }
            for visit, key in self.chance.sample(free, min(len(free), self.chance.randrange(1, 4)))
        ]
        if rows:
            self.session.execute(insert(Response), rows)

    def ended(self) -> None:
        """A response is superseded or annulled."""
        standing = list(self.session.scalars(select(Response.id).where(Response.stands)))
        if standing:
            stamp = self.chance.choice(["superseded_at", "annulled_at"])
            one = update(Response).where(Response.id == self.chance.choice(standing))
            self.session.execute(one.values({stamp: self.now}))

    def asked(self) -> None:
        """A visit asks something else, or nothing."""
        battery = self.chance.sample(ASKED, self.chance.randrange(len(ASKED) + 1))
        one = update(Visit).where(Visit.id == self.chance.choice(self.visits))
        self.session.execute(one.values(battery=battery))


def test_the_stored_instant_follows_whatever_happens(session: Session) -> None:
    """Answers sent alone and together, corrected, annulled, erased; another battery."""
    happening = Happening(session)
    seen = set()
    for step in range(STEPS):
        happening.step()
        assert list(wrong_visits(session)) == [], step
        seen |= {(row.id, row.done_at) for row in session.execute(select(Visit.id, Visit.done_at))}
    assert len(seen) > 3 * VISITS, "visits were done, undone and done again"
    [patient] = session.scalars(select(Patient.id))
    session.add(Erasure(patient_id=patient, level="answers", by="test", at=AT, reason="asked"))
    session.flush()
    session.execute(delete(Response))
    assert set(session.scalars(select(Visit.done_at))) == {None}


def test_what_was_changed_past_the_program_is_found(session: Session) -> None:
    """By the visit's number, with both instants."""
    [first, *_] = session.scalars(select(Visit.id).order_by(Visit.id))
    session.execute(update(Visit).where(Visit.id == first).values(done_at=AT))
    assert list(wrong_visits(session)) == [WrongVisit(first, AT, None)]


def test_a_visit_is_done_with_the_last_of_its_questionnaires() -> None:
    """Others do not count; a visit that asks nothing has no such instant."""
    later = AT + timedelta(hours=1)
    assert done_at(["face", "saq"], {"face": later, "saq": AT, "phq9": later + timedelta(days=1)}) == later
    assert done_at(["face", "saq"], {"face": AT}) is None
    assert done_at([], {"face": AT}) is None


def test_a_visit_that_asks_nothing_is_done(session: Session) -> None:
    """For the program and for the database."""
    session.execute(update(Visit).where(Visit.name == "v1").values(battery=[]))
    assert [row.name for row in session.scalars(select(Visit).where(Visit.done))] == ["v1"]
    assert [row.name for row in session.scalars(select(Visit)) if row.done] == ["v1"]
