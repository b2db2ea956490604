"""Where Flask meets SQLAlchemy: the engine, how transactions begin, and the migrations.

Knows no table's meaning.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from flask import Flask, request
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from surveys.settings import FILES, THREADS

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = FILES / "migrations"
SNAPSHOTS = 4  # connections beyond one per thread

db = SQLAlchemy()

# Whether the transactions now begun will write. On SQLite a writer takes the write lock at once (two readers
# that both try to become writers would fail); a reader never takes it, or a report would block every patient.
_writing: ContextVar[bool] = ContextVar("writing", default=False)


class DatabaseBehindError(Exception):
    """The database's schema is older than this program; the message names the command that mends it."""


@contextmanager
def writing() -> Iterator[None]:
    """Transactions that begin inside are going to write."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


@contextmanager
def snapshot() -> Iterator[Session]:
    """A session of its own that sees one moment of the database, however long it reads, and only reads."""
    with moment(db.engine) as connection, Session(connection) as session:
        yield session


@contextmanager
def moment(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment of the database, likewise."""
    token = _writing.set(False)
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection
    finally:
        _writing.reset(token)


@event.listens_for(Engine, "connect")
def _set_up_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # the driver would begin transactions by rules of its own
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # an acknowledged answer survives a power cut
    cursor.execute("PRAGMA busy_timeout = 15000")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA recursive_triggers = ON")  # else INSERT OR REPLACE deletes past the triggers
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def init_app(app: Flask, url: str) -> None:
    """Bind `db` to `url`; requests that may change something begin their transactions as writers."""
    app.config["SQLALCHEMY_ENGINES"] = {"default": {"url": url, **engine_options(url)}}
    db.init_app(app)
    # There is no asynchronous engine; closing its sessions would start a thread for every request. The
    # library has no setting for that: a test says when its function has another name.
    app.teardown_appcontext_funcs[:] = [
        function for function in app.teardown_appcontext_funcs if function.__name__ != "_close_async_sessions"
    ]

    @app.before_request
    def begin_as_writer() -> None:
        _writing.set(request.method not in {"GET", "HEAD", "OPTIONS"})


def close() -> None:
    """Give back every connection of the application in whose context this is called."""
    db.session.close()
    for engine in db.engines.values():
        engine.dispose()


def engine_options(url: str) -> dict[str, Any]:
    """Options for `create_engine`: no answer in an error's text, no stale PostgreSQL connection.

    There is a connection for every thread and a second one for those that read a snapshot: no request waits
    for another's.
    """
    options: dict[str, Any] = {"hide_parameters": True}
    if ":memory:" not in url:
        options |= {"pool_size": THREADS, "max_overflow": SNAPSHOTS}
    return options if make_url(url).get_backend_name() == "sqlite" else {**options, "pool_pre_ping": True}


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at `url` up to `revision`, in one transaction."""
    from alembic import command

    _run(url, command.upgrade, revision)


def migrate_down(url: str, revision: str = "base") -> None:
    """Take the database at `url` back to `revision`, in one transaction."""
    from alembic import command

    _run(url, command.downgrade, revision)


def prepare(url: str) -> None:
    """Make the schema ready for this program to run.

    An empty database and any SQLite one are migrated at once. A PostgreSQL that is behind is not: its
    migration is a deliberate act of whoever runs it.

    Raises:
        DatabaseBehindError: the PostgreSQL at `url` needs `seventh migrate` first.
    """
    engine = create_engine(url)
    try:
        tables = inspect(engine).get_table_names()
        current = _revision(engine) if "alembic_version" in tables else None
    finally:
        engine.dispose()
    if current == newest_revision():
        return
    if tables and engine.dialect.name != "sqlite":
        raise DatabaseBehindError(
            f"The database is at revision {current or 'none'}, this program needs {newest_revision()}. "
            "Make a backup, then run: seventh migrate"
        )
    migrate(url)


def newest_revision() -> str:
    """The revision that this program needs; revisions are numbered in their files' names."""
    return max(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def _run(url: str, change: Callable[[Config, str], None], revision: str) -> None:
    from alembic.config import Config

    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = engine
    try:
        with writing():
            change(config, revision)
    finally:
        engine.dispose()
