"""Long work in short transactions."""

from __future__ import annotations

import threading
import time

from sqlalchemy import create_engine, text

from surveys.db import short_transaction
from surveys.store.transactions import ASKED_AGAIN, GIVEN_WAY


def test_whoever_waits_asks_at_least_once_while_way_is_given() -> None:
    """So that a row of short transactions keeps nobody out."""
    assert 2 * ASKED_AGAIN <= GIVEN_WAY


def test_a_writer_gets_in_between_two_short_transactions(sqlite_url: str) -> None:
    """Long before the last of them: it asks more often than SQLite's own waiting does."""
    engine = create_engine(sqlite_url)
    other = create_engine(sqlite_url)
    ended: list[int] = []
    done = threading.Event()

    def write() -> None:
        with short_transaction(other) as session:
            session.execute(text("UPDATE study SET title = 'x'"))
        done.set()

    waiting = threading.Thread(target=write)
    for number in range(100):
        with short_transaction(engine) as session:
            session.execute(text("UPDATE study SET title = 'y'"))
            if not number:
                waiting.start()
            time.sleep(0.01)
        if done.is_set():
            break
        ended.append(number)
    waiting.join()
    engine.dispose()
    other.dispose()
    assert done.is_set()
    assert len(ended) < 99
