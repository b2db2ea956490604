"""A row of an outbox is bound from the moment something became of it, and costs its sender no statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from surveys.models import AlertMail, Binding, Event, HeadMail, Message, Patient, Staff, Study, Visit
from surveys.store import audit
from surveys.store.post import alert_mail, head_mail, outbox, settling
from surveys.store.post.outbox import Rejected, Sent, TryLater

from ..conftest import AT

LATER = AT + timedelta(hours=1)


@pytest.fixture
def claimed(session: Session, visit: Visit) -> Message:
    """An invitation that a sender has claimed."""
    row = Message(visit_id=visit.id, kind="invitation", channel="email", planned_at=AT)
    session.add(row)
    session.flush()
    outbox.claim(row, at=AT)
    session.commit()
    return row


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """What goes to the database in the block."""
    sent: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        sent.append(" ".join(statement.split()[:3]))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    yield sent
    event.remove(connection, "before_cursor_execute", note)


def bound(session: Session, subject: str) -> list[str]:
    """The actions of the events that bind the rows of this table."""
    found = select(Event.action, Binding.digest).join(Binding, Binding.event_id == Event.id)
    rows = session.execute(found.where(Binding.subject == subject).order_by(Event.id))
    return [f"{row.action} gone" if row.digest == "gone" else row.action for row in rows]


def test_a_message_is_bound_by_the_event_of_its_outcome(session: Session, claimed: Message) -> None:
    """Planned, claimed and given back it is none of the record's; what became of it later is bound anew."""
    settling.settle(session, claimed.id, TryLater("450"), "x", at=AT)
    session.commit()
    assert bound(session, "message") == []
    outbox.claim(claimed, at=AT)
    settling.settle(session, claimed.id, Sent(), "x", parts=2, at=AT)
    session.commit()
    settling.bounced(session, claimed.id, "5.1.1", at=LATER, actor="outbox")
    session.commit()
    assert bound(session, "message") == ["message.sent", "message.bounced"]
    assert list(map(str, audit.verify(session))) == []


def test_to_settle_a_message_reads_nothing_back(session: Session, claimed: Message) -> None:
    """The row is locked and known: it goes into the trail with the event that is written anyway."""
    number = claimed.id
    session.expunge_all()
    with statements(session) as sent:
        settling.settle(session, number, Sent(), "x", at=AT)
        session.flush()
        session.dispatch.before_commit(session)
    reads = [one for one in sent if one.startswith("SELECT") and "seventh_link" not in one]
    assert len(reads) == 2, sent  # the message, and its visit


def test_what_nobody_knows_any_more_is_told(session: Session, claimed: Message, study: Study) -> None:
    """A sender died: each of its rows has an event, and is bound by it."""
    person = Staff(email="a@x.example", password="", fs_uniquifier="a", created_at=AT)
    session.add(person)
    session.flush()
    told = {"study_id": study.id, "planned_at": AT, "claimed_at": AT, "attempts": 1}
    session.add_all(
        [HeadMail(month="2026-03", **told), AlertMail(kind="test", staff_id=person.id, **told)],
    )
    session.commit()
    assert [one.give_up_lost(session, at=LATER) for one in (settling, alert_mail, head_mail)] == [1, 1, 1]
    session.commit()
    actions = ["message.unknown", "notice.unknown", "heads.unknown"]
    events = session.scalars(select(Event).order_by(Event.id.desc()).limit(3)).all()
    assert {one.action for one in events} == set(actions)
    assert {one.facts.get("error") for one in events} == {"lost"}
    assert list(map(str, audit.verify(session))) == []


def test_mail_to_staff_has_an_event_of_its_own(session: Session, filled: Patient, study: Study) -> None:
    """Who was told of an alert, and whether it arrived, are facts of the study."""
    person = Staff(email="a@x.example", password="", fs_uniquifier="a", created_at=AT, active=False)
    session.add(person)
    session.flush()
    told = {"study_id": study.id, "planned_at": AT}
    rows = AlertMail(kind="test", staff_id=person.id, **told), HeadMail(month="2026-03", **told)
    session.add_all(rows)
    session.commit()
    assert alert_mail.claim(session, at=AT) is None  # whose account is closed
    outbox.claim(rows[1], at=AT)
    head_mail.settle(session, rows[1].id, Rejected("550"), at=AT)
    head_mail.settle(session, rows[1].id, Sent(), at=LATER)
    session.commit()
    assert (bound(session, "alert_mail"), bound(session, "head_mail")) == (["heads.failed"], ["heads.failed"])
    events = {one.action: one.facts for one in session.scalars(select(Event).order_by(Event.id))}
    assert events["notice.failed"] == {
        "notice": rows[0].id,
        "kind": "test",
        "staff": person.id,
        "error": "no active account",
    }
    assert events["heads.failed"] == {"mail": rows[1].id, "month": "2026-03", "error": "550"}
    assert list(map(str, audit.verify(session))) == []


def test_what_lies_ahead_again_is_bound_no_longer(session: Session, claimed: Message) -> None:
    """A cancelled message that a changed plan takes up again may change as before."""
    of_row = update(Message).where(Message.id == claimed.id)
    session.execute(of_row.values(outcome="cancelled", outcome_at=AT, error="plan"))
    session.commit()
    session.execute(of_row.values(outcome=None, outcome_at=None, error=None))
    session.commit()
    session.execute(of_row.values(channel="letter", planned_at=LATER))
    session.commit()
    assert bound(session, "message") == ["facts.bound", "facts.bound gone"]
    assert list(map(str, audit.verify(session))) == []
