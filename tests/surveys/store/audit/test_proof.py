"""What was tampered with is found. What triggers refuse is proved in `tests/surveys/test_invariants.py`."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from surveys.models import (
    Erasure,
    Event,
    EventValue,
    Patient,
)
from surveys.store import audit

from ..conftest import AT


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


def without_triggers(session: Session, table: str) -> None:
    """What somebody does first who changes what may not be changed."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
    else:
        for action in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER {table}_{action}"))


@pytest.mark.parametrize(
    ("table", "change", "problem"),
    [
        ("event", "UPDATE event SET actor = 'somebody' WHERE number = 3", "its content was changed"),
        ("event", "UPDATE event SET reason = 'made up' WHERE number = 3", "its content was changed"),
        ("event", "UPDATE event SET digests = '7' WHERE number = 3", "it holds what was never written so"),
        ("event_value", "UPDATE event_value SET after = 'Eve'", "the value of name was changed"),
    ],
)
@pytest.mark.owner
def test_what_was_tampered_with_is_found(
    session: Session, filled: Patient, table: str, change: str, problem: str
) -> None:
    """By somebody who may switch the triggers off."""
    without_triggers(session, table)
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


@pytest.mark.owner
def test_an_event_does_not_change_its_chain(session: Session, filled: Patient) -> None:
    """The hash covers which chain it is of."""
    without_triggers(session, "event")
    session.execute(text("UPDATE event SET study_id = NULL"))
    assert len(list(audit.verify(session))) == 6


def test_an_event_cannot_be_slipped_in(session: Session, filled: Patient) -> None:
    """A row that nobody chained breaks the chain."""
    last = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert last is not None
    session.execute(
        insert(Event).values(
            id=last.id + 1,
            study_id=last.study_id,
            number=last.number + 1,
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
    assert [one.where for one in audit.verify(session)] == [f"Event {last.id + 1}"]


def test_times_that_run_backwards_are_told_and_no_fault(session: Session, filled: Patient) -> None:
    """A clock was set back by an hour; what two servers may differ by is not worth a word."""
    for minutes in (0, -4):
        at = AT + timedelta(days=400, minutes=minutes)
        audit.record(session, audit.Entry(at, "test", "patient.read", filled.id))
        session.commit()
    looked = audit.Looked()
    assert list(audit.verify(session, looked=looked)) == []
    assert looked.back == 0
    audit.record(session, audit.Entry(AT, "test", "patient.read", filled.id))
    session.commit()
    last = session.scalars(select(Event.id).order_by(Event.id.desc()).limit(1)).one()
    looked = audit.Looked()
    assert list(audit.verify(session, looked=looked)) == []
    assert (looked.back, looked.first_back) == (1, f"Event {last}")
    assert f"before that of the event before, first of Event {last}" in str(looked)
