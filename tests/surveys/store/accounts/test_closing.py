"""The end of an account, and its beginning anew."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event, Membership, SecondFactor, Staff, StaffSession, Study
from surveys.store.accounts import closing, invitations, sessions, sign_in, staff
from surveys.store.errors import Refused
from surveys.store.study import readers
from tests.surveys.store.conftest import AT

PASSWORD = "correct horse battery"


@pytest.fixture
def ann(session: Session, study: Study) -> Staff:
    """Somebody who reads the study's alerts."""
    made = [
        staff.add(session, f"{name}@example.org", PASSWORD, at=AT, actor="test") for name in ("ann", "bea")
    ]
    for one in made:
        staff.grant(session, one, study, "investigator", at=AT, actor="test")
    readers.name(session, study, made[0].id, made[1].id, at=AT, actor="test")
    return made[0]


def test_a_closed_account_has_nothing_left(session: Session, study: Study, ann: Staff) -> None:
    """No session, right, code or password; the study's chain and the installation's say so."""
    sign_in.prepare(session, ann, "k" * 40)
    sessions.begin(session, ann, user_agent="", at=AT)
    link = invitations.token(ann, "k" * 40)
    before = ann.password
    assert closing.alerts_read(session, ann) == ["S1"]
    closing.close(session, ann, at=AT, actor="staff:99")
    session.commit()
    assert (ann.active, ann.admin, ann.password == before) == (False, False, False)
    assert session.scalars(select(StaffSession)).all() == []
    assert session.scalars(select(SecondFactor)).all() == []
    assert session.scalars(select(Membership).where(Membership.staff_id == ann.id)).all() == []
    assert invitations.member_of(session, link, "k" * 40) is None
    said = set(session.execute(select(Event.action, Event.study_id).where(Event.actor == "staff:99")))
    assert {("staff.revoked", study.id), ("staff.closed", None)} <= said
    with pytest.raises(Refused, match="closed already"):
        closing.close(session, ann, at=AT, actor="staff:99")


def test_nobody_closes_their_own(session: Session, ann: Staff) -> None:
    """Or a study could be left without anybody by a slip."""
    with pytest.raises(Refused, match="their own account"):
        closing.close(session, ann, at=AT, actor=f"staff:{ann.id}")


def test_it_opens_again_by_an_invitation_of_an_administrator(
    session: Session, study: Study, ann: Staff
) -> None:
    """Others are told whom to ask; the owner chooses a password by the link."""
    closing.close(session, ann, at=AT, actor="staff:99")
    with pytest.raises(Refused, match="Ask an administrator"):
        invitations.invite(session, ann.email, study, "analyst", at=AT, actor="staff:99")
    found, new = invitations.invite(
        session, ann.email, study, "analyst", may_reopen=True, at=AT, actor="staff:99"
    )
    assert (found, new, ann.active) == (ann, True, True)
    assert [one.role for one in ann.memberships] == ["analyst"]
    assert invitations.member_of(session, invitations.token(ann, "k" * 40), "k" * 40) is ann
