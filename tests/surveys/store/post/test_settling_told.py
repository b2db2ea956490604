"""What is told of a message afterwards, and which address counts as refused because of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Contact, Event, Message, Patient, Visit
from surveys.store.errors import Refused
from surveys.store.post import settling
from surveys.store.post.outbox import Outcome, Rejected, Sent, TryLater, Unclear
from tests.surveys.store.conftest import AT

TO = "anna@example.org"
NOW = AT + timedelta(hours=1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The rules are the same on both."""
    return sqlite_url


@pytest.fixture
def contact(session: Session, patient: Patient) -> Contact:
    made = Contact(name="Anna Abel", email=TO)
    patient.contact = made
    session.flush()
    return made


@pytest.fixture
def message(session: Session, visit: Visit, contact: Contact) -> Message:
    """An invitation that somebody is sending."""
    made = Message(visit_id=visit.id, kind="invitation", channel="email", planned_at=AT, claimed_at=AT)
    made.attempts = 1
    session.add(made)
    session.commit()
    return made


def events(session: Session) -> list[tuple[str, str, str | None]]:
    session.commit()
    rows = session.scalars(select(Event).where(Event.action.startswith("message.")).order_by(Event.id))
    return [(row.action, row.actor, row.facts.get("error")) for row in rows]


@pytest.mark.parametrize(
    ("outcome", "to", "refused", "event"),
    [
        (Sent(), TO, None, ("message.sent", "outbox", None)),
        (Rejected("550 5.1.1", address=True), TO, TO, ("message.failed", "outbox", "550 5.1.1")),
        (
            Rejected("550 5.1.1", address=True),
            "ANNA@Example.org",
            TO,
            ("message.failed", "outbox", "550 5.1.1"),
        ),
        (Rejected("550 5.1.1", address=True), "old@b.org", None, ("message.failed", "outbox", "550 5.1.1")),
        (Rejected("550 5.7.1"), TO, None, ("message.failed", "outbox", "550 5.7.1")),
        (Unclear("lost"), TO, None, ("message.unknown", "outbox", "lost")),
        (TryLater("451"), TO, None, None),
    ],
)
def test_an_address_is_refused_where_it_is_the_address(
    session: Session,
    message: Message,
    contact: Contact,
    outcome: Outcome,
    to: str,
    refused: str | None,
    event: tuple[str, str, str | None] | None,
) -> None:
    """Not where it was corrected meanwhile, nor for another fault; what may go again is no event yet."""
    settling.settle(session, message.id, outcome, to, at=NOW)
    assert contact.refused_email == refused
    assert events(session) == ([event] if event else [])


@pytest.mark.parametrize("before", ["sent", "unknown"])
def test_mail_that_comes_back(session: Session, message: Message, contact: Contact, before: str) -> None:
    """With its code; the address is the one meant unless the bounce speaks of another."""
    message.outcome, message.outcome_at = before, AT
    session.flush()
    settling.bounced(session, message.id, "5.2.2", refuses=lambda address: False, at=NOW, actor="staff:1")
    assert (message.outcome, message.outcome_at, message.error) == ("bounced", NOW, "5.2.2")
    assert contact.refused_email is None
    assert events(session) == [("message.bounced", "staff:1", "5.2.2")]
    message.outcome = before
    session.flush()
    settling.bounced(session, message.id, "5.1.1" + "x" * 200, at=NOW, actor="staff:1")
    assert contact.refused_email == TO
    assert message.error is not None
    assert len(message.error) == 100


@pytest.mark.parametrize("outcome", ["failed", "cancelled", "bounced"])
def test_only_what_went_comes_back(
    session: Session, message: Message, contact: Contact, outcome: str
) -> None:
    """Anything else is a mistake of whoever reads the mailbox."""
    message.outcome, message.outcome_at = outcome, AT
    session.flush()
    settling.bounced(session, message.id, "5.1.1", at=NOW, actor="staff:1")
    assert (message.outcome, contact.refused_email, events(session)) == (outcome, None, [])


def test_a_report_may_come_before_the_sender_has_written_down_that_it_went(
    session: Session, message: Message, contact: Contact
) -> None:
    """Gateways report within a second. The sender's own word changes nothing then, and is no second event."""
    settling.bounced(session, message.id, "undelivered", at=NOW, actor="outbox")
    settling.settle(session, message.id, Sent(), TO, at=NOW)
    assert (message.outcome, message.error) == ("bounced", "undelivered")
    assert events(session) == [("message.bounced", "outbox", "undelivered")]


def test_a_call_or_letter_is_done_once(session: Session, message: Message) -> None:
    """Whoever is second is told; what is being sent is not done by hand."""
    with pytest.raises(Refused, match="meanwhile"):
        settling.done_by_hand(session, message.id, at=NOW, actor="staff:1")
    message.claimed_at = None
    session.flush()
    settling.done_by_hand(session, message.id, at=NOW, actor="staff:1")
    assert (message.outcome, message.outcome_at, message.attempts) == ("sent", NOW, 2)
    assert events(session) == [("message.sent", "staff:1", None)]
    with pytest.raises(Refused, match="meanwhile"):
        settling.done_by_hand(session, message.id, at=NOW, actor="staff:2")


def test_nobody_answered_the_call(session: Session, message: Message) -> None:
    """It is due again, and counted; not where somebody reached the patient meanwhile."""
    with pytest.raises(Refused, match="meanwhile"):
        settling.try_again(session, message.id, NOW + timedelta(days=1))
    message.claimed_at = None
    session.flush()
    settling.try_again(session, message.id, NOW + timedelta(days=1))
    assert (message.retry_at, message.error, message.attempts) == (NOW + timedelta(days=1), "no_answer", 2)
    assert message.outcome is None
    message.retry_at = None
    settling.done_by_hand(session, message.id, at=NOW, actor="staff:1")
    with pytest.raises(Refused, match="meanwhile"):
        settling.try_again(session, message.id, NOW + timedelta(days=1))
    assert (message.outcome, message.error, message.retry_at) == ("sent", None, None)
