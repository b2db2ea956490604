"""Who somebody at a sign-in service is here, and what its groups give and take."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event, Membership, SignInIdentity, Staff, Study
from surveys.settings import GroupRole
from surveys.store.accounts import closing, identities, staff
from surveys.store.accounts.identities import Person
from surveys.store.errors import Refused
from tests.surveys.store.conftest import AT

RULES = (
    GroupRole("heads", "S1", "coordinator"),
    GroupRole("north", "S1", "investigator", "North"),
    GroupRole("north", "nowhere", "analyst"),
)
ANN = Person("https://id.example", "1", "ann@example.org", "Ann Abel", frozenset())


@pytest.fixture
def ann(session: Session) -> Staff:
    """Her account, without any study."""
    return staff.add(session, ANN.email, "correct horse battery", at=AT, actor="test")


def enter(session: Session, person: Person, rules: tuple[GroupRole, ...] = RULES) -> Staff:
    """Whose account it is, committed."""
    member = identities.account_of(session, person, rules, at=AT)
    session.commit()
    return member


def roles(session: Session) -> list[tuple[str, str | None]]:
    return [(one.role, one.site) for one in session.scalars(select(Membership))]


def test_a_link_outlives_the_address(session: Session, ann: Staff) -> None:
    """It is made once, with an event; another name of the service at the same address is refused."""
    for person in (ANN, replace(ANN, email="ann.bell@example.org"), replace(ANN, email="")):
        assert enter(session, person, ()) is ann
    link = identities.link_of(session, ann, ANN.issuer)
    assert link is not None
    assert (link.subject, link.linked_at) == ("1", AT)
    assert len(session.scalars(select(Event).where(Event.action == "staff.linked")).all()) == 1
    for other in (replace(ANN, subject="2"), replace(ANN, subject="2", email="")):
        with pytest.raises(Refused, match=r"somebody else|verified"):
            enter(session, other, ())
    assert enter(session, replace(ANN, issuer="https://other.example"), ()) is ann


@pytest.mark.usefixtures("study")
def test_groups_give_change_and_take_roles(session: Session, ann: Staff) -> None:
    """The first rule that fits counts; an account without a group keeps what no rule speaks of."""
    for groups, has in (
        ({"north", "other"}, [("investigator", "North")]),
        ({"north", "heads"}, [("coordinator", None)]),
        ({"north", "heads"}, [("coordinator", None)]),
        ({"other"}, []),
        (set(), []),
    ):
        enter(session, replace(ANN, groups=frozenset(groups)))
        assert roles(session) == has
    said = session.scalars(select(Event.action).where(Event.study_id.is_not(None)).order_by(Event.id)).all()
    assert said[-3:] == ["staff.granted", "staff.granted", "staff.revoked"]
    with pytest.raises(Refused, match="in which groups"):
        enter(session, replace(ANN, groups=None))
    assert not ann.admin


def test_roles_given_here_stay_without_rules(session: Session, study: Study, ann: Staff) -> None:
    """Whatever groups the service tells of."""
    staff.grant(session, ann, study, "analyst", at=AT, actor="test")
    for groups in (None, frozenset({"heads"})):
        enter(session, replace(ANN, groups=groups), ())
        assert roles(session) == [("analyst", None)]


@pytest.mark.usefixtures("study")
def test_an_account_is_made_only_where_a_group_gives_a_role(session: Session) -> None:
    """And only at a verified address."""
    north = frozenset({"north"})
    for person, why in (
        (ANN, "no account"),
        (replace(ANN, groups=frozenset({"other"})), "no account"),
        (replace(ANN, groups=north, email=""), "verified"),
        (replace(ANN, groups=north, email="no address"), "e-mail"),
    ):
        with pytest.raises(Refused, match=why):
            enter(session, person)
        session.rollback()
    member = enter(session, replace(ANN, groups=north))
    assert (member.email, member.name, member.admin) == (ANN.email, ANN.name, False)
    assert roles(session) == [("investigator", "North")]
    added = session.scalars(select(Event.actor).where(Event.action == "staff.added")).all()
    assert added == [identities.ACTOR]


@pytest.mark.usefixtures("study")
def test_a_closed_account_stays_closed(session: Session, ann: Staff) -> None:
    """Its link too, so that a new address at the service makes no new account of the same person."""
    enter(session, ANN)
    closing.close(session, ann, at=AT, actor="test")
    session.commit()
    for person in (ANN, replace(ANN, email="new@example.org"), replace(ANN, subject="2")):
        with pytest.raises(Refused, match="closed"):
            enter(session, replace(person, groups=frozenset({"heads"})))
        session.rollback()
    assert roles(session) == []
    assert len(session.scalars(select(SignInIdentity)).all()) == 1
