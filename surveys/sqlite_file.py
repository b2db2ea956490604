"""The file of a SQLite database: whether it is whole, and a log in which nothing erased is left."""

from __future__ import annotations

from contextlib import suppress
from weakref import WeakSet

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from surveys.models.dialects import on_postgresql
from surveys.store.transactions import ERASES

WAITS = 2000  # milliseconds for those who read what was before
_kept_back: WeakSet[Engine] = WeakSet()  # whose logs a reader kept after an erasure


class DamagedError(Exception):
    """The database's file is damaged; the message says what to do."""


def must_be_whole(connection: Connection) -> None:
    """Look at every page of a SQLite database; a PostgreSQL looks after its own.

    Raises:
        DamagedError: one is not as SQLite wrote it.
    """
    if on_postgresql(connection):
        return
    try:
        [told, *_] = connection.scalars(text("PRAGMA quick_check(1)")).all()
    except OperationalError:
        raise  # locked, or not there: the file is not at fault
    except DatabaseError as error:
        told = str(error.orig)
    if told != "ok":
        raise DamagedError(
            f"The database file {connection.engine.url.database} is damaged ({' '.join(told.split())}). "
            "Stop the server, keep the file, and restore the newest backup into a new one: seventh restore"
        )


def empty_log(engine: Engine, *, waits: int = WAITS) -> bool:
    """Put everything into the database's file and empty its log; whether nothing is left in the log.

    Who reads an earlier moment keeps it, after so many milliseconds: then the next commit of this process
    tries again, or the end of the last connection does it.
    """
    if on_postgresql(engine):
        return True
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        [(before,)] = cursor.execute("PRAGMA busy_timeout").fetchall()
        cursor.execute(f"PRAGMA busy_timeout = {waits}")
        try:
            [(busy, *_)] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {before}")
        return not busy
    finally:
        raw.close()


@event.listens_for(Session, "after_commit")
def _empty_log_after_erasure(session: Session) -> None:
    """Empty the log once an erasure is committed, or after a later commit where a reader kept it."""
    erases = session.info.pop(ERASES, False)
    if not (erases or _kept_back):
        return
    engine = session.get_bind().engine
    if erases or engine in _kept_back:
        _kept_back.add(engine)
        with suppress(Exception):  # the erasure is committed, whatever becomes of the log
            if empty_log(engine, waits=WAITS if erases else 0):
                _kept_back.discard(engine)
