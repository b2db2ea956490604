"""Wrong tries at signing in: growing waits by address, known or not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.models import Event, SignInTries, Staff
from surveys.store.accounts import staff, tries
from tests.surveys.store.conftest import AT

SECRET = "a key of the server " * 2


@pytest.fixture
def ann(session: Session) -> Staff:
    """Somebody with an account."""
    return staff.add(session, "ann@example.org", "correct horse battery", at=AT, actor="test")


def waits(session: Session, address: str, member: Staff | None, times: int) -> list[int]:
    """The seconds that each of `times` tries has to wait, when each comes as soon as it may."""
    found, at = [], AT
    for _ in range(times):
        until = tries.take(session, tries.key(address, SECRET), member, at=at)
        found.append(0 if until is None else int((until - at).total_seconds()))
        if until is not None:
            at = until
            assert tries.take(session, tries.key(address, SECRET), member, at=at) is None
    return found


def test_each_wait_is_twice_as_long_whoever_it_is(session: Session, ann: Staff) -> None:
    """After five tries; an address without an account waits exactly as long."""
    known = waits(session, "Ann@Example.org ", ann, 14)
    assert known == [0] * 5 + [15, 30, 60, 120, 240, 480, 900, 900, 900]
    assert waits(session, "nobody@example.org", None, 14) == known


def test_a_try_that_waits_counts_for_nothing(session: Session, ann: Staff) -> None:
    """Otherwise whoever guesses would keep the owner waiting for ever."""
    counted_as = tries.key("ann@example.org", SECRET)
    for _ in range(5):
        tries.take(session, counted_as, ann, at=AT)
    until = {tries.take(session, counted_as, ann, at=AT + timedelta(seconds=one)) for one in range(14)}
    assert until == {AT + timedelta(seconds=15)}


def test_a_known_device_does_not_wait_for_others(session: Session, ann: Staff) -> None:
    """It waits for its own wrong tries."""
    other, own = tries.key(ann.email, SECRET), tries.key(ann.email, SECRET, "device")
    for _ in range(6):
        tries.take(session, other, ann, at=AT)
    for _ in range(5):
        assert tries.take(session, own, ann, at=AT) is None
    assert tries.take(session, own, ann, at=AT) == AT + timedelta(seconds=15)


@pytest.mark.parametrize("forgetting", ["a right one", "an hour", "a new password"])
def test_tries_are_forgotten(session: Session, ann: Staff, forgetting: str) -> None:
    """By a right try, after an hour without one, and by a password that the owner chose by a link."""
    counted_as, at = tries.key(ann.email, SECRET), AT
    for _ in range(6):
        tries.take(session, counted_as, ann, at=AT)
    if forgetting == "a right one":
        tries.forget(session, counted_as)
    elif forgetting == "a new password":
        tries.forget_all(session, ann)
    else:
        at = AT + tries.FORGOTTEN_AFTER + timedelta(seconds=1)
    assert tries.take(session, counted_as, ann, at=at) is None
    assert session.scalars(select(SignInTries.times)).all() == [1]


def test_addresses_are_not_stored(session: Session) -> None:
    """People mistype a password into the box; the digest needs the server's secret."""
    tries.take(session, tries.key("my secret phrase", SECRET), None, at=AT)
    assert "phrase" not in repr(session.execute(select(SignInTries.__table__)).all())
    assert tries.key("a@example.org", SECRET) != tries.key("a@example.org", SECRET + "x")


def test_failures_stand_in_the_trail(session: Session, ann: Staff) -> None:
    """Each of an account; of strangers one a minute, so that nobody fills the chain."""

    def fail(member: Staff | None, at: datetime) -> None:
        tries.failed(session, member, at=at)
        session.commit()

    before = session.scalar(select(func.count(Event.id))) or 0
    for second in range(3):
        fail(ann, AT + timedelta(seconds=second))
    for second in (10, 70, 80, 140):
        fail(None, AT + timedelta(seconds=second))
    rows = session.execute(select(Event.action, Event.facts["staff"].as_integer()).order_by(Event.id))
    said = [row[1] for row in rows.all() if row[0] == tries.FAILED]
    assert said == [ann.id] * 3 + [None, None]
    assert (session.scalar(select(func.count(Event.id))) or 0) == before + 1 + 5
