"""Where an account is signed in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event, Staff, StaffSession, Study
from surveys.store.accounts import invitations, sessions, staff
from surveys.store.errors import Refused
from tests.surveys.store.conftest import AT

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def ann(session: Session) -> Staff:
    """Somebody with an account."""
    return staff.add(session, "ann@example.org", "correct horse battery", at=AT, actor="test")


def begin(session: Session, member: Staff) -> tuple[str, StaffSession]:
    """A session of now, by the secret of its cookie."""
    secret = sessions.begin(session, member, user_agent=FIREFOX, at=AT)
    found = sessions.find(session, secret)
    assert found is not None
    assert found[1] is member
    return secret, found[0]


def test_a_session_is_found_by_its_secret_until_it_ends(session: Session, ann: Staff) -> None:
    """The database holds no secret, and the trail says that somebody signed out."""
    secret, one = begin(session, ann)
    assert (one.device, one.began_at, one.seen_at) == ("Firefox on Linux", AT, AT)
    assert secret not in repr(session.execute(select(StaffSession.__table__)).all())
    assert sessions.find(session, secret + "x") is None
    sessions.sign_out(session, one, at=AT)
    assert sessions.find(session, secret) is None
    session.commit()
    said = session.execute(select(Event.action, Event.actor, Event.facts).order_by(Event.id)).all()
    assert said[-1] == ("staff.signed_out", f"staff:{ann.id}", {"staff": ann.id})


def test_use_keeps_it_for_half_an_hour_and_twelve_at_most(session: Session, ann: Staff) -> None:
    """Idle time counts from the last use; a later use is never set back."""
    _, one = begin(session, ann)
    assert not sessions.is_over(one, AT + timedelta(minutes=30))
    assert sessions.is_over(one, AT + timedelta(minutes=31))
    for minutes in (20, 10):
        sessions.used(session, one.id, at=AT + timedelta(minutes=minutes))
    session.refresh(one)
    assert one.seen_at == AT + timedelta(minutes=20)
    assert not sessions.is_over(one, AT + timedelta(minutes=50))
    sessions.used(session, one.id, at=AT + timedelta(hours=12))
    session.refresh(one)
    assert sessions.is_over(one, AT + timedelta(hours=12, minutes=1))


def test_what_is_over_goes_with_the_next_sign_in(session: Session, ann: Staff) -> None:
    """It is not listed either."""
    begin(session, ann)
    later = AT + timedelta(hours=1)
    assert sessions.of(session, ann, at=later) == []
    sessions.begin(session, ann, user_agent="", at=later)
    assert [one.device for one in session.scalars(select(StaffSession))] == ["Unknown browser"]


def test_one_ends_ones_own_sessions_alone(session: Session, ann: Staff) -> None:
    """One of them, or all others; whoever else is signed in stays so."""
    bea = staff.add(session, "bea@example.org", "correct horse battery", at=AT, actor="test")
    (_, here), (_, there), (_, third), (_, hers) = (begin(session, one) for one in (ann, ann, ann, bea))
    with pytest.raises(Refused, match="not signed in there"):
        sessions.end(session, ann, hers.id, at=AT)
    sessions.end(session, ann, there.id, at=AT)
    assert {one.id for one in sessions.of(session, ann, at=AT)} == {here.id, third.id}
    sessions.end_others(session, ann, here, at=AT)
    assert set(session.scalars(select(StaffSession.id))) == {here.id, hers.id}


def test_password_role_and_closing_end_every_session(session: Session, study: Study, ann: Staff) -> None:
    """A new password and a role taken away leave no browser signed in; a closed account finds none."""
    secret, _ = begin(session, ann)
    staff.set_password(session, ann, "another long password", at=AT, actor="test")
    assert sessions.find(session, secret) is None
    staff.grant(session, ann, study, "analyst", at=AT, actor="test")
    secret, _ = begin(session, ann)
    invitations.revoke(session, ann, study, at=AT, actor="staff:99")
    assert sessions.find(session, secret) is None
    secret, _ = begin(session, ann)
    ann.active = False
    session.flush()
    assert sessions.find(session, secret) is None
