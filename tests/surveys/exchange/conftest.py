"""A draft study to import into, and short files."""

from __future__ import annotations

import pytest

from tests.support.desk import LIBRARY, NOW, Desk, Facts, desk, make_desk

__all__ = ["LIBRARY", "NOW", "Desk", "Facts", "desk", "make_desk"]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: the journeys import on both."""
    return sqlite_url
