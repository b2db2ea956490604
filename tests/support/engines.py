"""Engines that outlive a test, so that what was compiled for one test need not be compiled for the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

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


_OF_APPLICATIONS: dict[str, Engine] = {}
MOST = 8
"""How many applications' engines a process keeps."""


def engine_of_application(**options: Any) -> Engine:
    """As `create_engine`, but applications with the same database and options have one engine."""
    if ":memory:" in str(options["url"]):
        return create_engine(**options)
    name = repr(sorted(options.items()))
    engine = _OF_APPLICATIONS.pop(name, None) or create_engine(**options)
    _OF_APPLICATIONS[name] = engine
    for oldest in list(_OF_APPLICATIONS)[:-MOST]:
        _OF_APPLICATIONS.pop(oldest).dispose()
    return engine


def let_go() -> None:
    """Close the connections of all applications that are at rest: the database goes."""
    for engine in _OF_APPLICATIONS.values():
        engine.dispose()


@cache
def _engine(url: str) -> Engine:
    return create_engine(url, query_cache_size=STATEMENTS)
