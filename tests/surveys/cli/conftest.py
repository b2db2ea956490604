"""The commands, each test on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from surveys.settings import Settings
from tests.support.commands import Query, Seventh, seventh_with


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: the journeys run commands on both."""
    return sqlite_url


@pytest.fixture
def seventh(settings: Settings) -> Seventh:
    """Runs a command: `seventh("study", "create", "S1")`."""
    return seventh_with(settings)


@pytest.fixture
def rows(database_url: str) -> Iterator[Query]:
    """Looks into the database: `rows("SELECT …")`."""
    engine = create_engine(database_url)

    def ask(query: str) -> list[tuple[Any, ...]]:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    yield ask
    engine.dispose()
