"""The outbox of messages: what is planned, what may go when it is claimed, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Contact, Message, Messaging, Patient, Study, Visit
from surveys.store.patient import participation
from surveys.store.post import messages, settling
from surveys.store.post.outbox import Sent
from tests.support.outbox import TO, answer, claim, plan, planned
from tests.surveys.store.conftest import AT


def test_invitation_and_reminders_are_planned_once(session: Session, visit: Visit, reached: Contact) -> None:
    """In the patient's morning; of visits further ahead nothing yet; planning again changes nothing."""
    assert plan(session) == messages.Counts(new=3)
    assert {key: row.planned_at for key, row in planned(session, visit).items()} == {
        ("invitation", 1): datetime(2026, 3, 10, 8, tzinfo=UTC),
        ("reminder", 1): datetime(2026, 3, 17, 8, tzinfo=UTC),
        ("reminder", 2): datetime(2026, 3, 24, 8, tzinfo=UTC),
    }
    assert plan(session) == messages.Counts()
    assert len(session.scalars(select(Message)).all()) == 3


def test_a_claimed_message_has_all_that_is_needed_to_write_it(
    session: Session, visit: Visit, reached: Contact
) -> None:
    """A link of its own among it, in a language of the study; nobody else gets the same."""
    plan(session)
    message = claim(session)
    assert message is not None
    assert (message.to, message.name, message.wording, message.locale) == (
        TO,
        "Anna Abel",
        "invitation",
        "en",
    )
    assert message.last_day == visit.closes_on
    assert len(message.path) == len("s/") + 32
    assert claim(session) is None
    settling.settle(session, message.id, Sent(), TO, at=AT)
    session.commit()
    [row] = [row for row in planned(session, visit).values() if row.outcome]
    assert (row.outcome, row.outcome_at, row.attempts) == ("sent", AT, 1)


def test_the_last_reminder_has_words_of_its_own(session: Session, visit: Visit, reached: Contact) -> None:
    """Whoever got all of them is then left alone."""
    plan(session)
    said = []
    for days in (0, 7, 14, 21):
        at = AT + timedelta(days=days)
        if (message := claim(session, at)) is not None:
            said.append(message.wording)
            settling.settle(session, message.id, Sent(), TO, at=at)
            session.commit()
        plan(session, at)
    assert said == ["invitation", "reminder", "last_reminder"]


Change = Callable[[Session, Patient, Visit], object]


def _status(status: str) -> Change:
    return lambda session, patient, visit: participation.change_status(
        session, patient, status, on=AT.date(), at=AT, actor="test"
    )


def _set(what: str, name: str, value: object) -> Change:
    def change(session: Session, patient: Patient, visit: Visit) -> None:
        study = session.get_one(Study, patient.study_id)
        setattr({"patient": patient, "visit": visit, "study": study}[what], name, value)

    return change


NEVER: list[tuple[Change, str]] = [
    (_status("left"), "left"),
    (_status("died"), "died"),
    (_status("lost"), "lost"),
    (_set("patient", "messages_stopped_at", AT), "stopped"),
    (_set("patient", "contact_id", None), "no_contact"),
    (_set("visit", "withdrawn_at", AT), "withdrawn"),
    (_set("visit", "missed_reason", "away"), "missed"),
    (_set("study", "status", "closed"), "study_closed"),
]


@pytest.mark.parametrize(("change", "why"), NEVER, ids=[why for _, why in NEVER])
@pytest.mark.parametrize("by", ["claiming", "planning"])
def test_what_may_never_go_is_cancelled(
    session: Session, patient: Patient, visit: Visit, reached: Contact, change: Change, why: str, by: str
) -> None:
    """Decided when it is claimed, however long ago it was planned; the reason is kept, and it stays so."""
    plan(session)
    change(session, patient, visit)
    session.commit()
    if by == "planning":
        plan(session)
    assert claim(session) is None
    row = planned(session, visit)["invitation", 1]
    assert (row.outcome, row.error) == ("cancelled", why)
    plan(session)
    assert claim(session, AT + timedelta(hours=1)) is None


def test_nobody_who_has_answered_is_reminded(
    session: Session, visit: Visit, reached: Contact, library: Library
) -> None:
    """Answered between planning and sending, as most do."""
    plan(session)
    answer(session, library, visit)
    assert claim(session) is None
    assert planned(session, visit)["invitation", 1].error == "done"


def test_nothing_goes_after_the_last_day(session: Session, visit: Visit, reached: Contact) -> None:
    """The day ends in the study's time zone."""
    plan(session)
    last = datetime(visit.closes_on.year, visit.closes_on.month, visit.closes_on.day, 8, tzinfo=UTC)
    assert claim(session, last + timedelta(days=1)) is None
    assert {row.error for row in planned(session, visit).values()} == {"closed"}


@pytest.mark.parametrize(
    ("change", "why"),
    [(_status("paused"), "paused"), (_set("study", "status", "draft"), "study_draft")],
    ids=["paused", "study_draft"],
)
def test_what_may_go_later_waits(
    session: Session, patient: Patient, visit: Visit, reached: Contact, change: Change, why: str
) -> None:
    """It is looked at again after an hour, says what it waits for, and goes once that is over."""
    plan(session)
    change(session, patient, visit)
    session.commit()
    assert claim(session) is None
    assert planned(session, visit)["invitation", 1].error == why
    patient.status = "active"
    session.get_one(Study, patient.study_id).status = "active"
    session.commit()
    assert claim(session) is None
    assert claim(session, AT + timedelta(hours=1)) is not None


def test_a_moved_visit_moves_its_messages(session: Session, visit: Visit, reached: Contact) -> None:
    """Nothing goes before the visit opens, even where planning did not run in between."""
    plan(session)
    visit.opens_on, visit.due_on = date(2026, 3, 12), date(2026, 3, 12)
    session.commit()
    assert claim(session) is None
    assert planned(session, visit)["invitation", 1].error == "not_open"
    assert plan(session).moved == 3
    assert planned(session, visit)["invitation", 1].planned_at == datetime(2026, 3, 12, 8, tzinfo=UTC)
    visit.closes_on = date(2026, 3, 13)
    session.commit()
    assert plan(session).cancelled == 2
    visit.closes_on = date(2026, 4, 9)
    session.commit()
    assert plan(session).moved == 2, "what lies ahead again is to go again"
    assert planned(session, visit)["reminder", 2].outcome is None


def test_nobody_is_woken(session: Session, visit: Visit, reached: Contact) -> None:
    """A patient far away gets it in their own morning, whatever the time where the study is."""
    reached.timezone = "America/Los_Angeles"
    session.commit()
    plan(session)
    morning = datetime(2026, 3, 10, 16, tzinfo=UTC)  # 9 o'clock there
    assert planned(session, visit)["invitation", 1].planned_at == morning
    assert claim(session) is None
    reached.timezone = "Asia/Tokyo"
    session.commit()
    assert claim(session, morning) is None, "one o'clock at night in Tokyo"
    row = planned(session, visit)["invitation", 1]
    assert row.error == "hours"
    assert row.retry_at == datetime(2026, 3, 10, 23, tzinfo=UTC)


def test_a_changed_address_gets_what_was_planned(session: Session, visit: Visit, reached: Contact) -> None:
    """The address is read when the message is claimed."""
    plan(session)
    reached.email = "new@example.org"
    session.commit()
    message = claim(session)
    assert message is not None
    assert message.to == "new@example.org"


def test_only_at_visits_means_no_message(session: Session, visit: Visit, reached: Contact) -> None:
    """Chosen before: none is planned. Chosen later: they are cancelled, and come back with another choice."""
    plan(session)
    reached.channel = "visits"
    session.commit()
    assert plan(session).cancelled == 3
    reached.channel = None
    session.commit()
    assert plan(session).moved == 2, "the invitation's time is over"


def test_a_reminder_does_not_follow_at_once(session: Session, visit: Visit, reached: Contact) -> None:
    """The worker stood still for a week: one message goes, not two."""
    plan(session)
    late = AT + timedelta(days=7)
    message = claim(session, late)
    assert message is not None
    assert message.wording == "invitation"
    assert claim(session, late) is None
    assert planned(session, visit)["reminder", 1].error == "earlier"
    settling.settle(session, message.id, Sent(), TO, at=late)
    session.commit()
    assert claim(session, late + timedelta(hours=1)) is None
    assert planned(session, visit)["reminder", 1].error == "too_soon"
    assert claim(session, late + timedelta(days=7)) is not None


def test_thanks_are_said_where_the_study_wants_it(
    session: Session, study: Study, visit: Visit, reached: Contact, library: Library
) -> None:
    """Once, an hour after the last answer; not days later."""
    session.add(
        Messaging(
            study_id=study.id,
            clinic="the Face Clinic",
            reminder_days=[7],
            send_hour=9,
            earliest_hour=8,
            latest_hour=20,
            thanks=True,
            changed_by="test",
            changed_at=AT,
        )
    )
    answer(session, library, visit)
    assert plan(session).new == 1
    assert claim(session) is None
    message = claim(session, AT + timedelta(hours=1))
    assert message is not None
    assert (message.wording, message.clinic) == ("thanks", "the Face Clinic")
    settling.settle(session, message.id, Sent(), TO, at=AT)
    session.commit()
    assert plan(session) == messages.Counts()


def test_visits_long_open_are_invited_once(session: Session, visit: Visit, reached: Contact) -> None:
    """Planned for the first time ten days late: the invitation goes now, a reminder that is past does not."""
    late = AT + timedelta(days=10)
    plan(session, late)
    assert planned(session, visit).keys() == {("invitation", 1), ("reminder", 2)}
    message = claim(session, late)
    assert message is not None
    assert message.wording == "invitation"
