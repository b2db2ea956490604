"""Connections to PostgreSQL that rest between two transactions: whether one still is there when it is needed.

To ask each time costs every page a round trip. A server that goes away ends its connections, which their
sockets tell by themselves. Only a network may lose one in silence, and only one that rested long. So these
two kinds are asked, and all others are used as they are.
"""

from __future__ import annotations

import select
import sqlite3
import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

LONG = 10.0  # seconds; networks forget a connection after minutes
_SINCE = "rests_since"


@event.listens_for(Engine, "checkin")
def _begins_to_rest(connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[_SINCE] = time.monotonic()


@event.listens_for(Engine, "checkout")
def _must_be_there(connection: Any, record: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
    """Give out no connection that is lost: the pool opens others in the place of all that rest."""
    since = record.info.get(_SINCE)
    if since is None or isinstance(connection, sqlite3.Connection):
        return
    if (time.monotonic() - since > LONG or _was_told_something(connection)) and not _answers(connection):
        raise InvalidatePoolError


def _was_told_something(connection: Any) -> bool:
    """Whether the server sent anything meanwhile: its farewell, or the end of the stream."""
    if connection.closed:
        return True
    heard = select.poll()
    heard.register(connection.fileno(), select.POLLIN)
    return bool(heard.poll(0))


def _answers(connection: Any) -> bool:
    """Whether it answers, asked without a transaction."""
    import psycopg  # 9 MB that nobody on SQLite needs

    try:
        connection.autocommit = True
        connection.execute("")
        connection.autocommit = False
    except psycopg.Error:
        return False
    return True
