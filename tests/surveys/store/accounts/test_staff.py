"""Accounts of staff and their roles."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event, EventValue, Membership, Staff, Study
from surveys.store.accounts import staff
from surveys.store.errors import Refused
from tests.surveys.store.conftest import AT

PASSWORD = "correct horse battery"


def add(session: Session, email: str = "Ann.Abel@Example.org", password: str = PASSWORD) -> Staff:
    """An account."""
    return staff.add(session, email, password, name="Ann Abel", at=AT, actor="command:staff add")


def test_an_account_is_kept_with_an_argon2id_hash(session: Session) -> None:
    """Its address in small letters; neither address nor password in the event's facts."""
    member = add(session)
    session.commit()
    assert member.email == "ann.abel@example.org"
    assert (member.active, member.admin, member.created_at) == (True, False, AT)
    assert member.password.startswith("$argon2id$")
    assert PasswordHasher().verify(member.password, PASSWORD)
    event = session.scalars(select(Event)).one()
    assert (event.action, event.facts) == ("staff.added", {"staff": member.id, "admin": False})
    assert session.scalars(select(EventValue.after)).one() == "ann.abel@example.org"


def test_a_password_is_the_same_however_its_letters_are_composed(session: Session) -> None:
    """One keyboard sends é as one sign, another as two; sign-in compares the decomposed form."""
    member = add(session, password="caf\u00e9 cr\u00e8me at five")
    assert PasswordHasher().verify(member.password, "cafe\u0301 cre\u0300me at five")


def test_an_account_is_found_whatever_the_capitals(session: Session) -> None:
    """And spaces around the address."""
    member = add(session)
    assert staff.find(session, " ANN.ABEL@example.org ") is member
    assert staff.find(session, "bea@example.org") is None


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [
        ("ann", PASSWORD, "email"),
        ("ann@", PASSWORD, "email"),
        ("ann abel@example.org", PASSWORD, "email"),
        ("ann@example.org", "short", "password"),
    ],
)
def test_an_impossible_account_is_refused(session: Session, email: str, password: str, field: str) -> None:
    """At the field it speaks of."""
    with pytest.raises(Refused) as refused:
        add(session, email, password)
    assert refused.value.field == field


def test_an_address_has_one_account(session: Session) -> None:
    """Whatever its capitals."""
    add(session)
    with pytest.raises(Refused, match="already is an account"):
        add(session, "ann.abel@EXAMPLE.org")


def test_a_new_password_ends_every_session(session: Session) -> None:
    """The name that sessions carry changes with it."""
    member = add(session)
    before = member.fs_uniquifier
    staff.set_password(session, member, "another long password", at=AT, actor="command:staff password")
    assert member.fs_uniquifier != before
    assert PasswordHasher().verify(member.password, "another long password")
    with pytest.raises(Refused):
        staff.set_password(session, member, "short", at=AT, actor="command:staff password")


def test_a_role_replaces_the_one_before(session: Session, study: Study) -> None:
    """One membership per study, with its site; the audit knows both."""
    member = add(session)
    staff.grant(session, member, study, "analyst", at=AT, actor="staff:1")
    staff.grant(session, member, study, "coordinator", site="North", at=AT, actor="staff:1")
    session.commit()
    membership = session.scalars(select(Membership)).one()
    assert (membership.role, membership.site) == ("coordinator", "North")
    facts = session.scalars(
        select(Event.facts).where(Event.action == "staff.granted").order_by(Event.id)
    ).all()
    assert [(one["before"], one["role"], one["site"]) for one in facts] == [
        (None, "analyst", None),
        ("analyst", "coordinator", "North"),
    ]


def test_there_are_only_the_roles_there_are(session: Session, study: Study) -> None:
    """A misspelt one is refused with the list."""
    with pytest.raises(Refused, match="coordinator, investigator, analyst"):
        staff.grant(session, add(session), study, "boss", at=AT, actor="staff:1")
