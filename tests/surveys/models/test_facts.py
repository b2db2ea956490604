"""Every table and column is bound by the audit trail, or named as free with the reason."""

from __future__ import annotations

from surveys.models import Base
from surveys.models.facts import BY_SUBJECT, FACTS, FREE


def test_every_table_is_bound_or_free() -> None:
    """Whoever adds a table decides: a fact that an analysis rests on is bound."""
    assert BY_SUBJECT.keys() & FREE.keys() == set()
    assert BY_SUBJECT.keys() | FREE.keys() == Base.metadata.tables.keys()
    assert all(FREE.values())


def test_what_is_named_as_free_is_there() -> None:
    """And a bound table has one key, by which events name its rows."""
    for fact in FACTS:
        table = fact.model.__table__
        assert fact.free.keys() <= set(table.columns.keys()), fact.subject
        assert fact.columns, fact.subject
        assert [column.name for column in table.primary_key] == ["id"], fact.subject
