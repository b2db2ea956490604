"""Pages know no database: SQLite, unless a test asks for both, or all work as the server's role."""

from __future__ import annotations

import pytest


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """A new database with our tables: SQLite, or what the test names; with `--as-server` PostgreSQL."""
    usual = "postgres_url" if request.config.getoption("as_server") else "sqlite_url"
    return str(request.getfixturevalue(getattr(request, "param", usual)))
