"""A new password where no mail server is: one person asks, another confirms."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event, ResetAsked, Staff, Study
from surveys.store.accounts import invitations, resets, staff
from surveys.store.errors import Refused
from tests.surveys.store.conftest import AT

KEY = "secret " * 8
WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def people(session: Session) -> tuple[Staff, Staff, Staff]:
    """Whose password it is, who asks, who confirms; all made on the server."""
    made = [
        staff.add(session, f"{name}@example.org", "correct horse battery", at=AT, actor="command:staff add")
        for name in ("owner", "asker", "confirmer")
    ]
    session.commit()
    return made[0], made[1], made[2]


def events(session: Session) -> list[tuple[str, str, object]]:
    session.commit()
    rows = session.scalars(select(Event).where(Event.action.like("staff.reset%")).order_by(Event.id))
    return [(row.action, row.actor, row.facts) for row in rows]


def test_two_people_reset_a_third_ones_password(session: Session, people: tuple[Staff, Staff, Staff]) -> None:
    """The code of who asked opens the link that who confirmed gets; the old password is gone."""
    owner, asker, confirmer = people
    before = owner.password
    code = resets.ask(session, owner, asker, secret_key=KEY, at=AT)
    assert owner.password == before
    assert resets.waiting(session, at=AT + WEEK).keys() == {owner.id}
    assert resets.waiting(session, at=AT + WEEK + SECOND) == {}
    digest = resets.confirm(session, owner, confirmer, at=AT + WEEK)
    assert digest == invitations.digest_of(code, KEY)
    assert owner.password != before
    assert list(session.scalars(select(ResetAsked))) == []
    assert events(session) == [
        ("staff.reset_asked", f"staff:{asker.id}", {"staff": owner.id, "by_mail": False}),
        ("staff.reset", f"staff:{confirmer.id}", {"staff": owner.id, "asked_by": asker.id}),
    ]


def test_the_last_request_counts(session: Session, people: tuple[Staff, Staff, Staff]) -> None:
    owner, asker, confirmer = people
    first, second = (resets.ask(session, owner, asker, secret_key=KEY, at=AT) for _ in range(2))
    assert len(session.scalars(select(ResetAsked)).all()) == 1
    digest = resets.confirm(session, owner, confirmer, at=AT)
    assert digest == invitations.digest_of(second, KEY) != invitations.digest_of(first, KEY)


def test_nobody_resets_alone(session: Session, people: tuple[Staff, Staff, Staff]) -> None:
    """Neither who asked nor whose password it is confirms."""
    owner, asker, confirmer = people
    with pytest.raises(Refused, match="your own password"):
        resets.ask(session, owner, owner, secret_key=KEY, at=AT)
    with pytest.raises(Refused, match="nothing to confirm"):
        resets.confirm(session, owner, confirmer, at=AT)
    resets.ask(session, owner, asker, secret_key=KEY, at=AT)
    for one in (owner, asker):
        with pytest.raises(Refused, match="Somebody else"):
            resets.confirm(session, owner, one, at=AT)
    with pytest.raises(Refused, match="nothing to confirm"):
        resets.confirm(session, owner, confirmer, at=AT + WEEK + SECOND)


def test_an_account_made_on_a_page_is_no_second_person(
    session: Session, people: tuple[Staff, Staff, Staff]
) -> None:
    """Who invited it saw its link."""
    owner, asker, _ = people
    made = staff.add(session, "new@example.org", "correct horse battery", at=AT, actor=f"staff:{asker.id}")
    session.commit()
    with pytest.raises(Refused, match="seventh staff add"):
        resets.ask(session, owner, made, secret_key=KEY, at=AT)
    resets.ask(session, owner, asker, secret_key=KEY, at=AT)
    with pytest.raises(Refused, match="seventh staff add"):
        resets.confirm(session, owner, made, at=AT)


def test_a_coordinator_reaches_accounts_of_the_own_study_alone(
    session: Session, study: Study, people: tuple[Staff, Staff, Staff]
) -> None:
    owner = people[0]
    assert not resets.may_reset(session, owner, study)
    other = Study(code="S2", title="S2", locales=["en"], who_reads={}, crisis_texts={}, created_at=AT)
    session.add(other)
    session.flush()
    for where, allowed in ((study, True), (other, False)):
        staff.grant(session, owner, where, "analyst", at=AT, actor="test")
        session.refresh(owner)
        assert resets.may_reset(session, owner, study) is allowed


def test_a_link_by_mail_is_in_the_trail(session: Session, people: tuple[Staff, Staff, Staff]) -> None:
    """The password holds until it is used."""
    owner = people[0]
    before = owner.password
    resets.mailed(session, owner, at=AT, actor="staff:99")
    assert events(session) == [("staff.reset_asked", "staff:99", {"staff": owner.id, "by_mail": True})]
    assert owner.password == before
