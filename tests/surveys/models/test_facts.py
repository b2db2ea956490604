"""Every table and column is bound by the audit trail, or named as free with the reason."""

from __future__ import annotations

from surveys.models import Base
from surveys.models.facts import APART, FACTS, FREE, OF_TABLE, PROVED


def test_every_table_is_bound_or_free() -> None:
    """Whoever adds a table decides: a fact that an analysis rests on is bound."""
    assert sorted([*OF_TABLE, *PROVED, *FREE]) == sorted(Base.metadata.tables)
    assert all(FREE.values())


def test_what_is_named_as_free_is_there() -> None:
    """And a bound table has one key, by which events name its rows."""
    for fact in FACTS:
        table = fact.model.__table__
        assert fact.free.keys() <= set(table.columns.keys()), fact.subject
        assert fact.columns, fact.subject
        assert [column.name for column in table.primary_key] == [fact.key.name], fact.subject


def test_what_is_bound_apart_is_bound_once() -> None:
    """Each such column stands in one part, which no table is named like."""
    for table, (whole, *parts) in OF_TABLE.items():
        apart = {name for name, reason in whole.free.items() if reason == APART}
        assert not whole.part, table
        assert sorted(apart) == sorted(name for part in parts for name in part.only), table
        assert not {part.subject for part in parts} & Base.metadata.tables.keys()
