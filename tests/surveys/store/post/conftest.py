"""A patient whom messages reach."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from surveys.models import Contact, Patient
from tests.support.outbox import TO


@pytest.fixture
def reached(session: Session, patient: Patient) -> Contact:
    """The patient has an e-mail address, and speaks a language that the study does not."""
    contact = Contact(name="Anna Abel", email=TO, locale="fr")
    session.add(contact)
    session.flush()
    patient.contact_id = contact.id
    session.commit()
    return contact
