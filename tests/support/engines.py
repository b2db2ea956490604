"""Engines that outlive a test, so that what was compiled for one test need not be compiled for the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Engine, create_engine

STATEMENTS = 4000
"""How many compiled statements an engine keeps: more than the tests of one process have."""


@contextmanager
def engine_of(url: str, *, kept: bool = False) -> Iterator[Engine]:
    """The engine of an address, where each test has a new database; its connections are closed afterwards.

    They are `kept` where all tests share the database: a new one of PostgreSQL knows neither the tables nor
    the functions of the triggers yet.
    """
    engine = _engine(url)
    try:
        yield engine
    finally:
        if not kept:
            engine.dispose()


@cache
def _engine(url: str) -> Engine:
    return create_engine(url, query_cache_size=STATEMENTS)
