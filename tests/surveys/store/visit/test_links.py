"""Personal links: made, found, revoked."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import tokens
from surveys.models import Event, Link, Visit
from surveys.schedule import FINISHING_DAYS
from surveys.store.visit import links
from tests.surveys.store.conftest import AT


def test_a_token_is_long_stored_nowhere_and_found_again(session: Session, visit: Visit) -> None:
    """Only its digest is kept; the link outlives the visit in every time zone."""
    token = links.issue(session, visit, at=AT, actor="staff:1")
    session.commit()
    assert len(token) == 32
    link = session.scalars(select(Link)).one()
    assert link.digest == links.digest(token)
    assert links.find(session, token) == link.id
    assert (link.created_at, link.created_by) == (AT, "staff:1")
    last_day = visit.closes_on + timedelta(days=FINISHING_DAYS)
    assert link.expires_at.date() - last_day == timedelta(days=2)


def test_a_token_that_is_not_quite_right_finds_nothing(session: Session, visit: Visit) -> None:
    """Shortened, in other capitals, empty, or with a letter before it; what stands behind it is left out."""
    token = links.issue(session, visit, at=AT, actor="staff:1")
    for wrong in (token[:-1], token.swapcase(), "", ".", "a" + token):
        assert links.find(session, wrong) is None
    for copied in (token + "=", token + "a"):
        assert links.find(session, copied) == links.find(session, token) is not None


def test_a_token_made_earlier_opens_whole_copied_and_cut(session: Session, visit: Visit) -> None:
    """It may end in a dash or an underscore, which mail programs leave out of a link."""
    for number, end in enumerate(("x", "-", "_", "--", "_-")):
        token = f"-{number}_aB".ljust(tokens.LENGTH - len(end), "c") + end
        old = Link(
            visit_id=visit.id, digest=links.digest(token), created_at=AT, created_by="staff:1", expires_at=AT
        )
        session.add(old)
        session.flush()
        for given in (token, token + ".", f"{token}%20", token.rstrip("-_"), token.rstrip("-_") + ")."):
            assert links.find(session, given) == old.id, given


def test_a_new_link_leaves_the_old_one_alive(session: Session, visit: Visit) -> None:
    """A message, a letter and a screen each make their own."""
    first, second = (links.issue(session, visit, at=AT, actor="staff:1") for _ in range(2))
    assert first != second
    assert links.find(session, first) != links.find(session, second)
    assert session.scalars(select(Link.revoked_at)).all() == [None, None]


def test_revoking_ends_every_live_link_of_the_visit_only(session: Session, visit: Visit) -> None:
    """Counted; a second time there is nothing left; the other visits' links stay."""
    other = session.scalars(select(Visit).where(Visit.id != visit.id)).first()
    assert other is not None
    for one in (visit, visit, other):
        links.issue(session, one, at=AT, actor="staff:1")
    later = AT + timedelta(hours=1)
    assert links.revoke(session, visit, at=later, actor="staff:2") == 2
    assert links.revoke(session, visit, at=later, actor="staff:2") == 0
    session.commit()
    revoked = dict(session.execute(select(Link.id, Link.revoked_at).order_by(Link.id)).all())
    assert list(revoked.values()) == [later, later, None]
    actions = session.scalars(select(Event.action).order_by(Event.id)).all()
    assert actions[-5:] == ["link.issued"] * 3 + ["link.revoked"] * 2


def test_one_link_ends_alone(session: Session, visit: Visit) -> None:
    """The clinic's tablet has its own, for some hours; ending it twice is noted once."""
    until = AT + timedelta(hours=4)
    own, others = (links.issue(session, visit, at=AT, actor="staff:1", expires_at=until) for _ in range(2))
    link_id = links.find(session, own)
    assert link_id is not None
    assert links.visit_of(session, link_id) == visit.id
    for hour in (1, 2):
        links.end(session, link_id, at=AT + timedelta(hours=hour), actor="patient")
    session.commit()
    ended = session.get_one(Link, link_id)
    assert (ended.revoked_at, ended.expires_at) == (AT + timedelta(hours=1), until)
    assert session.get_one(Link, links.find(session, others)).revoked_at is None
    actions = session.scalars(select(Event.action).order_by(Event.id)).all()
    assert actions.count("link.revoked") == 1
