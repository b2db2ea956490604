"""What became of a message, and what follows for its address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from surveys.models import Contact, Visit
from surveys.store.errors import Refused
from surveys.store.post import settling
from surveys.store.post.outbox import Rejected, Sent, TryLater, Unclear
from tests.support.outbox import TO, claim, plan, planned
from tests.surveys.store.conftest import AT


@pytest.mark.parametrize("channel", ["letter", "telephone"])
def test_another_channel_takes_over(session: Session, visit: Visit, reached: Contact, channel: str) -> None:
    """What was to go by e-mail waits for a letter or a call, also where planning did not run in between."""
    plan(session)
    reached.channel = channel
    reached.address = reached.telephone = "there"
    session.commit()
    assert claim(session) is None
    assert planned(session, visit)["invitation", 1].channel == channel
    plan(session)
    row = planned(session, visit)["reminder", 1]
    assert (row.channel, row.outcome) == (channel, None)
    settling.done_by_hand(session, row.id, at=AT, actor="test")
    session.commit()
    assert planned(session, visit)["reminder", 1].outcome == "sent"
    with pytest.raises(Refused, match="meanwhile"):
        settling.done_by_hand(session, row.id, at=AT, actor="test")


def test_an_address_that_is_refused_gets_nothing_more(
    session: Session, visit: Visit, reached: Contact
) -> None:
    """Until it is corrected; what is still to come then goes there."""
    plan(session)
    message = claim(session)
    assert message is not None
    settling.settle(session, message.id, Rejected("550 5.1.1", address=True), TO, at=AT)
    session.commit()
    row = planned(session, visit)["invitation", 1]
    assert (row.outcome, row.error) == ("failed", "550 5.1.1")
    assert reached.refused_email == TO
    week = AT + timedelta(days=7)
    assert claim(session, week) is None
    assert planned(session, visit)["reminder", 1].error == "no_address"
    reached.email = "right@example.org"
    session.commit()
    message = claim(session, week + timedelta(hours=1))
    assert message is not None
    assert message.to == "right@example.org"


def test_a_refusal_of_an_old_address_says_nothing_of_the_new(
    session: Session, visit: Visit, reached: Contact
) -> None:
    """Corrected while the message was on its way."""
    plan(session)
    message = claim(session)
    assert message is not None
    reached.email = "right@example.org"
    session.commit()
    settling.settle(session, message.id, Rejected("550 5.1.1", address=True), TO, at=AT)
    session.commit()
    session.refresh(reached)
    assert reached.refused_email is None


def test_a_bounce_is_shown_and_stops_the_address(session: Session, visit: Visit, reached: Contact) -> None:
    """It came back after the mail server had taken it."""
    plan(session)
    message = claim(session)
    assert message is not None
    settling.settle(session, message.id, Sent(), TO, at=AT)
    settling.bounced(session, message.id, "550 5.1.1", at=AT, actor="test")
    session.commit()
    row = planned(session, visit)["invitation", 1]
    assert (row.outcome, row.error) == ("bounced", "550 5.1.1")
    session.refresh(reached)
    assert reached.refused_email == TO


def test_what_was_not_taken_is_tried_again_later_and_later(
    session: Session, visit: Visit, reached: Contact
) -> None:
    """Each time after a longer while, with a new link; never while somebody else is at it."""
    plan(session)
    at, waits = AT, []
    for _ in range(4):
        message = claim(session, at)
        assert message is not None
        assert claim(session, at) is None
        settling.settle(session, message.id, TryLater("450"), TO, at=at)
        session.commit()
        row = planned(session, visit)["invitation", 1]
        assert row.retry_at is not None
        waits.append(row.retry_at - at)
        assert claim(session, row.retry_at - timedelta(seconds=1)) is None
        at = row.retry_at
    assert waits == [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]


@pytest.mark.parametrize("crash", [True, False])
def test_what_nobody_knows_is_never_sent_again(
    session: Session, visit: Visit, reached: Contact, crash: bool
) -> None:
    """The sender died, or the connection broke: it is shown, and stays so."""
    plan(session)
    message = claim(session)
    assert message is not None
    if not crash:
        settling.settle(session, message.id, Unclear("lost"), TO, at=AT)
        session.commit()
    assert claim(session, AT + timedelta(minutes=14)) is None
    assert settling.give_up_lost(session, at=AT + timedelta(minutes=14)) == 0
    later = AT + timedelta(minutes=16)
    assert settling.give_up_lost(session, at=later) == crash
    session.commit()
    assert planned(session, visit)["invitation", 1].outcome == "unknown"
    plan(session, later)
    assert claim(session, later) is None


def test_a_sender_who_was_given_up_may_still_tell(session: Session, visit: Visit, reached: Contact) -> None:
    """Better knowledge replaces none; nothing replaces what is known."""
    plan(session)
    message = claim(session)
    assert message is not None
    settling.give_up_lost(session, at=AT + timedelta(hours=1))
    settling.settle(session, message.id, Sent(), TO, at=AT + timedelta(hours=1))
    settling.settle(session, message.id, TryLater("450"), TO, at=AT + timedelta(hours=2))
    session.commit()
    assert planned(session, visit)["invitation", 1].outcome == "sent"
