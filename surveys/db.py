"""Where Flask meets SQLAlchemy: the engine, how transactions begin, and the migrations.

It does not know the meaning of tables. Which connections may be used again, `surveys/resting.py` says.
"""

from __future__ import annotations

import gc
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from flask import Flask, request
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, InternalError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

import surveys.resting  # noqa: F401 — it listens to every pool
from surveys.db_of_app import Databases
from surveys.exchange.backup import UNPROVED
from surveys.models.dialects import on_postgresql
from surveys.settings import CONNECTIONS, FILES, Connections, Settings
from surveys.sqlite_file import must_be_whole
from surveys.store.transactions import ASKED_AGAIN, GIVEN_WAY

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = FILES / "migrations"
ANALYSIS = "analysis"  # the engine of what reads in bulk, where it has a database of its own
NOT_PREPARED = {"prepare_threshold": None}  # psycopg prepares no statement
CATCH_UP = 5.0  # seconds that a replica has to catch up with what was committed before
WAITED = 15  # seconds for SQLite's other writer
# A PostgreSQL that is not reached says so soon: seconds for a connection, milliseconds for an answer of its
# machine. An address may say otherwise.
REACHED = {"connect_timeout": 5, "tcp_user_timeout": 30_000}
# Compiled statements that a process keeps: the pages of staff and patients have about nine hundred, and with
# SQLAlchemy's five hundred each page pushes out another's.
STATEMENTS = 1500
HURRIED = 1  # seconds for whoever is before it, where a page would wait for what is not its own

db = Databases()

# Whether transactions that begin now will write; None where nobody said so. On SQLite a writer takes the
# write lock at once, because two readers that both become writers would fail. A reader never takes it, or a
# report would block every patient. PostgreSQL refuses what a reader would write.
_writing: ContextVar[bool | None] = ContextVar("writing", default=None)
_waits: ContextVar[int] = ContextVar("waits", default=WAITED)


class RestoreCutShortError(Exception):
    """The rows of a backup are in the database, and nobody has proved them; the message says what to do."""


class DatabaseBehindError(Exception):
    """The database's schema is older than this program; the message names the command to run."""


@contextmanager
def writing() -> Iterator[None]:
    """Mark transactions that begin in the block as writers."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


@contextmanager
def short_transaction(engine: Engine) -> Iterator[Session]:
    """A session of its own that writes, commits when the block ends well, and then lets others write.

    Long work is done in many of these.
    """
    with writing(), Session(engine) as session, _uncollected():
        yield session
        session.commit()
    if not on_postgresql(engine):
        time.sleep(GIVEN_WAY)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage while others wait: with a whole import in memory that takes longest of all."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@contextmanager
def hurried_transaction(engine: Engine) -> Iterator[Session]:
    """The same for a change that nobody waits for: it fails rather than wait longer than `HURRIED`."""
    token = _waits.set(HURRIED)
    try:
        with writing(), Session(engine) as session:
            if on_postgresql(engine):
                session.execute(text(f"SET LOCAL lock_timeout = '{HURRIED}s'"))
            yield session
            session.commit()
    finally:
        _waits.reset(token)


@contextmanager
def snapshot() -> Iterator[Session]:
    """A separate read-only session that sees one moment of the database, however long it reads.

    It reads the replica of SEVENTH_ANALYSIS_DATABASE_URL if there is one, but never less than was committed
    before: what was erased must not come back, and who exports after an answer expects to find it.
    """
    with in_bulk(db.engine, db.engines.get(ANALYSIS)) as session:
        yield session


@contextmanager
def in_bulk(main: Engine, replica: Engine | None) -> Iterator[Session]:
    """The session of `snapshot()`, on these databases."""
    engine = replica if replica is not None and has_caught_up(replica, main) else main
    with look(engine) as session:
        yield session


@contextmanager
def look(engine: Engine) -> Iterator[Session]:
    """A separate read-only session that sees one moment of this very database."""
    with moment(engine) as connection, Session(connection) as session:
        yield session


def has_caught_up(replica: Engine, main: Engine, within: float = CATCH_UP) -> bool:
    """Whether `replica` has all that is committed in `main` now, waiting for it up to `within` seconds.

    A database that is no standby of PostgreSQL never has, and one that does not answer does not either. What
    counts is where the log is inserted: with `synchronous_commit` off, a commit is written a moment later.
    """
    with main.connect() as connection:
        written = connection.scalar(text("SELECT CAST(pg_current_wal_insert_lsn() AS text)"))
    replayed = text("SELECT pg_last_wal_replay_lsn() >= CAST(:written AS pg_lsn)")
    until = time.monotonic() + within
    try:
        with replica.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            while not (has := connection.scalar(replayed, {"written": written})):
                if has is None or time.monotonic() > until:
                    return False
                time.sleep(0.05)
    except DBAPIError:
        return False
    return True


@contextmanager
def moment(engine: Engine) -> Iterator[Connection]:
    """A separate read-only connection that sees one moment of the database, without a limit of time."""
    token = _writing.set(False)
    try:
        with engine.connect() as connection:
            if on_postgresql(connection):
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                connection.execute(text("SET LOCAL statement_timeout = 0"))
            yield connection
    finally:
        _writing.reset(token)


@event.listens_for(Engine, "connect")
def _set_up_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # otherwise the driver begins transactions by its own rules
    cursor = connection.cursor()
    try:
        cursor.execute("PRAGMA journal_mode = WAL")
    except UnicodeDecodeError as error:
        # the schema is noise, and the driver cannot even read what SQLite says of it
        damaged = sqlite3.DatabaseError(error.object.decode(errors="replace"))
        damaged.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise damaged from error
    cursor.execute("PRAGMA synchronous = FULL")  # an acknowledged answer survives a power cut
    cursor.execute(f"PRAGMA busy_timeout = {WAITED * 1000}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # erased rows leave no bytes in the file
    cursor.execute("PRAGMA recursive_triggers = ON")  # INSERT OR REPLACE then runs the delete triggers
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if on_postgresql(connection):
        driver: Any = connection.connection.driver_connection
        read_only = True if _writing.get() is False else None
        if driver.read_only != read_only:
            driver.read_only = read_only
        return
    plain: Any = connection.connection.dbapi_connection
    if _writing.get():
        _wait_for_writer(plain)
    else:
        plain.execute("BEGIN")  # SQLAlchemy would take as long for it as for a patient's question


@event.listens_for(Engine, "rollback")
def _keep_prepared(connection: Connection) -> None:
    """End a transaction of PostgreSQL that only read by COMMIT.

    With each ROLLBACK psycopg gives up all that it had the server prepare, and to plan the next patient's
    page costs more than to read it.
    """
    if not on_postgresql(connection) or connection.closed or connection.invalidated:
        return
    import psycopg  # 9 MB that nobody on SQLite needs

    driver: Any = connection.connection.driver_connection
    if driver.read_only and driver.info.transaction_status.name == "INTRANS":
        with suppress(psycopg.Error):  # then the connection is lost, which the rollback finds too
            driver.commit()


def _wait_for_writer(connection: Any) -> None:
    """Begin as a writer, and while there is another ask again at once.

    SQLite's own waiting asks ever more seldom, so that it misses the gaps of work in many transactions.
    """
    last = time.monotonic() + _waits.get()
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > last:
                    raise OperationalError("BEGIN IMMEDIATE", None, error) from error
                time.sleep(ASKED_AGAIN)
    finally:
        connection.execute(f"PRAGMA busy_timeout = {WAITED * 1000}")


def init_app(app: Flask, settings: Settings) -> None:
    """Bind `db` to the database; requests that may change something begin their transactions as writers."""
    urls = {"default": settings.database_url, ANALYSIS: settings.analysis_url}
    options = {
        name: {"url": url, **engine_options(url, settings.connections)} for name, url in urls.items() if url
    }
    db.init_app(app, options)

    @app.before_request
    def begin_as_writer() -> None:
        _writing.set(request.method not in {"GET", "HEAD", "OPTIONS"})

    @app.teardown_request
    def nobody_says(_: BaseException | None) -> None:
        _writing.set(None)


def close() -> None:
    """Close every connection of the current application."""
    db.session.close()
    for engine in db.engines.values():
        engine.dispose()


def engine_options(url: str, connections: Connections = CONNECTIONS) -> dict[str, Any]:
    """Options for `create_engine`: no answer in an error's text, and PostgreSQL's time-outs.

    Every thread has a connection, and some a second one for a snapshot, so that no request waits for
    another's.
    """
    options: dict[str, Any] = {"hide_parameters": True, "query_cache_size": STATEMENTS}
    if ":memory:" not in url:
        options |= {"pool_size": connections.at_most, "max_overflow": 0}
    if make_url(url).get_backend_name() == "sqlite":
        return options
    # behind a pooler nothing may outlive a transaction: the database's role carries the time-outs
    arguments = NOT_PREPARED if connections.pooler else {"options": _options(url, connections)}
    return {**options, "connect_args": {**_reached(url), **arguments}}


def _reached(url: str) -> dict[str, int]:
    return {name: value for name, value in REACHED.items() if name not in make_url(url).query}


def _options(url: str, connections: Connections) -> str:
    """What the server is told as a connection begins; the options of the address stay."""
    given = make_url(url).query.get("options", "")
    return (
        f"-c statement_timeout={connections.statement_timeout}s -c lock_timeout={connections.lock_timeout}s "
        f"{given if isinstance(given, str) else ' '.join(given)}"
    ).strip()


def _engine_for_schema(url: str) -> Engine:
    """An engine that may wait as long as it needs, and leaves nothing behind in a pooler's connection."""
    is_sqlite = url.startswith("sqlite:")
    return create_engine(url, connect_args={} if is_sqlite else {**_reached(url), **NOT_PREPARED})


def migrate(where: str | Engine, revision: str = "head") -> None:
    """Bring the database of this address or engine up to `revision`, in one transaction."""
    from alembic import command

    _run(where, command.upgrade, revision)


def migrate_down(where: str | Engine, revision: str = "base") -> None:
    """Take the database of this address or engine back to `revision`, in one transaction."""
    from alembic import command

    _run(where, command.downgrade, revision)


def prepare(url: str, *, whole: bool = True) -> None:
    """Prepare the schema for this program.

    An empty database and any SQLite database are migrated at once. An older PostgreSQL is not: its operator
    must decide to migrate it. Where `whole`, and before it is migrated, every page of a SQLite file is looked
    at: that reads all of it.

    Raises:
        DatabaseBehindError: the PostgreSQL at `url` needs `seventh migrate` first.
        DamagedError: the SQLite file at `url` is damaged.
        RestoreCutShortError: a restore into it was cut short.
    """
    engine = _engine_for_schema(url)
    try:
        if whole:
            _look_at_file(engine)
        tables = inspect(engine).get_table_names()
        if UNPROVED in tables:
            raise RestoreCutShortError(
                "A restore into this database was cut short. Run it again with the same file: seventh restore"
            )
        current = _revision(engine) if "alembic_version" in tables else None
        if current == newest_revision():
            return
        if not whole:
            _look_at_file(engine)
    finally:
        engine.dispose()
    if tables and on_postgresql(engine):
        raise DatabaseBehindError(
            f"The database is at revision {current or 'none'}, this program needs {newest_revision()}. "
            "Make a backup, then run: seventh migrate"
        )
    migrate(url)


def _look_at_file(engine: Engine) -> None:
    with engine.connect() as connection:
        must_be_whole(connection)


def is_out(error: DBAPIError) -> bool:
    """Whether the database is at fault, not what was asked of it: away, locked, full or damaged."""
    return isinstance(error, OperationalError | InternalError) or type(error) is DatabaseError


def newest_revision() -> str:
    """The revision that this program needs; revisions are numbered in their files' names."""
    return max(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def _run(where: str | Engine, change: Callable[[Config, str], None], revision: str) -> None:
    from alembic.config import Config

    engine = where if isinstance(where, Engine) else _engine_for_schema(where)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = engine
    try:
        with writing():
            change(config, revision)
    finally:
        if engine is not where:
            engine.dispose()
