"""Whatever a file holds, a restore ends in words or in rows; on both databases, and in the same memory."""

from __future__ import annotations

import gc
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from surveys.exchange.backup.restoring import is_empty, opened, put
from surveys.exchange.backup.taking import take
from tests.support.forged import forged, hostile, tried
from tests.support.rows import connected

from .conftest import AT


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new database with our tables; each kind refuses in its own way."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.mark.parametrize("seed", [1])
def test_no_backup_ends_in_a_trace(database_url: str, backup: Path, seed: int) -> None:
    """Damaged bytes, and well-made files with rows that fit no table: words, or a restore."""
    assert hostile(backup, database_url, seed, 16) > 6


@pytest.mark.long
@pytest.mark.parametrize("seed", [2])
def test_no_backup_of_very_many_ends_in_a_trace(database_url: str, backup: Path, seed: int) -> None:
    """The same at length."""
    assert hostile(backup, database_url, seed, 1000) > 500


def test_a_number_that_no_row_of_ours_has_is_no_end_to_count_from(database_url: str, backup: Path) -> None:
    """PostgreSQL's counters refuse numbers below one; a forged row may have them."""
    with connected(database_url) as connection:
        assert tried(connection, forged(backup, "own_form", lambda row: [-1, *row[1:]])) == ""


def _tables() -> int:
    return sum(type(one) is MetaData for one in gc.get_objects())


@pytest.mark.long  # it looks through all that the process holds, many times on each database
def test_neither_backup_nor_restore_keeps_tables(database_url: str, backup: Path) -> None:
    """Each reads them anew: a process that tries many files would grow by them."""
    with connected(database_url) as connection, opened(backup) as one:
        gc.collect()
        before = _tables()
        for _ in range(6):
            assert is_empty(connection)
            point = connection.begin_nested()
            put(connection, one)
            take(connection, BytesIO(), at=AT)
            point.rollback()
        gc.collect()
        assert _tables() == before
