"""A patient of a study, without a visit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from surveys.db import writing
from surveys.models import Patient, Study
from tests.support.engines import engine_of

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
DUE = AT.date()


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A session on either database."""
    with writing(), engine_of(database_url) as engine, Session(engine) as open_session:
        yield open_session


@pytest.fixture
def patient(session: Session) -> Patient:
    """P1 of S1, without a visit."""
    study = Study(code="S1", title="S1", locales=["en"], who_reads={}, crisis_texts={}, created_at=AT)
    session.add(study)
    session.flush()
    made = Patient(study_id=study.id, code="P1", enrolled_on=DUE, status_since=DUE)
    session.add(made)
    session.flush()
    return made
