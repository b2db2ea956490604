"""What a patient's status means, the same for the database and for Python."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.data.statuses import STATUSES
from surveys.models import Patient, Study
from tests.support.engines import engine_of

SINCE = date(2026, 3, 10)


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_means_the_same_everywhere(database_url: str, status: str) -> None:
    """Who left or died is gone, from that day; who is lost or gone is not in follow-up."""
    with engine_of(database_url) as engine, Session(engine) as session:
        at = datetime(2026, 3, 10, 9, tzinfo=UTC)
        study = Study(code="S1", title="S1", locales=["en"], who_reads={}, crisis_texts={}, created_at=at)
        session.add(study)
        session.flush()
        patient = Patient(study_id=study.id, code="P1", enrolled_on=SINCE, status=status, status_since=SINCE)
        session.add(patient)
        session.flush()
        gone = status in ("left", "died")
        assert patient.gone == session.scalar(select(Patient.gone)) == gone
        assert (
            patient.in_follow_up
            == session.scalar(select(Patient.in_follow_up))
            == (status in ("active", "paused"))
        )
        for days in (-1, 0, 1):
            day = SINCE + timedelta(days=days)
            expected = gone and days >= 0
            assert patient.gone_by(day) == session.scalar(select(Patient.gone_by(day))) == expected
