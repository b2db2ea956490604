"""A session on both databases, without Flask, and a study to work in.

A test that takes `study` or `patient` finds them in its database already, where that is a copy or is shared:
made once for all tests, by the same functions. On a PostgreSQL of its own they are made for it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

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
from tests.support.postgres import Postgres
from tests.support.selection import is_alone

AT = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
SEALS = Seals("test " * 10)


@pytest.fixture
def alone(request: pytest.FixtureRequest) -> bool:
    """Whether the session is all that the test has of its database."""
    return is_alone(request.function, request.fixturenames)


@pytest.fixture
def with_study() -> None:
    """Says that a test takes the study of this file."""


@pytest.fixture
def with_patient(with_study: None) -> None:
    """Says that a test takes the patient of this file."""


@pytest.fixture
def beginning(request: pytest.FixtureRequest) -> str | None:
    """What the test's database begins with."""
    return next((one for one in ("with_patient", "with_study") if one in request.fixturenames), None)


@pytest.fixture(scope="session")
def _begun_sqlite(
    _migrated_sqlite: Path, library: Library, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """A SQLite file that begins so."""
    folder = tmp_path_factory.mktemp("begun")

    @cache
    def begun(beginning: str) -> Path:
        path = folder / f"{beginning}.db"
        shutil.copyfile(_migrated_sqlite, path)
        _begin(f"sqlite:///{path}", library, beginning)
        return path

    return begun


@pytest.fixture(scope="session")
def _begun_postgres(postgres: Postgres, _migrated_postgres: str, library: Library) -> Callable[[str], str]:
    """A PostgreSQL that begins so, for all tests that keep nothing."""

    @cache
    def begun(beginning: str) -> str:
        url = postgres.create(_migrated_postgres)
        _begin(url, library, beginning)
        return url

    return begun


def _begin(url: str, library: Library, beginning: str) -> None:
    with writing(), engine_of(url) as engine, Session(engine) as session:
        made = make_study(session, library)
        if beginning == "with_patient":
            make_patient(session, library, made)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, alone: bool, beginning: str | None) -> str:
    """A new SQLite database; in PostgreSQL one for all tests that have but their session."""
    if request.param == "sqlite":
        url = str(request.getfixturevalue("sqlite_url"))
        if beginning:
            begun = request.getfixturevalue("_begun_sqlite")(beginning)
            shutil.copyfile(begun, url.removeprefix("sqlite:///"))
        return url
    if alone and beginning:
        return str(request.getfixturevalue("_role")(request.getfixturevalue("_begun_postgres")(beginning)))
    return str(request.getfixturevalue("shared_postgres_url" if alone else "postgres_url"))


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


def make_study(session: Session, library: Library) -> Study:
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


def make_patient(session: Session, library: Library, study: Study) -> Patient:
    """P1, enrolled on 10 March 2026 with the five visits of the plan."""
    new = NewPatient("P1", AT.date(), birth_year=1970)
    session.refresh(study, ["timepoints"])
    made = patients.enrol(session, study, study.timepoints, new, library, at=AT, actor="test")
    session.commit()
    return made


@pytest.fixture
def study(session: Session, library: Library, with_study: None) -> Study:
    """The one of `make_study`."""
    found = session.scalars(select(Study).where(Study.code == "S1")).one_or_none()
    session.commit()
    return found or make_study(session, library)


@pytest.fixture
def patient(session: Session, library: Library, study: Study, with_patient: None) -> Patient:
    """The one of `make_patient`."""
    found = session.scalars(select(Patient).where(Patient.code == "P1")).one_or_none()
    session.commit()
    return found or make_patient(session, library, study)


@pytest.fixture
def visit(session: Session, patient: Patient) -> Visit:
    """P1's first visit."""
    query = select(Visit).where(Visit.patient_id == patient.id, Visit.name == "baseline")
    return session.scalars(query).one()
