"""What is worked out of a stored response, the same for the database and for Python."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import InstrumentVersion, Patient, Response, Study, Visit
from surveys.models.response import SOURCES, seconds_taken
from tests.support.engines import engine_of

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
ON = date(2026, 3, 10)


@pytest.mark.parametrize("superseded_at", [None, AT])
@pytest.mark.parametrize("annulled_at", [None, AT])
def test_a_response_stands(
    database_url: str, superseded_at: datetime | None, annulled_at: datetime | None
) -> None:
    """Unless it was corrected or annulled."""
    with engine_of(database_url) as engine, Session(engine) as session:
        study = Study(code="S1", title="S1", locales=["en"], who_reads={}, crisis_texts={}, created_at=AT)
        version = InstrumentVersion(
            instrument="face",
            version="1",
            wording="working",
            wording_status="working",
            definition="",
            definition_sha256="",
            texts={},
            texts_sha256="",
            frozen_at=AT,
        )
        session.add_all([study, version])
        session.flush()
        patient = Patient(study_id=study.id, code="P1", enrolled_on=ON, status_since=ON)
        session.add(patient)
        session.flush()
        visit = Visit(
            patient_id=patient.id,
            study_id=study.id,
            name="v1",
            opens_on=ON,
            due_on=ON,
            closes_on=ON,
            battery=["face"],
        )
        session.add(visit)
        session.flush()
        response = Response(
            visit_id=visit.id,
            instrument="face",
            instrument_version_id=version.id,
            answers={},
            not_given={},
            answered_at={},
            source="paper",
            submitted_at=AT,
            completed_on=ON,
            superseded_at=superseded_at,
            annulled_at=annulled_at,
        )
        session.add(response)
        session.flush()
        standing = session.scalars(select(Response.id).where(Response.stands)).all()
        assert response.stands == bool(standing) == (superseded_at is annulled_at is None)


SENT = datetime(2026, 3, 10, 12, tzinfo=UTC)
BEGUN = SENT - timedelta(minutes=6, seconds=2, milliseconds=500)


@pytest.mark.parametrize(
    ("source", "seconds"),
    [
        ("web", 362.5),
        ("kiosk", 362.5),
        ("staff_read", 362.5),
        ("simulated", 362.5),
        ("paper", None),
        ("import", None),
    ],
)
def test_how_long_answering_took(source: str, seconds: float | None) -> None:
    """From the first saved answer to sending, where both happened here; of every source it is known which."""
    assert source in SOURCES
    assert seconds_taken(source, False, BEGUN, SENT) == seconds
    assert seconds_taken(source, False, None, SENT) is None


@pytest.mark.parametrize("source", SOURCES)
def test_what_was_never_sent_took_no_time(source: str) -> None:
    """Weeks may lie between the last answer of a partial response and its making."""
    assert seconds_taken(source, True, BEGUN, SENT + timedelta(days=60)) is None
