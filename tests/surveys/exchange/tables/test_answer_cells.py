"""What cells of answers mean, beside the choice of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from surveys.exchange.tables.answer_cells import AnswerCells
from surveys.exchange.tables.mapping import FileMapping, InstrumentColumns
from surveys.exchange.tables.table import Column, Source, Table
from surveys.instruments.definition import parse
from surveys.instruments.own import OwnField, OwnForm, definition
from tests.support.desk import LIBRARY

FORM = OwnForm(
    {"en": "Measured"},
    "staff",
    False,
    (
        OwnField(1, "decimal", {"en": "Weight"}, {}, 0.0, 500.0),
        OwnField(2, "choices", {"en": "Eye"}, {"en": ("Dry", "Wet")}),
        OwnField(3, "date", {"en": "Seen on"}, {}),
    ),
)
MADE = parse(definition(FORM, key="measured", version=1, study="S1", holder="S1", year=2026), "form")
COLUMNS = InstrumentColumns({"q1": "weight", "q2": "eye", "q3": "seen"}, values_of={"q2": {"a": 1, "b": 2}})


def read(column: str, cell: str, sign: str = "", **said: Any) -> tuple[Any, list[str]]:
    """The value of a cell, and the faults; `sign` is what the file itself says of its decimals."""
    columns = (Column("weight", decimal=sign), Column("eye"), Column("seen"))
    mapping = replace(FileMapping(instruments={"measured": COLUMNS}), **said)
    cells = AnswerCells(Table("x", "", Source(), columns, ()), mapping, LIBRARY.with_forms([MADE]))
    item = {name: item for item, name in COLUMNS.items.items()}[column]
    value = cells.value("measured", COLUMNS, item, column, cell, 2)
    return value, list(map(str, cells.faults()))


@pytest.mark.parametrize(
    ("cell", "sign", "decimal", "value", "said"),
    [
        ("1.54", "", "", "1.54", []),
        ("1,54", "", "", None, ['row 2: weight has 1,54: decimal comma. Write decimal = ",".']),
        ("1,540", "", ",", "1.540", []),
        ("1,54", ",", "", "1.54", []),
        ("1.54", ",", "", None, ['row 2: weight has 1.54: decimal point. Write decimal = ".".']),
    ],
)
def test_a_decimal_comma_is_read_where_somebody_says_so(
    cell: str, sign: str, decimal: str, value: str | None, said: list[str]
) -> None:
    """The file itself, or a person: 1,540 can be read in two ways."""
    assert read("weight", cell, sign, decimal=decimal) == (value, said)


def test_several_choices_and_days() -> None:
    """Ticked ones by their codes; a day in the order that was told."""
    assert read("eye", "a;b") == ("1;2", [])
    [said] = read("eye", "a;x")[1]
    assert said.startswith("row 2, column eye: 1 cell has 'x', which is not a choice of Measured.")
    assert read("seen", "03/04/2024", order="dmy") == ("2024-04-03", [])
    assert "can be read in two ways" in read("seen", "03/04/2024")[1][0]
