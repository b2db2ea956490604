"""A test alert that one person opens by the link in its mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import AlertMail, Event, Study
from surveys.store.accounts import staff
from surveys.store.errors import Refused
from surveys.store.post import alert_mail
from surveys.store.post.outbox import Outcome, Rejected, Sent, TryLater, Unclear
from surveys.store.study import mail_proof, readers, readiness
from tests.surveys.store.conftest import AT

KEY = "k" * 40
TAKEN = Sent()


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def ann(session: Session, study: Study) -> int:
    """A coordinator who asks for a test alert."""
    person = staff.add(session, "ann@example.org", "correct horse battery", name="Ann", at=AT, actor="test")
    staff.grant(session, person, study, "coordinator", at=AT, actor="test")
    mail_proof.ask(session, study, person.id, at=AT, actor=f"staff:{person.id}")
    return person.id


def sent(session: Session, outcome: Outcome = TAKEN) -> AlertMail:
    """The test alert, after the mail server was asked to take it."""
    word = alert_mail.claim(session, at=AT)
    assert word is not None
    alert_mail.settle(session, word.id, outcome, at=AT)
    return session.get_one(AlertMail, word.id)


def find(
    session: Session, study: Study, given: str, staff_id: int, after: timedelta = timedelta()
) -> AlertMail:
    now = datetime.now(UTC)
    return mail_proof.find(session, study, given, staff_id, secret_key=KEY, at=now + after, lock=True)


@pytest.mark.parametrize("outcome", [Sent(), Unclear("timeout")])
def test_the_addressee_opens_the_link_of_the_mail(
    session: Session, study: Study, ann: int, outcome: Outcome
) -> None:
    """Once; and what was not known to have gone has gone."""
    mail = sent(session, outcome)
    assert not readiness.mail_proved(session, study.id)
    for after in (timedelta(), timedelta(days=1)):
        found = find(session, study, mail_proof.signed(mail.id, KEY), ann)
        mail_proof.opened(session, study, found, at=AT + after, actor=f"staff:{ann}")
    assert (mail.outcome, mail.opened_at) == ("sent", AT)
    assert readiness.mail_proved(session, study.id)
    session.commit()
    query = select(Event.action).where(Event.action.like("test_mail%")).order_by(Event.id)
    assert list(session.scalars(query)) == ["test_mail.asked", "test_mail.opened"]
    [told] = mail_proof.newest(session, study.id)
    assert (told.name, told.outcome, told.opened_at) == ("Ann", "sent", AT)


def test_no_other_link_counts(session: Session, study: Study, ann: int) -> None:
    """Not somebody else's, not an old one, not one of another purpose, not in another study."""
    link = mail_proof.signed(sent(session).id, KEY)
    with pytest.raises(Refused, match="somebody else"):
        find(session, study, link, ann + 1)
    with pytest.raises(Refused, match="no longer good"):
        find(session, study, link, ann, after=timedelta(days=8))
    for wrong in ("x", link[:-4], mail_proof.signed(99, KEY), mail_proof.signed(1, "another key" * 4)):
        with pytest.raises(Refused, match="no longer good"):
            find(session, study, wrong, ann)
    assert readiness.mail_proved(session, study.id) is False


def test_a_reader_acknowledges_with_the_link_of_the_newest_test(
    session: Session, study: Study, ann: int
) -> None:
    """That of an earlier test proves that mail arrives, and acknowledges nothing."""
    early = sent(session)
    other = staff.add(session, "bea@example.org", "correct horse battery", at=AT, actor="test")
    staff.grant(session, other, study, "coordinator", at=AT, actor="test")
    readers.name(session, study, ann, other.id, at=AT, actor="test")
    later = AT + timedelta(hours=1)
    readers.send_test(session, study, at=later, actor="test")
    mail_proof.opened(session, study, early, at=later, actor=f"staff:{ann}")
    assert readiness.readers(session, study.id)["first"].acknowledged_at is None
    alert_mail.plan(session, at=later)
    newest = session.scalars(select(AlertMail).where(AlertMail.staff_id == ann).order_by(AlertMail.id.desc()))
    mail_proof.opened(session, study, newest.first() or early, at=later, actor=f"staff:{ann}")
    assert readiness.readers(session, study.id)["first"].acknowledged_at == later


@pytest.mark.parametrize("outcome", [Rejected("550"), TryLater("421")])
def test_what_became_of_it_is_told(session: Session, study: Study, ann: int, outcome: Outcome) -> None:
    sent(session, outcome)
    [told] = mail_proof.newest(session, study.id)
    assert (told.outcome, told.error) == (("failed", "550") if outcome == Rejected("550") else (None, "421"))
