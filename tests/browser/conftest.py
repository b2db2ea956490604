"""Browser tests run on SQLite only: what differs between databases is proved without a browser."""

from __future__ import annotations

import socket

import pytest
from playwright.sync_api import expect

from tests.support.pages_in_browser import PATIENCE
from tests.support.server import url_of

expect.set_options(timeout=PATIENCE)  # as long as pages are waited for: a board may have to be drawn first


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A new SQLite database with our tables."""
    return sqlite_url


@pytest.fixture(scope="session")
def public_url(listener: socket.socket) -> str:
    """Links that the application writes lead to the live server: one address, and with it one application."""
    return url_of(listener)
