"""Databases of one kind: what differs between two is proved by the journey of a backup."""

from __future__ import annotations

import pytest


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A new SQLite database with our tables."""
    return sqlite_url
