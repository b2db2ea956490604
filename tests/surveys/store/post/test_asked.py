"""What staff ask the outbox for: the link now, a message once more, and that one arrived."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Contact, Event, Message, Patient, Visit
from surveys.store.errors import Refused
from surveys.store.patient import participation
from surveys.store.post import asked, settling
from surveys.store.post.asked import Offer
from surveys.store.post.outbox import Sent, Unclear
from tests.support.outbox import TO, answer, claim, plan, planned
from tests.surveys.store.conftest import AT

LATER = AT + timedelta(days=2)
EARLY = datetime(2026, 3, 10, 4, tzinfo=UTC)  # 05:00 in Berlin
OPENS = datetime(2026, 3, 10, 7, tzinfo=UTC)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The rules are the same on both."""
    return sqlite_url


@pytest.fixture
def invited(session: Session, visit: Visit, reached: Contact) -> Message:
    """The invitation has gone."""
    plan(session)
    found = claim(session)
    assert found is not None
    settling.settle(session, found.id, Sent(), TO, at=AT)
    session.commit()
    return session.get_one(Message, found.id)


def send(session: Session, visit: Visit, at: datetime = LATER) -> Offer:
    offer = asked.send_now(session, visit.id, at=at, actor="staff:1")
    session.commit()
    return offer


def told(session: Session) -> list[str]:
    session.commit()
    query = select(Event.action).where(Event.actor == "staff:1").order_by(Event.id)
    return list(session.scalars(query))


def test_an_invitation_that_waits_goes_at_once(session: Session, visit: Visit, reached: Contact) -> None:
    """In the patient's hours; the plan leaves it where it is, and it is asked for once."""
    plan(session, EARLY)
    assert send(session, visit, EARLY) == Offer("email", not_before=OPENS)
    plan(session, EARLY)
    row = planned(session, visit)["invitation", 1]
    assert (row.planned_at, row.asked_at) == (EARLY, EARLY)
    assert claim(session, EARLY) is None
    with pytest.raises(Refused):
        send(session, visit, EARLY)
    assert (found := claim(session, OPENS))
    assert found.wording == "invitation"
    assert told(session) == ["message.asked"]


def test_who_was_invited_gets_a_reminder_beside_the_planned_ones(
    session: Session, visit: Visit, invited: Message
) -> None:
    """In the words of a reminder that is not the last."""
    assert send(session, visit) == Offer("email")
    assert plan(session, LATER).cancelled == 0
    found = claim(session, LATER)
    assert found is not None
    assert found.wording == "reminder"
    assert {key for key, row in planned(session, visit).items() if row.asked_at} == {("reminder", 3)}
    assert planned(session, visit)["reminder", 1].planned_at > LATER
    with pytest.raises(Refused):
        send(session, visit)  # it is on its way
    settling.settle(session, found.id, Sent(), TO, at=LATER)
    assert asked.offers(session, visit.patient_id, at=LATER)[visit.id].why == "too_soon"
    said = []
    for days in (7, 14):
        at = AT + timedelta(days=days)
        goes = claim(session, at)
        assert goes is not None
        settling.settle(session, goes.id, Sent(), TO, at=at)
        said.append(goes.wording)
    assert said == ["reminder", "last_reminder"], "the last that was planned still says so"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda patient, contact: setattr(patient, "messages_stopped_at", AT), "stopped"),
        (lambda patient, contact: setattr(patient, "status", "paused"), "paused"),
        (lambda patient, contact: setattr(contact, "refused_email", TO), "no_address"),
        (lambda patient, contact: setattr(contact, "channel", "visits"), "only_at_visits"),
    ],
)
def test_what_may_not_go_says_why(
    session: Session,
    visit: Visit,
    patient: Patient,
    reached: Contact,
    change: Callable[[Patient, Contact], None],
    why: str,
) -> None:
    change(patient, reached)
    session.commit()
    assert asked.offers(session, patient.id, at=LATER)[visit.id].why == why
    with pytest.raises(Refused):
        send(session, visit)
    session.rollback()
    assert not planned(session, visit)


def test_only_an_open_visit_has_a_link_to_send(
    session: Session, library: Library, visit: Visit, patient: Patient, reached: Contact
) -> None:
    assert list(asked.offers(session, patient.id, at=LATER)) == [visit.id]
    answer(session, library, visit)
    assert asked.offers(session, patient.id, at=LATER) == {}


def test_a_letter_waits_for_a_person(session: Session, visit: Visit, reached: Contact) -> None:
    reached.channel, reached.address = "letter", "1 High Street"
    session.commit()
    assert send(session, visit) == Offer("letter")
    assert planned(session, visit)["invitation", 1].channel == "letter"


def test_a_message_goes_once_more(session: Session, visit: Visit, invited: Message) -> None:
    """Also the same day, since somebody asks for it; not one that has yet to go."""
    asked.send_again(session, invited.id, at=AT + timedelta(minutes=5), actor="staff:1")
    session.commit()
    found = claim(session, AT + timedelta(minutes=5))
    assert found is not None
    assert found.wording == "invitation"
    assert told(session) == ["message.asked"]
    with pytest.raises(Refused, match="that went"):
        asked.send_again(session, planned(session, visit)["reminder", 1].id, at=LATER, actor="staff:1")


def test_a_message_arrived_after_all(session: Session, visit: Visit, reached: Contact) -> None:
    """The address is good again, and what was planned goes there."""
    plan(session)
    found = claim(session)
    assert found is not None
    settling.settle(session, found.id, Unclear("timeout"), TO, at=AT)
    asked.arrived(session, found.id, at=LATER, actor="staff:1")
    row = session.get_one(Message, found.id)
    assert (row.outcome, row.outcome_at, row.error) == ("sent", LATER, None)
    settling.bounced(session, found.id, "5.1.1", at=LATER, actor="outbox")
    assert reached.refused_email == TO
    asked.arrived(session, found.id, at=LATER, actor="staff:1")
    assert (row.outcome, reached.refused_email) == ("sent", None)
    assert told(session) == ["message.arrived", "message.arrived"]
    with pytest.raises(Refused, match="neither came back"):
        asked.arrived(session, found.id, at=LATER, actor="staff:1")


def test_what_was_asked_for_is_cancelled_with_the_rest(
    session: Session, visit: Visit, patient: Patient, invited: Message
) -> None:
    send(session, visit)
    participation.change_status(session, patient, "left", on=LATER.date(), at=LATER, actor="test")
    session.commit()
    assert {row.error for row in planned(session, visit).values() if row.outcome == "cancelled"} == {"left"}
