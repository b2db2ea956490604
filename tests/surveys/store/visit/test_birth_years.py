"""The years of birth that count as a patient's."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from surveys.models import Contact, Patient
from surveys.store.visit import birth_years


def test_the_study_or_the_clinic_may_know_one(session: Session, patient: Patient) -> None:
    """Both count where they differ: one of them is a slip, and nobody knows which."""
    assert birth_years.known(session, patient.id) == {1970}
    contact = Contact(born_on=date(1961, 5, 2))
    session.add(contact)
    session.flush()
    patient.contact_id = contact.id
    session.flush()
    assert birth_years.known(session, patient.id) == {1970, 1961}
    patient.birth_year = patient.contact_id = None
    session.flush()
    assert birth_years.known(session, patient.id) == set()
