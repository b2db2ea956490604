"""Databases of one kind: what differs between two is proved by the journey of a backup."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from surveys.exchange.backup.taking import take
from tests.support.rows import connected, fill

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A new SQLite database with our tables."""
    return sqlite_url


@pytest.fixture
def backup(database_url: str, tmp_path: Path) -> Path:
    """A backup of a row of every table."""
    engine, path = create_engine(database_url), tmp_path / "backup.zip"
    with connected(database_url) as connection, path.open("wb") as file:
        fill(connection, engine)
        take(connection, file, at=AT)
    engine.dispose()
    return path
