"""A patient with a response, an alert and a change of contact on record."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import (
    Patient,
    Visit,
)
from surveys.store import audit
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions

from ..conftest import AT


@pytest.fixture
def filled(session: Session, library: Library, patient: Patient, visit: Visit) -> Patient:
    """P1 with a response, an alert and a change of contact on record."""
    phq9 = library.get("phq9")
    version = versions.freeze(session, phq9, at=AT)
    new = NewResponse(
        visit_id=visit.id,
        patient_id=patient.id,
        instrument=phq9,
        version_id=version,
        answers={f"q{number}": 1 for number in range(1, 10)},
        source="web",
        started_at=AT,
        submitted_at=AT,
        completed_on=AT.date(),
    )
    responses.add(session, [new], at=AT, actor="patient")
    audit.record(
        session,
        audit.Entry(AT, "test", "contact.changed", patient.id, values=(audit.Value("name", None, "Ada"),)),
    )
    session.commit()
    return patient
