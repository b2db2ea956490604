"""How transactions begin, what a connection is set to, and when a database is made ready or refused."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError

from surveys.db import (
    REACHED,
    DatabaseBehindError,
    db,
    engine_options,
    has_caught_up,
    migrate,
    migrate_down,
    moment,
    prepare,
    writing,
)
from surveys.settings import ROOT, SNAPSHOTS, THREADS, Connections, Settings
from tests.support.patient import Patient, in_process
from tests.support.study import invite


def settings(url: str) -> Settings:
    return Settings(database_url=url, secret_key="test " * 10)


def begins(engine: Engine) -> list[str]:
    """Fills with every BEGIN on `engine`, an SQLite."""
    seen: list[str] = []

    def note(statement: str) -> None:
        if statement.startswith("BEGIN"):
            seen.append(statement)

    @event.listens_for(engine, "checkout")
    def trace(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_trace_callback(note)

    return seen


def revision(url: str) -> str | None:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return found
    finally:
        engine.dispose()


class TestConnections:
    """SQLite is set so that an acknowledged answer survives a power cut and foreign keys hold."""

    @pytest.mark.parametrize(
        ("pragma", "value"),
        [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 15000)],
    )
    def test_sqlite_is_set_at_connect(self, sqlite_url: str, pragma: str, value: object) -> None:
        """On every new connection."""
        engine = create_engine(sqlite_url)
        try:
            with engine.connect() as connection:
                assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
        finally:
            engine.dispose()


class TestTransactions:
    """A reader never takes the write lock; a writer takes it at once."""

    @pytest.fixture
    def database_url(self, sqlite_url: str) -> str:
        """PostgreSQL has no such lock."""
        return sqlite_url

    def test_reading_pages_begin_as_readers_and_forms_as_writers(self, app: Flask) -> None:
        """GET begins plainly, POST with BEGIN IMMEDIATE; and the next GET plainly again."""
        invited = invite(app)
        patient = Patient(in_process(app))
        patient.open(invited.token)
        with app.app_context():
            seen = begins(db.engine)
        patient.get(patient.path)
        assert seen == ["BEGIN"]
        seen.clear()
        patient.next()
        assert seen == ["BEGIN IMMEDIATE", "BEGIN"]

    def test_a_long_reader_blocks_no_writer(self, app: Flask) -> None:
        """A report that is still reading does not keep a patient waiting."""
        with app.app_context():
            engine = db.engine
        with engine.connect() as reader:
            reader.execute(text("SELECT count(*) FROM study"))
            with writing(), engine.begin() as writer:
                writer.execute(text("UPDATE study SET title = title"))
            reader.execute(text("SELECT count(*) FROM study"))

    def test_writers_wait_for_one_another(self, app: Flask) -> None:
        """The second begins when the first is done, instead of failing."""
        with app.app_context():
            engine = db.engine
        order: list[str] = []

        def second() -> None:
            with writing(), engine.begin():
                order.append("second")

        with writing(), engine.begin():
            thread = Thread(target=second)
            thread.start()
            time.sleep(0.1)
            order.append("first")
        thread.join()
        assert order == ["first", "second"]

    def test_writing_ends_with_its_block(self, app: Flask) -> None:
        """What begins after the block reads again."""
        with app.app_context():
            engine = db.engine
        seen = begins(engine)
        for _ in range(2):
            with writing(), engine.connect() as connection:
                connection.execute(text("SELECT 1"))
            with engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        assert seen == ["BEGIN IMMEDIATE", "BEGIN"] * 2


class TestPrepare:
    """The server makes an empty database ready by itself, and refuses a PostgreSQL that is behind."""

    def test_an_empty_database_is_migrated(self, empty_database_url: str) -> None:
        """Both kinds; nobody has to know of a first step."""
        prepare(empty_database_url)
        migrated = revision(empty_database_url)
        prepare(empty_database_url)
        assert revision(empty_database_url) == migrated is not None

    def test_a_postgresql_behind_is_refused_with_the_command(self, postgres_url: str) -> None:
        """Its migration is a deliberate act: nothing is changed, and the message names what to run."""
        migrate_down(postgres_url)
        with pytest.raises(
            DatabaseBehindError, match=r"revision none.*Make a backup, then run: seventh migrate"
        ):
            prepare(postgres_url)
        assert revision(postgres_url) is None

    def test_the_server_does_not_start_on_it(self, postgres_url: str) -> None:
        """Neither does a server that would else answer patients with errors."""
        from app import create_app

        migrate_down(postgres_url)
        with pytest.raises(DatabaseBehindError):
            create_app(settings(postgres_url))

    def test_a_sqlite_behind_is_migrated(self, sqlite_url: str) -> None:
        """There is one program per file, so it may."""
        migrate_down(sqlite_url)
        prepare(sqlite_url)
        assert revision(sqlite_url) is not None

    @pytest.mark.long
    def test_two_servers_may_start_on_an_empty_database(self, empty_database_url: str) -> None:
        """Processes that start together: one migrates, the other finds the database ready."""
        program = f"from surveys.db import prepare; prepare({empty_database_url!r})"
        servers = [
            subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        assert [server.communicate()[1] for server in servers] == [""] * 2
        assert revision(empty_database_url) is not None

    def test_a_migration_that_fails_changes_nothing(self, empty_database_url: str) -> None:
        """All in one transaction: a table in the way leaves the database as it was."""
        engine = create_engine(empty_database_url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE study (id INTEGER)"))
        with pytest.raises(Exception, match="study"):
            migrate(empty_database_url)
        assert inspect(engine).get_table_names() == ["study"]
        engine.dispose()


def test_a_database_that_does_not_answer_is_said_so(app: Flask) -> None:
    """503 with what to do, and no address or statement in the page."""
    invited = invite(app)
    with app.app_context():
        engine = db.engine

    def fail(*_: object) -> None:
        raise OperationalError("SELECT secret", {}, Exception("connection lost"))

    event.listen(engine, "before_cursor_execute", fail)
    try:
        patient = Patient(in_process(app))
        patient.open(invited.token)
    finally:
        event.remove(engine, "before_cursor_execute", fail)
    assert patient.status == 503
    assert "Please try again in a few minutes" in patient.page.text
    assert "secret" not in patient.page.text


def test_every_thread_has_a_connection_without_waiting(app: Flask) -> None:
    """And those that read a snapshot a second one."""
    with ExitStack() as opened, app.app_context():
        for _ in range(THREADS + SNAPSHOTS):
            opened.enter_context(db.engine.connect())
        assert db.engine.pool.checkedout() == THREADS + SNAPSHOTS  # type: ignore[attr-defined]


class TestPostgres:
    """What only a PostgreSQL is told: how long to wait, and what a pooler between allows."""

    @pytest.fixture
    def database_url(self, postgres_url: str) -> str:
        """SQLite waits fifteen seconds for its writer, and has no replica."""
        return postgres_url

    def test_statements_and_locks_wait_no_longer_than_set(self, database_url: str) -> None:
        """A moment reads as long as it needs; the options of an address stay."""
        engine = create_engine(
            database_url, **engine_options(f"{database_url}&options=-c%20work_mem=5MB", Connections(2, 7, 3))
        )
        waits = text(
            "SELECT string_agg(setting || unit, ' ' ORDER BY name) FROM pg_settings "
            "WHERE name IN ('lock_timeout', 'statement_timeout', 'work_mem')"
        )
        try:
            with engine.connect() as connection:
                assert connection.scalar(waits) == "3000ms 7000ms 5120kB"
            with moment(engine) as connection:
                assert connection.scalar(waits) == "3000ms 0ms 5120kB"
        finally:
            engine.dispose()

    def test_what_was_prepared_outlives_a_page(self, app: Flask) -> None:
        """A page that only read ends by COMMIT: at a ROLLBACK the driver would give its statements up."""
        patient = Patient(in_process(app))
        patient.open(invite(app).token)
        for _ in range(8):
            patient.get(patient.path)
        with app.app_context():
            prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM link%'")
            assert db.session.scalar(prepared)

    def test_a_page_that_reads_cannot_write(self, app: Flask) -> None:
        """Nor does the next writer inherit that from its connection."""
        invite(app)
        change = text("UPDATE study SET title = 'Changed'")
        with app.test_request_context("/"):
            app.preprocess_request()
            with pytest.raises(DBAPIError, match="read-only"):
                db.session.execute(change)
            db.session.rollback()
            with writing():
                db.session.execute(change)
                db.session.commit()

    def test_behind_a_pooler_nothing_outlives_a_transaction(self, database_url: str) -> None:
        """No statement is prepared, however often it runs, and no option is sent, which poolers refuse."""
        options = engine_options(database_url, Connections(2, 7, 3, pooler=True))
        assert options["connect_args"] == {**REACHED, "prepare_threshold": None}
        engine = create_engine(database_url, **options)
        try:
            with engine.connect() as connection:
                for _ in range(8):
                    connection.execute(text("SELECT 1"))
                assert connection.scalar(text("SELECT count(*) FROM pg_prepared_statements")) == 0
        finally:
            engine.dispose()

    def test_what_is_no_standby_or_does_not_answer_is_not_read(self, database_url: str) -> None:
        """The main database is, so that nothing is missing or comes back."""
        main = create_engine(database_url)
        nowhere = create_engine("postgresql://postgres@/gone?host=/nowhere")
        try:
            assert not has_caught_up(main, main)
            assert not has_caught_up(nowhere, main)
        finally:
            main.dispose()
