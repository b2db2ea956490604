"""Messages by what became of them: how many, in which order, whose."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from surveys.lists import messages
from surveys.lists.scope import Scope
from surveys.models import Message, Patient, Visit
from tests.surveys.lists.conftest import AT, DUE
from tests.surveys.lists.test_changes import add
from tests.surveys.lists.test_patients import DAY, add_visit, scope

HOUR = timedelta(hours=1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


def put(session: Session, visit: Visit, nth: int, outcome: str | None = None, **facts: Any) -> Message:
    """A message planned `nth` hours after `AT`, settled a day before that, so that the two orders differ."""
    made = Message(
        **{
            "visit_id": visit.id,
            "kind": "reminder",
            "nth": nth,
            "channel": "email",
            "planned_at": AT + nth * HOUR,
            "attempts": 0,
            "outcome": outcome,
            "outcome_at": AT - nth * DAY if outcome else None,
            **facts,
        }
    )
    session.add(made)
    session.flush()
    return made


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (None, "planned"),
        ("failed", "trouble"),
        ("bounced", "trouble"),
        ("unknown", "trouble"),
        ("sent", "sent"),
        ("cancelled", "cancelled"),
    ],
)
def test_each_outcome_has_one_state(
    session: Session, patient: Patient, outcome: str | None, state: str
) -> None:
    visit = add_visit(session, patient)
    put(session, visit, 1, outcome)
    expected = {one: int(one == state) for one in messages.STATES}
    assert messages.counts(session, scope(patient)) == expected
    shown = {one: len(messages.page(session, scope(patient), one, 1)) for one in messages.STATES}
    assert shown == expected


def test_what_a_gateway_counted_is_summed_by_channel(session: Session, patient: Patient) -> None:
    """In all, and since a day; what nobody counted is not there."""
    visit = add_visit(session, patient)
    put(session, visit, 1, "sent", channel="text", parts=2)
    put(session, visit, 2, "bounced", channel="text", parts=1)
    put(session, visit, 3, "sent")
    found = messages.counted(session, scope(patient), AT - DAY)
    assert found == [messages.Counted("text", went=2, parts=3, parts_since=2)]


def test_what_goes_next_comes_first_and_what_went_last(session: Session, patient: Patient) -> None:
    """Of one moment in the order in which they were planned."""
    visit = add_visit(session, patient)
    for nth in (2, 1, 3):
        put(session, visit, nth)
        put(session, visit, 10 + nth, "sent")
    late = put(session, visit, 20, planned_at=AT + HOUR)
    planned = messages.page(session, scope(patient), "planned", 1)
    assert [row.nth for row in planned] == [1, late.nth, 2, 3]
    assert [row.nth for row in messages.page(session, scope(patient), "sent", 1)] == [11, 12, 13]
    assert [row.nth for row in messages.of_patient(session, scope(patient), patient.id)] == [
        13,
        12,
        11,
        3,
        2,
        20,
        1,
    ]


def test_a_page_goes_on_where_the_one_before_ended(session: Session, patient: Patient) -> None:
    visit = add_visit(session, patient)
    for nth in range(1, 6):
        put(session, visit, nth)
    pages = [messages.page(session, scope(patient), "planned", number, 2) for number in (1, 2, 3, 4)]
    assert [[row.nth for row in page] for page in pages] == [[1, 2], [3, 4], [5], []]


def test_a_message_is_shown_with_all_that_is_known_of_it(session: Session, patient: Patient) -> None:
    visit = add_visit(session, patient)
    times = {"retry_at": AT + HOUR, "claimed_at": AT - HOUR}
    made = put(session, visit, 1, "failed", error="550", kind="invitation", **times)
    row = messages.find(session, scope(patient), made.id)
    assert row == messages.MessageRow(
        id=made.id,
        visit_id=visit.id,
        patient="P1",
        visit="v1",
        kind="invitation",
        nth=1,
        channel="email",
        planned_at=AT + HOUR,
        retry_at=AT + HOUR,
        claimed_at=AT - HOUR,
        outcome="failed",
        outcome_at=AT - DAY,
        error="550",
        parts=None,
    )


def test_another_sites_messages_are_not_there(session: Session, patient: Patient) -> None:
    """Not counted, not listed, not found."""
    other = add(session, "P2", patient, site="North")
    made = put(session, add_visit(session, other), 1)
    south = Scope(patient.study_id, "South", DUE)
    assert messages.counts(session, south)["planned"] == 0
    assert messages.page(session, south, "planned", 1) == []
    assert messages.of_patient(session, south, other.id) == []
    assert messages.find(session, south, made.id) is None
    assert messages.of_patient(session, scope(patient), patient.id) == []


def test_chosen_messages_stand_by_patient(session: Session, patient: Patient) -> None:
    """Those of the scope alone, whoever else's number is among them."""
    first, other = add(session, "A1", patient, site="South"), add(session, "B1", patient, site="North")
    patient.site = "South"
    made = [
        put(session, add_visit(session, one), nth) for nth, one in enumerate((patient, first, other), start=1)
    ]
    ids = [one.id for one in made]
    assert [row.id for row in messages.of_ids(session, scope(patient), ids)] == [ids[1], ids[2], ids[0]]
    south = Scope(patient.study_id, "south", DUE)
    assert [row.id for row in messages.of_ids(session, south, ids)] == [ids[1], ids[0]]
    assert [row.id for row in messages.of_ids(session, south, ids[:1])] == ids[:1]
