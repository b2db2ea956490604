"""What happened to a patient, and who did it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from surveys.lists import history
from surveys.lists.at_once import ask
from surveys.lists.history import EventRow, Reader
from surveys.models import Patient, Staff
from surveys.models.audit import READ
from surveys.store import audit
from tests.surveys.lists.conftest import AT
from tests.surveys.lists.test_changes import add


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


def test_the_latest_events_come_first(session: Session, patient: Patient) -> None:
    """As many as asked for, and no other patient's; a clock set back changes no order."""
    other = add(session, "P2", patient)
    for number, one in enumerate((patient, patient, other, patient)):
        at = AT - timedelta(minutes=number)
        facts = {"number": number}
        audit.record(session, audit.Entry(at, "staff:1", "patient.status", one.id, facts, "Moved away."))
        session.commit()
    found = ask(session, history.of_patient(patient.id, 2))
    assert found == [
        EventRow(
            AT - timedelta(minutes=number), "staff:1", "patient.status", {"number": number}, "Moved away."
        )
        for number in (3, 1)
    ]
    assert len(ask(session, history.of_patient(patient.id, 10))) == 3


def test_who_read_a_patient_is_listed_once(session: Session, patient: Patient) -> None:
    """How often and when last, the latest first, as many as asked for; no other patient's readers."""
    other = add(session, "P2", patient)
    for minutes, actor, read, action in (
        (0, "staff:1", patient, READ),
        (20, "staff:2", patient, READ),
        (40, "staff:1", patient, READ),
        (50, "staff:2", patient, "patient.status"),
        (60, "staff:3", other, READ),
    ):
        audit.record(session, audit.Entry(AT + timedelta(minutes=minutes), actor, action, read.id))
        session.commit()
    first = Reader("staff:1", 2, AT + timedelta(minutes=40))
    assert ask(session, history.readers(patient.id, 10)) == [
        first,
        Reader("staff:2", 1, AT + timedelta(minutes=20)),
    ]
    assert ask(session, history.readers(patient.id, 1)) == [first]


def test_staff_are_named_by_their_address(session: Session) -> None:
    """The patient, the worker and accounts that are not there have no other name."""
    for number, email in ((1, "ann@example.org"), (12, "bea@example.org"), (3, "cleo@example.org")):
        session.add(Staff(id=number, email=email, password="", fs_uniquifier=str(number), created_at=AT))
    session.flush()
    actors = ["staff:1", "staff:12", None, "patient", "staff:99", "staff:1"]
    assert history.names(session, actors) == {"staff:1": "ann@example.org", "staff:12": "bea@example.org"}
    assert history.names(session, ["patient", None]) == {}
