"""The file of a SQLite database: whether it is whole, and a log in which nothing erased is left."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from surveys.models.dialects import on_postgresql
from surveys.store.transactions import ERASES

WAITS = 2000  # milliseconds for those who read what was before


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


def empty_log(engine: Engine) -> bool:
    """Put everything into the database's file and empty its log; whether nothing is left in the log.

    Who reads an earlier moment keeps it: then a later time does it, or the end of the last connection.
    """
    if on_postgresql(engine):
        return True
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        [(before,)] = cursor.execute("PRAGMA busy_timeout").fetchall()
        cursor.execute(f"PRAGMA busy_timeout = {WAITS}")
        try:
            [(busy, *_)] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {before}")
        return not busy
    finally:
        raw.close()


@event.listens_for(Session, "after_commit")
def _empty_log_after_erasure(session: Session) -> None:
    if session.info.pop(ERASES, False):
        with suppress(Exception):  # the erasure is committed, whatever becomes of the log
            empty_log(session.get_bind().engine)
