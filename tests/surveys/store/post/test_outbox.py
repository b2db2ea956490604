"""What every outbox does with a claimed row: each outcome, the waits in between, claims that were lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from surveys.models import HeadMail, Message, Study, Visit
from surveys.store.post import outbox
from surveys.store.post.outbox import Outcome, Rejected, Sent, TryLater, Unclear
from tests.surveys.store.conftest import AT

NOW = AT + timedelta(hours=2)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """That two claim at once is shown on PostgreSQL, in tests/journeys/test_at_once.py."""
    return sqlite_url


def row(**facts: Any) -> Message:
    return Message(**{"kind": "invitation", "channel": "email", "planned_at": AT, "attempts": 0, **facts})


def told(one: Message) -> tuple[str | None, datetime | None, str | None]:
    return one.outcome, one.outcome_at, one.error


def test_a_claim_forgets_what_the_last_attempt_said() -> None:
    """And counts."""
    claimed = row(attempts=2, retry_at=AT, error="451")
    outbox.claim(claimed, at=NOW)
    assert (claimed.claimed_at, claimed.attempts, claimed.retry_at, claimed.error) == (NOW, 3, None, None)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Sent(), ("sent", NOW, None)),
        (Rejected("550"), ("failed", NOW, "550")),
        (Unclear("lost"), ("unknown", NOW, "lost")),
        (TryLater("451"), (None, None, "451")),
    ],
)
@pytest.mark.parametrize("before", [None, "unknown"])
def test_what_became_of_it(outcome: Outcome, expected: tuple[Any, ...], before: str | None) -> None:
    """Also of a row that was given up as lost: now it is known."""
    claimed = row(attempts=1, claimed_at=AT, outcome=before, outcome_at=AT if before else None, error="x")
    outbox.settle(claimed, outcome, at=NOW)
    assert told(claimed) == expected
    given_back = isinstance(outcome, TryLater)
    assert (claimed.claimed_at is None) is given_back
    assert claimed.retry_at == (NOW + MINUTE if given_back else None)


@pytest.mark.parametrize("before", ["sent", "failed", "bounced", "cancelled"])
@pytest.mark.parametrize("outcome", [Sent(), Rejected("550"), Unclear("lost"), TryLater("451")])
def test_what_is_settled_stays(before: str, outcome: Outcome) -> None:
    """A late word about an earlier attempt changes nothing."""
    settled = row(outcome=before, outcome_at=AT, error="first", claimed_at=AT, attempts=1)
    outbox.settle(settled, outcome, at=NOW)
    assert told(settled) == (before, AT, "first")
    assert (settled.claimed_at, settled.retry_at) == (AT, None)


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (5, 120), (6, 240), (7, 240), (50, 240)]
)
def test_each_attempt_waits_longer(attempts: int, minutes: int) -> None:
    """Up to four hours, and then every four hours."""
    claimed = row(attempts=attempts, claimed_at=AT)
    outbox.settle(claimed, TryLater("451"), at=NOW)
    assert claimed.retry_at == NOW + minutes * MINUTE


def test_what_is_cancelled_says_why_and_what_waits_until_when() -> None:
    cancelled, held = row(), row()
    outbox.cancel(cancelled, "left", at=NOW)
    assert told(cancelled) == ("cancelled", NOW, "left")
    outbox.hold(held, "hours", NOW + MINUTE)
    assert (told(held), held.retry_at) == ((None, None, "hours"), NOW + MINUTE)


def stored(session: Session, visit: Visit, *facts: dict[str, Any]) -> list[Message]:
    made = [row(visit_id=visit.id, nth=nth, **some) for nth, some in enumerate(facts, start=1)]
    session.add_all(made)
    session.flush()
    return made


def test_a_lost_claim_becomes_unknown(session: Session, visit: Visit) -> None:
    """After fifteen minutes and not before; what is settled or nobody claimed is left alone."""
    fifteen = timedelta(minutes=15)
    lost, going, settled, waiting = stored(
        session,
        visit,
        {"claimed_at": NOW - fifteen - MINUTE},
        {"claimed_at": NOW - fifteen},
        {"claimed_at": AT, "outcome": "sent", "outcome_at": AT},
        {},
    )
    assert len(outbox.give_up_lost(session, Message, at=NOW)) == 1
    session.expire_all()
    assert told(lost) == ("unknown", NOW, "lost")
    assert [told(one) for one in (going, waiting)] == [(None, None, None)] * 2
    assert told(settled) == ("sent", AT, None)
    assert list(outbox.give_up_lost(session, Message, at=NOW)) == []


def test_what_is_due(session: Session, visit: Visit) -> None:
    """From its moment on, or from that of the next attempt; neither claimed nor settled."""
    planned, retried, *_ = stored(
        session,
        visit,
        {"planned_at": NOW},
        {"planned_at": NOW + MINUTE, "retry_at": NOW},
        {"planned_at": NOW + MINUTE},
        {"planned_at": AT, "retry_at": NOW + MINUTE},
        {"planned_at": AT, "claimed_at": NOW},
        {"planned_at": AT, "outcome": "sent", "outcome_at": NOW},
    )
    due = select(Message.id).where(*outbox.due(Message, NOW)).order_by(Message.id)
    assert session.scalars(due).all() == [planned.id, retried.id]


def test_the_first_mail_to_staff_that_is_due_comes_next(session: Session, study: Study) -> None:
    """By the moment of its next attempt; none about real patients where only simulated ones may be told."""
    times = ((NOW + MINUTE, None), (AT + MINUTE, None), (AT, NOW), (AT + MINUTE, None), (AT, None))
    made = [
        HeadMail(study_id=study.id, month=f"2026-0{month}", attempts=0, planned_at=planned, retry_at=retry)
        for month, (planned, retry) in enumerate(times, start=1)
    ]
    session.add_all(made)
    session.flush()
    behind = update(HeadMail).values(attempts=3).execution_options(synchronize_session=False)
    session.execute(behind)
    first = outbox.next_due(session, HeadMail, NOW, simulated_only=True)
    study.simulated = False
    session.flush()
    assert outbox.next_due(session, HeadMail, NOW, simulated_only=True) is None
    found = []
    while (one := outbox.next_due(session, HeadMail, NOW, simulated_only=False)) is not None:
        found.append(one)
        outbox.cancel(one, "test", at=NOW)
        session.flush()
    assert found == [made[number] for number in (4, 1, 3, 2)]
    assert first is found[0]
    assert first.attempts == 3  # as stored, not as it was once read
