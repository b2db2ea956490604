"""A table as text."""

from __future__ import annotations

from surveys.exchange.tables.table import Column, Source, Table


def test_cells_are_found_by_their_column() -> None:
    """Empty cells are not counted; a column without a label is asked by its name."""
    rows = ((2, ["A", "1"]), (4, ["B", ""]), (5, ["C", "1"]))
    table = Table("x.csv", "0" * 64, Source(), (Column("patient"), Column("q", "Sleep?")), rows)
    assert list(table.cells("patient")) == ["A", "B", "C"]
    assert table.counted("q") == {"1": 2}
    assert (table.column("patient").text, table.column("q").text) == ("patient", "Sleep?")
