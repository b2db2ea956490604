"""The list of who joined by themselves: likely twins, and marks of machines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from surveys.lists import joined
from surveys.lists.scope import Scope
from surveys.models import Contact, Patient, SelfEnrolment
from tests.surveys.lists.conftest import AT, DUE


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def join(
    session: Session, code: str, first: Patient, contact: Contact | None = None, **facts: Any
) -> Patient:
    made = Patient(study_id=first.study_id, code=code, enrolled_on=DUE, status_since=DUE, birth_year=1970)
    session.add(made)
    session.flush()
    if contact is not None:
        session.add(contact)
        session.flush()
        made.contact_id = contact.id
    row = {"device": code, "network": code, "seconds": 60, "joined_at": AT, **facts}
    session.add(SelfEnrolment(patient_id=made.id, way="email", **row))
    session.flush()
    return made


def waiting(session: Session, patient: Patient) -> dict[str, joined.Joined]:
    return {row.code: row for row in joined.waiting(session, Scope(patient.study_id, None, DUE))}


def test_twins_by_address_number_and_device(session: Session, patient: Patient) -> None:
    """Of this study, however address and number are spelt; a patient of the clinic too."""
    known = Contact(email="Anna@example.org", telephone="0151 12345678")
    session.add(known)
    session.flush()
    patient.contact_id = known.id
    join(session, "A", patient, Contact(email="anna@EXAMPLE.org"))
    join(session, "B", patient, Contact(mobile="+4915112345678"), device="phone")
    join(session, "C", patient, Contact(email="nanna@example.org"), device="phone")
    found = waiting(session, patient)
    told = {code: [(twin.code, twin.by) for twin in row.twins] for code, row in found.items()}
    assert told["A"] == [("P1", "email")]
    assert ("P1", "number") in told["B"]
    assert ("C", "device_and_year") in told["B"]
    assert told["C"] == [("B", "device_and_year")]
    assert joined.count(session, Scope(patient.study_id, None, DUE)) == 3


def test_marks_of_machines(session: Session, patient: Patient) -> None:
    """Too fast, on one device, many from one network within a day; nothing is done by itself."""
    join(session, "A", patient, seconds=5, device="same")
    join(session, "B", patient, device="same")
    for number in range(joined.CROWD):
        join(session, f"N{number}", patient, network="crowd", joined_at=AT + timedelta(hours=number))
    found = waiting(session, patient)
    assert found["A"].marks == ("fast", "same_device")
    assert found["B"].marks == ("same_device",)
    assert {found[f"N{number}"].marks for number in range(joined.CROWD)} == {("same_network",)}


def test_who_came_on_other_days_makes_no_crowd(session: Session, patient: Patient) -> None:
    """A clinic's network is one address for years."""
    for number in range(joined.CROWD - 1):
        join(session, f"N{number}", patient, network="clinic")
    join(session, "before", patient, network="clinic", joined_at=AT - timedelta(days=3))
    assert {row.marks for row in waiting(session, patient).values()} == {()}


def test_who_was_looked_at_waits_no_longer(session: Session, patient: Patient) -> None:
    made = join(session, "A", patient, outcome="apart", looked_at=AT, looked_by="test")
    assert waiting(session, patient) == {}
    assert joined.of_patient(session, Scope(patient.study_id, None, DUE), made.id) is None


def test_one_of_them_is_as_in_the_list(session: Session, patient: Patient) -> None:
    """With the way on which an address was proved, and the twins that a contact tells."""
    patient.contact = Contact(email="anna@example.org")
    made = join(session, "A", patient, Contact(email="anna@example.org"))
    one = joined.of_patient(session, Scope(patient.study_id, None, DUE), made.id)
    assert one == waiting(session, patient)["A"]
    assert (one.way, one.birth_year, one.answered) == ("email", 1970, 0)
    assert [twin.code for twin in one.twins] == ["P1"]
