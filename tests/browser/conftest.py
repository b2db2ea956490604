"""Browser tests run on SQLite only: what differs between databases is proved without a browser."""

from __future__ import annotations

import socket

import pytest

from tests.support.server import url_of


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A new SQLite database with our tables."""
    return sqlite_url


@pytest.fixture
def public_url(listener: socket.socket) -> str:
    """Links that the application writes lead to the live server."""
    return url_of(listener)
