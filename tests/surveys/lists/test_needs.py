"""What waits for a person: what is on each list, what is not, and from which day on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from surveys.lists import needs
from surveys.lists.alerts import trouble
from surveys.lists.at_once import ask
from surveys.lists.scope import Scope
from surveys.models import Alert, Contact, Message, Patient, Visit
from tests.surveys.lists.conftest import AT, DUE
from tests.surveys.lists.test_changes import add
from tests.surveys.lists.test_patients import DAY, add_visit, answer, begin, scope

MINUTE = timedelta(minutes=1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def contact(session: Session, patient: Patient) -> Contact:
    made = Contact(name="Anna Abel", telephone="0123", email="a@b.org", address="Street 1")
    patient.contact = made
    session.flush()
    return made


@pytest.fixture
def visit(session: Session, patient: Patient, contact: Contact) -> Visit:
    """Open from ten days before DUE to twenty days after."""
    return add_visit(session, patient)


def found(session: Session, patient: Patient, on: date = DUE) -> needs.Needs:
    session.flush()
    session.expire_all()
    return ask(session, needs.needs(session, scope(patient, on), AT))


def message(session: Session, visit: Visit, nth: int = 1, **facts: Any) -> Message:
    made = Message(
        **{
            "visit_id": visit.id,
            "kind": "reminder",
            "nth": nth,
            "channel": "telephone",
            "planned_at": AT,
            "attempts": 0,
            **facts,
        }
    )
    session.add(made)
    session.flush()
    return made


def alert(session: Session, visit: Visit, rule: str, **facts: Any) -> Alert:
    made = Alert(visit_id=visit.id, instrument="phq9", rule=rule, raised_at=AT, **facts)
    session.add(made)
    return made


@pytest.mark.parametrize("channel", ["telephone", "letter"])
def test_a_call_or_letter_waits_from_its_moment_on(
    session: Session, patient: Patient, visit: Visit, channel: str
) -> None:
    """Or from that of the next attempt; with all that is needed to do it."""
    row = message(session, visit, channel=channel, attempts=2)
    [waiting] = found(session, patient).by_hand
    assert (waiting.id, waiting.patient, waiting.visit, waiting.channel) == (row.id, "P1", "v1", channel)
    assert (waiting.kind, waiting.due_at, waiting.attempts, waiting.battery) == (
        "reminder",
        AT,
        2,
        ["face", "saq"],
    )
    assert (waiting.name, waiting.telephone, waiting.address) == ("Anna Abel", "0123", "Street 1")
    assert needs.find_by_hand(session, scope(patient), row.id) == visit.id
    row.retry_at = AT + MINUTE
    assert found(session, patient).by_hand == []
    row.retry_at, row.planned_at = AT, AT + MINUTE
    assert len(found(session, patient).by_hand) == 1


@pytest.mark.parametrize(
    ("what", "facts"),
    [
        ("message", {"channel": "email"}),
        ("message", {"outcome": "sent", "outcome_at": AT}),
        ("message", {"claimed_at": AT}),
        ("message", {"planned_at": AT + MINUTE}),
        ("patient", {"status": "paused"}),
        ("patient", {"messages_stopped_at": AT}),
        ("visit", {"withdrawn_at": AT}),
    ],
)
def test_nobody_is_called_in_vain(
    session: Session, patient: Patient, visit: Visit, what: str, facts: dict[str, Any]
) -> None:
    """What goes by itself, is done, is not to go or not yet."""
    row = message(session, visit)
    assert len(found(session, patient).by_hand) == 1
    for name, value in facts.items():
        setattr({"message": row, "patient": patient, "visit": visit}[what], name, value)
    assert found(session, patient).by_hand == []


def test_the_longest_due_is_first(session: Session, patient: Patient, visit: Visit) -> None:
    rows = [
        message(session, visit, nth, planned_at=AT - minutes * MINUTE) for nth, minutes in ((1, 1), (2, 9))
    ]
    assert [one.id for one in found(session, patient).by_hand] == [rows[1].id, rows[0].id]


@pytest.mark.parametrize("outcome", ["failed", "bounced", "unknown"])
def test_mail_that_did_not_arrive(session: Session, patient: Patient, visit: Visit, outcome: str) -> None:
    """For thirty days, of who takes part; with the code."""
    row = message(session, visit, channel="email", outcome=outcome, outcome_at=AT, error="5.2.2")
    [one] = found(session, patient).undelivered
    assert (one.patient, one.visit, one.outcome, one.error, one.outcome_at) == (
        "P1",
        "v1",
        outcome,
        "5.2.2",
        AT,
    )
    assert (one.name, one.telephone) == ("Anna Abel", "0123")
    row.outcome_at = AT - timedelta(days=30)
    assert len(found(session, patient).undelivered) == 1
    assert trouble(session, scope(patient, DUE), MINUTE, AT).lost == 1
    row.outcome_at -= MINUTE
    assert found(session, patient).undelivered == []
    row.outcome_at = AT
    patient.status = "left"
    assert found(session, patient).undelivered == []
    assert trouble(session, scope(patient, DUE), MINUTE, AT).lost == 0


@pytest.mark.parametrize("outcome", ["sent", "cancelled"])
def test_what_arrived_or_never_went_is_no_fault(
    session: Session, patient: Patient, visit: Visit, outcome: str
) -> None:
    message(session, visit, channel="email", outcome=outcome, outcome_at=AT)
    assert found(session, patient).undelivered == []


def test_a_corrected_address_has_been_dealt_with(
    session: Session, patient: Patient, visit: Visit, contact: Contact
) -> None:
    """Not while it is the refused one, though other mail arrived since."""
    message(session, visit, channel="email", outcome="bounced", outcome_at=AT - MINUTE)
    letter = message(session, visit, 2, channel="letter", outcome="sent", outcome_at=AT)
    contact.refused_email = "a@b.org"
    assert len(found(session, patient).undelivered) == 1
    contact.email = "new@b.org"
    assert found(session, patient).undelivered == []
    letter.outcome_at = AT - 2 * MINUTE
    assert found(session, patient).undelivered == []


@pytest.mark.parametrize(("outcome", "left"), [("bounced", 0), ("failed", 0), ("unknown", 1)])
def test_a_full_mailbox_waits_until_some_mail_arrives(
    session: Session, patient: Patient, visit: Visit, outcome: str, left: int
) -> None:
    """Later, and to this patient; of what is unknown nobody can say that it came."""
    message(session, visit, channel="email", outcome=outcome, outcome_at=AT)
    other = add_visit(session, add(session, "P2", patient))
    message(session, other, channel="email", outcome="sent", outcome_at=AT + MINUTE)
    arrived = message(session, visit, 2, channel="email", outcome="sent", outcome_at=AT)
    assert len(found(session, patient).undelivered) == 1
    arrived.outcome_at = AT + MINUTE
    assert len(found(session, patient).undelivered) == left


def test_alerts_wait_until_they_are_closed(session: Session, patient: Patient, visit: Visit) -> None:
    """New ones first, then the oldest; also of who left."""
    states = (("a", "acted_on"), ("b", "acknowledged"), ("c", "new"), ("d", "closed"), ("e", "historical"))
    for rule, state in states:
        alert(session, visit, rule, state=state, acknowledged_at=None if state == "new" else AT)
        session.flush()
    patient.status = "left"
    waiting = found(session, patient).alerts
    assert [(one.rule, one.state) for one in waiting] == [
        ("c", "new"),
        ("a", "acted_on"),
        ("b", "acknowledged"),
    ]
    assert {(one.patient, one.instrument, one.raised_at, one.name) for one in waiting} == {
        ("P1", "phq9", AT, "Anna Abel")
    }


def test_the_oldest_alert_comes_before_younger_ones(session: Session, patient: Patient, visit: Visit) -> None:
    for rule, minutes in (("young", 0), ("old", 9)):
        alert(session, visit, rule).raised_at = AT - minutes * MINUTE
        session.flush()
    assert [one.rule for one in found(session, patient).alerts] == ["old", "young"]


def test_a_request_waits_while_there_is_somebody_to_remove(
    session: Session, patient: Patient, contact: Contact
) -> None:
    assert found(session, patient).requests == []
    patient.removal_requested_at = AT
    assert found(session, patient).requests == [needs.Request("P1", AT)]
    patient.contact = None
    assert found(session, patient).requests == []


def overdue(session: Session, patient: Patient, on: date) -> list[tuple[str, str]]:
    waiting = found(session, patient, on)
    assert waiting.overdue_in_all == len(waiting.overdue)
    return [(one.visit, one.state) for one in waiting.overdue]


def test_a_visit_is_overdue_after_its_day(session: Session, patient: Patient, visit: Visit) -> None:
    """Once it is over it is missed, and waits for a reason thirty days."""
    closes = visit.closes_on
    assert overdue(session, patient, closes + DAY) == [("v1", "missed")]
    assert overdue(session, patient, closes + 30 * DAY) == [("v1", "missed")]
    assert overdue(session, patient, closes + 31 * DAY) == []
    assert overdue(session, patient, visit.opens_on) == []
    days = [on for on in (DUE + n * DAY for n in range(21)) if overdue(session, patient, on)]
    assert days, "open and past its day"
    assert days == [days[0] + n * DAY for n in range(len(days))]
    assert days[-1] == closes
    assert days[0] > DUE


@pytest.mark.parametrize("why", ["reason", "answered", "left", "paused"])
def test_who_need_not_be_reminded(session: Session, patient: Patient, visit: Visit, why: str) -> None:
    """A visit that is explained or done; somebody who does not take part."""
    over = visit.closes_on + DAY
    if why == "reason":
        visit.missed_reason = "ill"
    elif why == "answered":
        answer(session, visit, "face", "saq")
    else:
        patient.status = why
    assert overdue(session, patient, over) == []


def test_what_may_still_be_answered_is_first(session: Session, patient: Patient, visit: Visit) -> None:
    """What closes soonest before the rest; what is missed last; a begun one among them."""
    begun = add_visit(session, patient, "begun", DUE + 5 * DAY)
    begin(session, begun)
    add_visit(session, patient, "gone", DUE - 20 * DAY)
    listed = overdue(session, patient, visit.closes_on)
    assert listed == [("v1", "due"), ("begun", "in_progress"), ("gone", "missed")]


def test_lists_are_of_the_scope(
    session: Session, patient: Patient, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of another site nothing; of overdue visits the first of many, and how many there are."""
    patient.site, patient.removal_requested_at = "North", AT
    row = message(session, visit)
    message(session, visit, 2, channel="email", outcome="failed", outcome_at=AT)
    alert(session, visit, "a")
    session.flush()
    over = visit.closes_on + DAY
    for site, count in (("North", 1), ("South", 0)):
        waiting = ask(session, needs.needs(session, Scope(patient.study_id, site, over), AT))
        for name in ("alerts", "by_hand", "undelivered", "requests", "overdue"):
            assert len(getattr(waiting, name)) == count, name
    assert needs.find_by_hand(session, Scope(patient.study_id, "South", over), row.id) is None
    row.channel = "email"
    session.flush()
    assert needs.find_by_hand(session, Scope(patient.study_id, "North", over), row.id) is None
    monkeypatch.setattr(needs, "SHOWN", 1)
    add_visit(session, patient, "v2", DUE - DAY)
    waiting = ask(session, needs.needs(session, Scope(patient.study_id, "North", over), AT))
    assert (len(waiting.overdue), waiting.overdue_in_all) == (1, 2)
