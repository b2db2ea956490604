"""The audit trail: written with its change, chained, and found out where it was tampered with.

What the triggers refuse is proved in `tests/surveys/test_invariants.py`.
"""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from sqlalchemy import create_engine, delete, insert, select, text
from sqlalchemy.orm import Session

from surveys.db import writing
from surveys.instruments.library import Library
from surveys.models import (
    Erasure,
    Event,
    EventValue,
    Patient,
    Visit,
)
from surveys.store import audit
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions

from .conftest import AT


@pytest.fixture
def filled(session: Session, library: Library, patient: Patient, visit: Visit) -> Patient:
    """P1 with a response, an alert and a change of contact on record."""
    phq9 = library.get("phq9")
    version = versions.freeze(session, phq9, at=AT)
    new = NewResponse(
        visit_id=visit.id,
        patient_id=patient.id,
        instrument=phq9,
        version_id=version,
        answers={f"q{number}": 1 for number in range(1, 10)},
        source="web",
        started_at=AT,
        submitted_at=AT,
        completed_on=AT.date(),
    )
    responses.add(session, [new], at=AT, actor="patient")
    audit.record(
        session,
        audit.Entry(AT, "test", "contact.changed", patient.id, values=(audit.Value("name", None, "Ada"),)),
    )
    session.commit()
    return patient


def test_an_event_is_written_with_its_change_or_not_at_all(session: Session, patient: Patient) -> None:
    """Rolled back together, committed together."""
    before = session.scalars(select(Event.id)).all()
    audit.record(session, audit.Entry(AT, "test", "nothing.done", patient.id))
    session.rollback()
    session.commit()
    assert session.scalars(select(Event.id)).all() == before
    audit.record(session, audit.Entry(AT, "test", "something.done", patient.id, {"number": 1}))
    session.commit()
    last = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert last is not None
    assert (last.action, last.facts, last.at) == ("something.done", {"number": 1}, AT)
    assert last.software.startswith("seventh ")


def test_a_whole_chain_verifies(session: Session, filled: Patient) -> None:
    """Every change of this file so far is one chain from the first event on."""
    assert session.scalars(select(Event.action).order_by(Event.id)).all() == [
        "study.created",
        "study.activated",
        "patient.enrolled",
        "response.stored",
        "alert.raised",
        "contact.changed",
    ]
    assert list(audit.verify(session)) == []


@pytest.mark.parametrize(
    ("table", "change", "problem"),
    [
        ("event", "UPDATE event SET actor = 'somebody' WHERE id = 3", "its content was changed"),
        ("event", "UPDATE event SET reason = 'made up' WHERE id = 3", "its content was changed"),
        ("event_value", "UPDATE event_value SET after = 'Eve'", "the value of name was changed"),
        ("event", "DELETE FROM event WHERE id = 2", "event 2 is missing"),
    ],
)
def test_what_was_tampered_with_is_found(
    session: Session, filled: Patient, table: str, change: str, problem: str
) -> None:
    """By somebody who may switch the triggers off."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
    else:
        for action in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER {table}_{action}"))
    session.execute(text(change))
    session.commit()
    assert any(problem in one.problem for one in audit.verify(session))


def test_an_erased_value_leaves_the_chain_whole(session: Session, filled: Patient) -> None:
    """The chain holds keyed digests only."""
    session.add(Erasure(patient_id=filled.id, level="identity", by="test", at=AT, reason="asked for"))
    session.flush()
    session.execute(delete(EventValue))
    session.commit()
    assert list(audit.verify(session)) == []


def test_two_writers_at_once_make_one_chain(database_url: str, session: Session, patient: Patient) -> None:
    """Numbers follow one another and every hash follows on the one before."""
    patient_id = patient.id
    session.commit()
    engine = create_engine(database_url)
    start = Barrier(4)

    def write(name: str) -> None:
        start.wait()
        with writing():
            for number in range(5):
                with Session(engine) as own:
                    own.execute(select(Patient.id)).all()
                    audit.record(own, audit.Entry(AT, name, "written", patient_id, {"number": number}))
                    own.commit()

    threads = [Thread(target=write, args=(f"writer:{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    written = session.scalars(select(Event.id).where(Event.action == "written").order_by(Event.id)).all()
    assert len(written) == 20
    assert list(audit.verify(session)) == []


def test_an_event_cannot_be_slipped_in(session: Session, filled: Patient) -> None:
    """A row that nobody chained breaks the chain."""
    last = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert last is not None
    session.execute(
        insert(Event).values(
            id=last.id + 1,
            at=AT,
            actor="somebody",
            action="made.up",
            facts={},
            digests={},
            software="seventh 0",
            previous_hash=last.hash,
            hash="f" * 64,
        )
    )
    assert [one.event_id for one in audit.verify(session)] == [last.id + 1]
