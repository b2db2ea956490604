"""Pages know no database: SQLite, unless a test asks for both."""

from __future__ import annotations

import pytest


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """A new database with our tables: SQLite, or what the test names as parameter."""
    return str(request.getfixturevalue(getattr(request, "param", "sqlite_url")))
