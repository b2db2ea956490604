"""Keys for programs: shown once, ended for good, and never worth more than their owner's role."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import ApiKey, Event, Staff, Study
from surveys.store.accounts import closing, invitations, keys, staff
from surveys.store.accounts.keys import Holder
from surveys.store.errors import Refused
from tests.surveys.store.conftest import AT

WHEN = {"at": AT, "actor": "test"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def member(session: Session, study: Study) -> Staff:
    """A coordinator of one site."""
    found = staff.add(session, "ana@example.org", "correct horse battery", at=AT, actor="test")
    staff.grant(session, found, study, "coordinator", site="North", at=AT, actor="test")
    return found


def make(session: Session, member: Staff, study: Study, **facts: str) -> tuple[ApiKey, str]:
    return keys.create(session, member, study, name="R", at=AT, actor="test", **facts)


def test_a_key_speaks_for_its_owner(session: Session, study: Study, member: Staff) -> None:
    """With role and site of the day; its secret is 32 signs and stored nowhere."""
    key, secret = make(session, member, study)
    assert len(secret) == 32
    assert set(secret) <= set("0123456789ABCDEF")
    expected = Holder(key.id, member.id, member.email, study.id, "coordinator", "North", "none")
    assert keys.holder(session, secret) == expected
    assert keys.holder(session, secret.lower()) is None
    assert secret not in str([vars(row) for row in session.scalars(select(ApiKey))])
    staff.grant(session, member, study, "analyst", at=AT, actor="test")
    found = keys.holder(session, secret)
    assert found is not None
    assert (found.role, found.site) == ("analyst", None)
    keys.note_read(session, found, "record", at=AT)
    session.commit()
    actions = session.scalars(select(Event.action).where(Event.study_id == study.id)).all()
    assert [action for action in actions if action.startswith(("key.", "study.read"))] == [
        "key.created",
        "study.read",
    ]


def test_dates_need_a_coordinator_and_a_reason(session: Session, study: Study, member: Staff) -> None:
    """Who is coordinator no longer gets none."""
    with pytest.raises(Refused, match="Say why"):
        make(session, member, study, dates="exact", reason=" ")
    _, secret = make(session, member, study, dates="exact", reason="Linkage")
    _, shifted = make(session, member, study, dates="shifted")
    assert study.shift_key is not None
    assert [keys.holder(session, one).dates for one in (secret, shifted)] == ["exact", "shifted"]  # type: ignore[union-attr]
    staff.grant(session, member, study, "analyst", at=AT, actor="test")
    assert [keys.holder(session, one).dates for one in (secret, shifted)] == ["none", "none"]  # type: ignore[union-attr]
    with pytest.raises(Refused, match="Only a coordinator"):
        make(session, member, study, dates="shifted")


@pytest.mark.parametrize("end", ["key", "role", "account"])
def test_a_key_ends_with_the_role(session: Session, study: Study, member: Staff, end: str) -> None:
    """And stays ended when the role comes back."""
    key, secret = make(session, member, study)
    if end == "key":
        keys.revoke(session, key, at=AT, actor="test")
        with pytest.raises(Refused, match="already"):
            keys.revoke(session, key, at=AT, actor="test")
    elif end == "role":
        invitations.revoke(session, member, study, at=AT, actor="test")
    else:
        closing.close(session, member, at=AT, actor="test")
        staff.reopen(session, member, at=AT, actor="test")
    staff.grant(session, member, study, "coordinator", at=AT, actor="test")
    assert keys.holder(session, secret) is None
    [(listed, email)] = keys.of_study(session, study)
    assert (listed.revoked_at, email) == (AT, "ana@example.org")


def test_who_has_no_role_gets_no_key(session: Session, study: Study) -> None:
    """An administrator has every study."""
    stranger = staff.add(session, "x@example.org", "correct horse battery", at=AT, actor="test")
    with pytest.raises(Refused, match="no role in study S1"):
        make(session, stranger, study)
    admin = staff.add(session, "y@example.org", "correct horse battery", admin=True, at=AT, actor="test")
    _, secret = make(session, admin, study)
    found = keys.holder(session, secret)
    assert found is not None
    assert (found.role, found.site) == ("admin", None)
