"""What is asked again and again finds its rows by an index, so that it costs the same at any size."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine

from surveys.db import db
from surveys.mail.mailer import MemoryMailer
from tests.support.patient import Patient, in_process
from tests.support.plans import said, whole_tables
from tests.support.postgres import Postgres
from tests.support.study import FACE, PHQ9, SAQ, invite
from tests.surveys.test_post import AT, engine, post

pytestmark = pytest.mark.database

__all__ = ["engine"]


@pytest.fixture
def postgres_url(postgres: Postgres, _migrated_postgres: str) -> Iterator[str]:
    """A new database: PostgreSQL plans by the pages of a table, and rows taken away leave theirs."""
    url = postgres.create(_migrated_postgres)
    yield url
    postgres.drop(url)


def test_a_patient_reads_no_table_whole(app: Flask) -> None:
    """From the link over each question to the last page."""
    invited = invite(app)
    patient = Patient(in_process(app))
    with app.app_context():
        asked = db.engine
    with said(asked) as statements:
        patient.open(invited.token)
        patient.finish(FACE, PHQ9, SAQ)
    with asked.connect() as connection:
        assert len(statements) > 5
        assert whole_tables(connection, statements) == {}


def test_the_outbox_reads_no_table_whole(engine: Engine) -> None:
    """Planning, claiming and sending, and looking again for what was lost."""
    with said(engine) as statements:
        for days in (0, 3):
            one = post(engine, MemoryMailer(), AT + timedelta(days=days))
            one.plan()
            one.send_all()
    with engine.connect() as connection:
        assert whole_tables(connection, statements) == {}
