"""Connections that rest: one that is lost is not given out, and one that is there costs no round trip."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, text

from surveys import resting
from tests.support.round_trips import round_trips

OWN = text("SELECT pg_backend_pid()")


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    """Of a PostgreSQL: SQLite's connections are open files."""
    made = create_engine(postgres_url)
    yield made
    made.dispose()


def test_a_connection_that_the_server_ended_is_not_given_out(engine: Engine, postgres_url: str) -> None:
    """As a restarted server ends all of them: nobody sees a fault, and those that rest are gone too."""
    with engine.connect() as one, engine.connect() as other:
        lost = [one.scalar(OWN), other.scalar(OWN)]
    with psycopg.connect(postgres_url, autocommit=True) as operator:
        for pid in lost:
            operator.execute("SELECT pg_terminate_backend(%s)", [pid])
        while operator.execute("SELECT 1 FROM pg_stat_activity WHERE pid = ANY(%s)", [lost]).fetchone():
            time.sleep(0.01)
    with engine.connect() as one, engine.connect() as other:
        assert not {one.scalar(OWN), other.scalar(OWN)} & set(lost)


@pytest.mark.parametrize(("long", "asked"), [(60.0, 0), (-1.0, 1)])
def test_only_what_rested_long_is_asked(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, long: float, asked: int
) -> None:
    """A network may have lost it in silence."""
    monkeypatch.setattr(resting, "LONG", long)
    with round_trips(engine) as answers, engine.connect():
        pass
    assert len(answers) == asked
