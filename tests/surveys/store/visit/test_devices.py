"""The year of birth told on another device: right ones are remembered, wrong ones counted by visit."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import BirthYearTry, Contact, Event, Patient, Visit
from surveys.store.visit import devices
from surveys.store.visit.devices import TRIES
from tests.surveys.store.conftest import AT


def tell(session: Session, visit: Visit, year: int, device: str = "tablet") -> bool:
    return devices.tell_year(session, visit.id, visit.patient_id, device, year, at=AT)


def test_the_right_year_is_remembered_for_the_device(session: Session, visit: Visit) -> None:
    """For this one alone; the trail holds no year."""
    assert not devices.recognised(session, visit.id, "tablet")
    assert tell(session, visit, 1970)
    session.commit()
    assert devices.recognised(session, visit.id, "tablet")
    assert not devices.recognised(session, visit.id, "phone")
    [event] = session.scalars(select(Event).where(Event.action == "visit.birth_year_told"))
    assert event.facts == {"visit": visit.id, "matched": True}


def test_wrong_years_use_up_the_tries_of_the_visit(session: Session, visit: Visit) -> None:
    """On whichever device; then the right one comes too late, and is not even noted."""
    for number, wrong in enumerate((1969, 1971, 1881), 1):
        assert not tell(session, visit, wrong, f"device {number}")
        assert devices.tries_left(session, visit.id, visit.patient_id) == TRIES - number
    assert not tell(session, visit, 1970)
    assert devices.used_up(session, visit.id, visit.patient_id)
    assert len(session.scalars(select(BirthYearTry)).all()) == TRIES


def test_the_contacts_birth_date_counts_too(session: Session, visit: Visit, patient: Patient) -> None:
    """Either will do; where nobody knows one, nothing is asked."""
    contact = Contact(born_on=date(1961, 5, 2))
    session.add(contact)
    session.flush()
    patient.contact_id = contact.id
    session.flush()
    assert tell(session, visit, 1961)
    assert tell(session, visit, 1970)
    patient.birth_year = patient.contact_id = None
    session.flush()
    assert devices.tries_left(session, visit.id, visit.patient_id) == 0
    assert not devices.used_up(session, visit.id, visit.patient_id)
