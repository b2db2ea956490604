"""The link with which a person chooses a password, and how long it is one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event, Membership, ResetAsked, SignInTries, Staff, Study
from surveys.store.accounts import invitations, resets, staff, tries
from surveys.store.errors import Refused
from tests.surveys.store.conftest import AT

KEY = "secret " * 8
PASSWORD = "correct horse battery"
FACTS: dict[str, Any] = {"at": AT, "actor": "staff:99"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def member(session: Session, study: Study) -> Staff:
    """Bea, invited as an analyst."""
    made, new = invitations.invite(session, "bea@example.org", study, "analyst", name="Bea", **FACTS)
    assert new
    session.commit()
    return made


def opened(session: Session, link: str, at: datetime = AT) -> Staff | None:
    with time_machine.travel(at, tick=False):
        return invitations.member_of(session, link, KEY)


def issued(member: Staff, code: str = "") -> str:
    with time_machine.travel(AT, tick=False):
        return invitations.token(member, KEY, code and invitations.digest_of(code, KEY))


def test_an_invitation_gives_a_role_at_once(session: Session, study: Study, member: Staff) -> None:
    """With its site, and without a password that anybody knows."""
    assert (member.email, member.name, member.active) == ("bea@example.org", "Bea", True)
    [row] = session.scalars(select(Membership))
    assert (row.staff_id, row.study_id, row.role, row.site) == (member.id, study.id, "analyst", None)
    found, new = invitations.invite(session, "Bea@Example.org", study, "investigator", site="North", **FACTS)
    assert (found, new) == (member, False)
    session.expire_all()
    [row] = session.scalars(select(Membership))
    assert (row.role, row.site) == ("investigator", "North")


def test_nobody_gives_themselves_a_role(session: Session, study: Study, member: Staff) -> None:
    with pytest.raises(Refused, match="ask somebody else") as refused:
        invitations.invite(session, member.email, study, "coordinator", at=AT, actor=f"staff:{member.id}")
    assert refused.value.field == "email"


def test_a_link_is_good_for_seven_days(session: Session, member: Staff) -> None:
    link, week = issued(member), timedelta(days=7)
    assert opened(session, link, AT + week) is member
    assert opened(session, link, AT + week + timedelta(seconds=1)) is None


def test_a_link_gives_no_right_that_was_added_later(session: Session, study: Study, member: Staff) -> None:
    """Nor opens an account that was closed."""
    link = issued(member)
    staff.grant(session, member, study, "coordinator", **FACTS)
    session.refresh(member)
    assert opened(session, link) is None
    link = issued(member)
    assert opened(session, link) is member
    member.active = False
    assert opened(session, link) is None
    member.active, member.admin = True, True
    assert opened(session, link) is None


def test_a_chosen_password_ends_pause_and_request(session: Session, member: Staff) -> None:
    asker = staff.add(session, "ann@example.org", PASSWORD, at=AT, actor="command:staff add")
    session.commit()
    for _ in range(6):
        tries.take(session, tries.key(member.email, KEY), member, at=AT)
    resets.ask(session, member, asker, secret_key=KEY, at=AT)
    link = issued(member)
    invitations.choose(session, member, PASSWORD, at=AT)
    assert list(session.scalars(select(SignInTries))) == list(session.scalars(select(ResetAsked))) == []
    assert opened(session, link) is None
    with pytest.raises(Refused):
        invitations.choose(session, member, "short", at=AT)


def test_a_link_with_a_code_opens_only_with_it(member: Staff) -> None:
    """However the code is grouped; a link without one asks for none."""
    link, plain = issued(member, "K7MPA-2QXWB"), issued(member)
    with time_machine.travel(AT, tick=False):
        assert invitations.asks_code(link, KEY)
        assert invitations.fits(link, " k7mpa 2qxwb", KEY)
        assert not invitations.fits(link, "K7MPA-2QXWC", KEY)
        assert not invitations.asks_code(plain, KEY)
        assert not invitations.fits(plain, "", KEY)
    assert invitations.digest_of("K7MPA-2QXWB", KEY) != invitations.digest_of("K7MPA-2QXWB", "another key")


def test_a_role_that_is_taken_away_is_in_the_trail(session: Session, study: Study, member: Staff) -> None:
    invitations.revoke(session, member, study, **FACTS)
    session.commit()
    event = session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert (event.action, event.actor) == ("staff.revoked", "staff:99")
    assert event.facts == {"staff": member.id, "study": "S1", "role": "analyst"}
    assert member.memberships == []
