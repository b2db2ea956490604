"""Facts of patients in a table."""

from __future__ import annotations

import pytest

from surveys.exchange.cells import CellError
from surveys.exchange.tables import facts
from surveys.exchange.tables.table import Column, Source, Table


def test_they_are_proposed_by_name_and_never_confirmed() -> None:
    """Codes by their texts, words in English and German; what is not known is asked."""
    columns = (
        Column("sex", choices={"1": "Female", "2": "Male", "9": "Not said"}),
        Column("Seite"),
        Column("dob"),
        Column("hb", choices={"1": "I", "6": "VI"}),
        Column("weight"),
    )
    rows = ((2, ["1", "links", "1960-02-11", "6", "70"]), (3, ["2", "vorn", "", "1", "80"]))
    found = facts.proposed(Table("x", "0" * 64, Source(), columns, rows), columns)
    assert set(found) == {"sex", "side", "birth_year", "house_brackmann"}
    assert not any(fact.mapping.confirmed for fact in found.values())
    assert found["sex"].mapping.values == {"1": "female", "2": "male", "9": "unknown"}
    assert found["side"].mapping.values == {"links": "left"}
    assert "vorn" in found["side"].doubts[1]
    assert found["house_brackmann"].mapping.values == {"1": "1", "6": "6"}
    assert "the year alone" in found["birth_year"].doubts[1]


def test_of_a_birth_the_year_alone_is_kept() -> None:
    """Whatever the order of the date."""
    assert {facts.birth_year(cell) for cell in ("1960", "1960-02-11", "11.02.1960", "2/11/1960")} == {"1960"}
    for cell in ("11.02.60", "1960–1970"):
        with pytest.raises(CellError):
            facts.birth_year(cell)
