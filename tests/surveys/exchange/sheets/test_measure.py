"""What a workbook would become in memory is known before it is read."""

from __future__ import annotations

import pytest

from surveys.exchange.sheets.measure import Measure, NotMeasurableError, letters


def sheet(cells: str) -> bytes:
    return f'<x:worksheet xmlns:x="y"><x:sheetData>{cells}</x:sheetData></x:worksheet>'.encode()


def too_large(*parts: bytes) -> str | None:
    measure = Measure()
    for part in parts:
        measure.add(part)
    return measure.too_large()


def test_only_cells_with_a_value_count() -> None:
    """Spreadsheets keep formats of a million empty rows."""
    assert too_large(sheet('<x:row r="1048576"><x:c r="A1048576" s="1"/></x:row>')) is None
    assert too_large(sheet("<x:row><x:c><x:v>1</x:v></x:c></x:row>" * 20_000)) is None


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ('<x:c r="A1048576"><x:v>1</x:v></x:c>', "to row 1048576"),
        ('<x:row r="&#49;00000"><x:c><x:is><x:t>a</x:t></x:is></x:c></x:row>', "to row 100000"),
        ("<x:row><x:c><x:v>1</x:v></x:c></x:row>" * 20_001, "to row 20001"),
        ('<x:c r="XFD1"><x:v>1</x:v></x:c>', "to column XFD"),
        ('<x:c r="A1"><x:v>1</x:v></x:c><x:c r="SA9000"><x:v>1</x:v></x:c>', "too much to read"),
    ],
)
def test_a_cell_far_away_is_found(cells: str, said: str) -> None:
    """Room is made for all cells between the first and the last; the reader would end the process."""
    assert said in (too_large(sheet(cells)) or "")


def test_a_long_text_in_many_cells_is_found() -> None:
    """It stands once in the file, and would stand many times in memory."""
    shared = ("<sst><si><t>b</t></si><si><t>" + "a" * 32_000 + "</t></si></sst>").encode()
    cells = sheet('<x:row><x:c t="s"><x:v>1</x:v></x:c></x:row>' * 1000)
    assert "too much text" in (too_large(cells, shared) or "")
    assert too_large(cells.replace(b"<x:v>1", b"<x:v>0"), shared) is None


def test_a_place_that_is_none_is_damage() -> None:
    """So are a number of a shared text that is none, and a document type."""
    for part in (
        sheet('<x:c r="1A"><x:v>1</x:v></x:c>'),
        sheet('<x:row r="first"/>'),
        sheet('<x:c t="s"><x:v>x</x:v></x:c>'),
        b"<!DOCTYPE a><a/>",
        b'<?xml version="1.0" encoding="none"?><a/>',
    ):
        with pytest.raises(NotMeasurableError):
            too_large(part)
    assert [letters(column) for column in (1, 26, 27, 16384)] == ["A", "Z", "AA", "XFD"]
