"""A session on both databases, without Flask, and a study to work in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.db import writing
from surveys.instruments.library import Library
from surveys.models import Patient, Study, Visit
from surveys.schedule import preset
from surveys.store.patient import patients
from surveys.store.patient.patients import NewPatient
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from surveys.store.visit.seals import Seals
from tests.support.engines import engine_of
from tests.support.selection import is_alone

AT = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
SEALS = Seals("test " * 10)


@pytest.fixture
def alone(request: pytest.FixtureRequest) -> bool:
    """Whether the session is all that the test has of its database."""
    return is_alone(request.function, request.fixturenames)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, alone: bool) -> str:
    """A new SQLite database; in PostgreSQL one for all tests that have but their session."""
    postgres = "shared_postgres_url" if alone else "postgres_url"
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else postgres))


@pytest.fixture
def session(database_url: str, alone: bool) -> Iterator[Session]:
    """A session that writes; where the database is shared, a commit releases a savepoint."""
    shared = alone and database_url.startswith("postgresql")
    with writing(), engine_of(database_url, kept=shared) as engine, engine.connect() as connection:
        if shared:
            connection.begin()  # not committed by what follows
        with Session(connection, join_transaction_mode="create_savepoint") as open_session:
            yield open_session


@pytest.fixture(scope="session")
def library() -> Library:
    """The built-in instruments."""
    return Library.load()


@pytest.fixture
def study(session: Session, library: Library) -> Study:
    """An active simulated study in Berlin with the registry's plan."""
    new = NewStudy(
        "S1",
        timezone="Europe/Berlin",
        contact="call the clinic",
        who_reads={"en": "Dr Abel on Mondays."},
        crisis_texts={"en": "Call 112."},
        simulated=True,
    )
    made = studies.create(session, new, preset("registry"), library, at=AT, actor="test")
    studies.activate(session, made, library, at=AT, actor="test")
    session.commit()
    return made


@pytest.fixture
def patient(session: Session, library: Library, study: Study) -> Patient:
    """P1, enrolled on 10 March 2026 with the five visits of the plan."""
    new = NewPatient("P1", AT.date(), birth_year=1970)
    session.refresh(study, ["timepoints"])
    made = patients.enrol(session, study, study.timepoints, new, library, at=AT, actor="test")
    session.commit()
    return made


@pytest.fixture
def visit(session: Session, patient: Patient) -> Visit:
    """P1's first visit."""
    query = select(Visit).where(Visit.patient_id == patient.id, Visit.name == "baseline")
    return session.scalars(query).one()
