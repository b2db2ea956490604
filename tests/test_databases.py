"""The databases that tests are given."""

from __future__ import annotations

from sqlalchemy import create_engine, inspect


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_a_test_starts_with_our_tables(database_url: str) -> None:
    """The template was migrated to the newest schema."""
    assert {"study", "patient", "response", "score", "event"} <= tables(database_url)


def test_a_migration_test_starts_without_a_table(empty_database_url: str) -> None:
    """An empty database is really empty."""
    assert tables(empty_database_url) == set()
