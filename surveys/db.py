"""Where Flask meets SQLAlchemy: the engine, how transactions begin, and the migrations.

Knows no table's meaning.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, request
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.pool import ConnectionPoolEntry

from surveys.settings import ROOT

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
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def init_app(app: Flask, url: str) -> None:
    """Bind `db` to `url`; requests that may change something begin their transactions as writers."""
    app.config["SQLALCHEMY_ENGINES"] = {"default": {"url": url, **engine_options(url)}}
    db.init_app(app)

    @app.before_request
    def begin_as_writer() -> None:
        _writing.set(request.method not in {"GET", "HEAD", "OPTIONS"})


def engine_options(url: str) -> dict[str, Any]:
    """Options for `create_engine`; a stale PostgreSQL connection is noticed before it is used."""
    return {} if make_url(url).get_backend_name() == "sqlite" else {"pool_pre_ping": True}


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at `url` up to `revision`, one transaction per revision."""
    _run(url, command.upgrade, revision)


def migrate_down(url: str, revision: str = "base") -> None:
    """Take the database at `url` back to `revision`, one transaction per revision."""
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
        current = current_revision(engine)
        head = ScriptDirectory.from_config(_alembic()).get_current_head()
        if current == head:
            return
        empty = not inspect(engine).get_table_names()
    finally:
        engine.dispose()
    if empty or make_url(url).get_backend_name() == "sqlite":
        migrate(url)
        return
    raise DatabaseBehindError(
        f"The database is at revision {current or 'none'}, this program needs {head}. "
        "Make a backup, then run: seventh migrate"
    )


def current_revision(engine: Engine) -> str | None:
    """The revision the database is at; None for one that was never migrated."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _run(url: str, change: Callable[[Config, str], None], revision: str) -> None:
    engine = create_engine(url)
    config = _alembic()
    config.attributes["engine"] = engine
    try:
        with writing():
            change(config, revision)
    finally:
        engine.dispose()


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
