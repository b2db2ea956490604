"""When a study's messages go, and its own words for them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.daytime import Hours
from surveys.models import Event, MessageTemplate, Messaging, Study
from surveys.store.errors import Refused
from surveys.store.post import messaging
from surveys.store.post.facts import MessageSettings
from tests.surveys.store.conftest import AT

FACTS: dict[str, Any] = {"at": AT, "actor": "staff:1"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.mark.parametrize(
    ("hours", "right"),
    [
        ((9, 8, 20), True),
        ((8, 8, 20), True),
        ((19, 8, 20), True),
        ((0, 0, 24), True),
        ((23, 0, 24), True),
        ((20, 8, 20), False),
        ((7, 8, 20), False),
        ((9, -1, 20), False),
        ((9, 8, 25), False),
        ((9, 10, 8), False),
    ],
)
def test_messages_go_within_the_hours(
    session: Session, study: Study, hours: tuple[int, int, int], right: bool
) -> None:
    """From the earliest on, before the latest."""
    new = MessageSettings(hours=Hours(*hours))
    if right:
        messaging.choose(session, study, new, **FACTS)
        row = session.get_one(Messaging, study.id)
        assert (row.send_hour, row.earliest_hour, row.latest_hour) == hours
        return
    with pytest.raises(Refused) as refused:
        messaging.choose(session, study, new, **FACTS)
    assert refused.value.field == "send_hour"


@pytest.mark.parametrize(
    ("days", "right"),
    [
        ((), True),
        ((1,), True),
        ((7, 14), True),
        ((1, 2, 3, 4, 5), True),
        ((1, 2, 3, 4, 5, 6), False),
        ((0, 7), False),
        ((14, 7), False),
        ((7, 7), False),
    ],
)
def test_reminders_come_one_after_the_other(
    session: Session, study: Study, days: tuple[int, ...], right: bool
) -> None:
    """Five at most, each later than the one before."""
    new = MessageSettings(reminder_days=days)
    if right:
        messaging.choose(session, study, new, **FACTS)
        assert session.get_one(Messaging, study.id).reminder_days == list(days)
        return
    with pytest.raises(Refused) as refused:
        messaging.choose(session, study, new, **FACTS)
    assert refused.value.field == "reminder_days"


def test_the_last_choice_holds(session: Session, study: Study) -> None:
    """In one row, with who made it; the trail has each."""
    messaging.choose(session, study, MessageSettings(clinic="The clinic", thanks=True), **FACTS)
    messaging.choose(session, study, MessageSettings(clinic="Dr Abel"), at=AT, actor="staff:2")
    session.commit()
    [row] = session.scalars(select(Messaging))
    assert (row.clinic, row.thanks, row.changed_by, row.changed_at) == ("Dr Abel", False, "staff:2", AT)
    events = session.scalars(select(Event).where(Event.action == "messaging.changed").order_by(Event.id))
    assert [event.facts for event in events] == [
        {
            "study": "S1",
            "clinic": clinic,
            "reminder_days": [7, 14],
            "send_hour": 9,
            "earliest_hour": 8,
            "latest_hour": 20,
            "thanks": thanks,
            "region": None,
        }
        for clinic, thanks in (("The clinic", True), ("Dr Abel", False))
    ]


def test_words_are_kept_beside_those_before(session: Session, study: Study) -> None:
    """The trail names the message, and does not repeat its words."""
    for body in ("{link}", "Please: {link}"):
        messaging.write(session, study, "letter", "en", "A letter", body, **FACTS)
    session.commit()
    rows = session.scalars(select(MessageTemplate).order_by(MessageTemplate.id)).all()
    assert [(row.kind, row.locale, row.subject, row.body) for row in rows] == [
        ("letter", "en", "A letter", "{link}"),
        ("letter", "en", "A letter", "Please: {link}"),
    ]
    assert {(row.changed_by, row.changed_at) for row in rows} == {("staff:1", AT)}
    event = session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert (event.action, event.facts) == (
        "message_words.changed",
        {"study": "S1", "kind": "letter", "locale": "en"},
    )


@pytest.mark.parametrize(("kind", "locale"), [("farewell", "en"), ("invitation", "de")])
def test_only_messages_that_the_study_sends_have_words(
    session: Session, study: Study, kind: str, locale: str
) -> None:
    with pytest.raises(Refused, match="sends no such message"):
        messaging.write(session, study, kind, locale, "Hello", "{link}", **FACTS)
    assert list(session.scalars(select(MessageTemplate))) == []
