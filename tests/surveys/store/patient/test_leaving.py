"""What patients decide themselves: each changes what it says, stops what was planned, and is written down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Contact, Event, Message, Patient, Visit
from surveys.store.patient import leaving
from surveys.store.post import messages
from tests.surveys.store.conftest import AT

LATER = AT + timedelta(days=1)
MUCH_LATER = AT + timedelta(days=2)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def written_to(session: Session, patient: Patient, visit: Visit) -> Patient:
    """An invitation and reminders are planned."""
    patient.contact = Contact(name="Anna Abel", email="anna@example.org")
    session.flush()
    messages.plan(session, at=AT)
    session.commit()
    assert outcomes(session) == [None] * 3
    return patient


def outcomes(session: Session) -> list[str | None]:
    rows = session.scalars(select(Message).order_by(Message.id).execution_options(populate_existing=True))
    return [row.error if row.outcome == "cancelled" else row.outcome for row in rows]


def last_event(session: Session) -> Event:
    session.commit()
    session.expire_all()
    event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None
    return event


def test_who_leaves_is_written_to_no_more(session: Session, written_to: Patient) -> None:
    """From that day; what was planned says why it never goes."""
    leaving.leave(session, written_to.id, on=LATER.date(), at=LATER, actor="patient")
    event = last_event(session)
    assert (event.action, event.actor, event.facts) == ("patient.left", "patient", {"since": "2026-03-11"})
    assert (written_to.status, written_to.status_since) == ("left", LATER.date())
    assert written_to.status_reason == "own_wish"
    assert (written_to.messages_stopped_at, written_to.removal_requested_at) == (LATER, None)
    assert outcomes(session) == ["left"] * 3


def test_who_wants_no_messages_still_takes_part(session: Session, written_to: Patient) -> None:
    leaving.stop_messages(session, written_to.id, at=LATER, actor="patient")
    event = last_event(session)
    assert (event.action, event.patient_id) == ("patient.messages_stopped", written_to.id)
    assert (written_to.status, written_to.messages_stopped_at) == ("active", LATER)
    assert outcomes(session) == ["stopped"] * 3


def test_a_request_waits_for_a_coordinator(session: Session, written_to: Patient) -> None:
    """Who it is stays until then."""
    leaving.request_removal(session, written_to.id, at=LATER, actor="patient")
    assert last_event(session).action == "patient.removal_requested"
    assert (written_to.removal_requested_at, written_to.messages_stopped_at) == (LATER, LATER)
    assert (written_to.status, written_to.contact_id is None) == ("active", False)
    assert outcomes(session) == ["stopped"] * 3


def test_what_was_said_first_keeps_its_time(session: Session, written_to: Patient) -> None:
    """A page sent twice, or a later wish, moves no earlier one."""
    leaving.stop_messages(session, written_to.id, at=AT, actor="patient")
    leaving.request_removal(session, written_to.id, at=LATER, actor="patient")
    leaving.request_removal(session, written_to.id, at=MUCH_LATER, actor="patient")
    leaving.leave(session, written_to.id, on=MUCH_LATER.date(), at=MUCH_LATER, actor="patient")
    last_event(session)
    assert (written_to.messages_stopped_at, written_to.removal_requested_at) == (AT, LATER)


def test_messages_can_be_had_again(session: Session, patient: Patient) -> None:
    """By who takes part; not by who left, or asked to be removed."""
    assert not leaving.may_allow_messages(session, patient.id)
    leaving.stop_messages(session, patient.id, at=AT, actor="patient")
    session.refresh(patient)
    assert leaving.may_allow_messages(session, patient.id)
    leaving.allow_messages(session, patient.id, at=AT, actor="patient")
    session.refresh(patient)
    assert patient.messages_stopped_at is None
    leaving.request_removal(session, patient.id, at=AT, actor="patient")
    session.refresh(patient)
    assert not leaving.may_allow_messages(session, patient.id)
