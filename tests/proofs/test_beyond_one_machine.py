"""What an installation on several machines relies on, with the real programs: a replica, and PgBouncer."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app
from surveys.db import close, snapshot
from surveys.settings import Connections, Settings
from tests.support.beside_postgres import pgbouncer_before, replica_of
from tests.support.patient import Patient, in_process
from tests.support.study import FACE, PHQ9, SAQ, invite, one_table

PATIENTS, EACH = 8, 3  # questionnaires of a visit
ON_REPLICA = text("SELECT pg_is_in_recovery()")
RESPONSES = text("SELECT count(*) FROM response")


@contextmanager
def application(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.testing = True
    yield app
    with app.app_context():
        close()


@pytest.fixture
def settings(postgres_url: str) -> Settings:
    """An installation on a PostgreSQL of this test."""
    return Settings(postgres_url, "test " * 10)


def answer(app: Flask, token: str) -> None:
    patient = Patient(in_process(app))
    patient.open(token)
    patient.finish(FACE, PHQ9, SAQ)


def test_bulk_reading_goes_to_the_replica_and_misses_nothing(settings: Settings) -> None:
    """What was sent a moment ago is there each time; when the replica dies, the main database is read."""
    with (
        replica_of(settings.database_url) as (url, process),
        application(replace(settings, analysis_url=url)) as app,
    ):
        for count in range(1, 4):
            answer(app, invite(app, code=f"P{count}").token)
            with app.app_context(), snapshot() as session:
                assert session.scalar(ON_REPLICA)
                assert session.scalar(RESPONSES) == EACH * count
        process.kill()
        process.wait()
        with app.app_context(), snapshot() as session:
            assert not session.scalar(ON_REPLICA)
            assert session.scalar(RESPONSES) == EACH * 3


def test_behind_pgbouncer_every_answer_is_stored_once(settings: Settings) -> None:
    """Eight patients at once on three connections, which change hands after each transaction."""
    with pgbouncer_before(settings.database_url) as url:
        pooled = replace(settings, database_url=url, connections=Connections(pooler=True))
        with application(pooled) as app:
            tokens = [invite(app, code=f"P{number}").token for number in range(PATIENTS)]
            with ThreadPoolExecutor(PATIENTS) as people:
                list(people.map(lambda token: answer(app, token), tokens))
            stored = one_table(app, "response")
    assert len(stored) == EACH * PATIENTS
    assert len({(row["visit_id"], row["instrument"]) for row in stored}) == EACH * PATIENTS
