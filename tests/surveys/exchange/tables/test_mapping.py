"""A mapping as data."""

from __future__ import annotations

from surveys.exchange.tables.mapping import BY_ORDER, FactColumn, FileMapping, InstrumentColumns, VisitColumn


def test_every_column_that_is_named_has_its_place() -> None:
    """A counted occurrence is no column; what nobody confirmed is told."""
    mapping = FileMapping(
        patient="code",
        completed_on="day",
        skip_where={"Status": ("1",)},
        visit=VisitColumn(column="event", occurrence=BY_ORDER),
        instruments={"phq9": InstrumentColumns({"q1": "a"}, values_of={"q1": {"1": 0}}, completed_on="at")},
        facts={"sex": FactColumn("gender", confirmed=True)},
    )
    assert dict(mapping.named()) == {
        "columns.patient": "code",
        "columns.completed_on": "day",
        "visit.column": "event",
        "file.skip_where": "Status",
        "instruments.phq9.items.q1": "a",
        "instruments.phq9.completed_on": "at",
        "facts.sex.column": "gender",
    }
    assert mapping.unconfirmed == ("instruments.phq9",)
    assert mapping.instruments["phq9"].table_of("q1") == {"1": 0}
    assert mapping.instruments["phq9"].table_of("q2") is None
