"""How often a program waits for PostgreSQL, by what its driver writes down of the conversation."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine

ANSWERED = "\tReadyForQuery"


@contextmanager
def round_trips(engine: Engine) -> Iterator[list[str]]:
    """The server's answers in the block, of the one connection that the pool of `engine` is left with."""
    engine.dispose()
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
    answers: list[str] = []
    with tempfile.TemporaryFile("w+") as record:
        driver.pgconn.trace(record.fileno())
        try:
            yield answers
        finally:
            if not driver.closed:
                driver.pgconn.untrace()
            record.seek(0)
            answers += [line for line in record if ANSWERED in line]
