"""The cells of a workbook as text, and what is refused before it is read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.sheets import workbook
from surveys.exchange.sheets.cut import Row
from surveys.exchange.sheets.workbook import SheetsToChooseError
from tests.support import sheets

ONE = {"Liste": [["code", "born"], ["A-1", 1970]]}


def rows(content: bytes, sheet: str | None = None, header: str = "") -> list[Row]:
    return workbook.rows(content, sheet, lambda found: found[0][1][0] == header)


def test_cells_are_unambiguous_text() -> None:
    """Dates as ISO, whole numbers without a point, errors as they show; rows keep their numbers."""
    cells: Sequence[Sequence[Any]] = [
        ["Müller ", 1970, 2.5, 730000, True, date(1950, 9, 23)],
        [],
        ["", "#DIV/0!", "007"],
    ]
    assert rows(sheets.workbook({"Liste": cells})) == [
        (1, ["Müller", "1970", "2.5", "730000", "TRUE", "1950-09-23"]),
        (3, ["", "#DIV/0!", "007", "", "", ""]),
    ]


def test_a_sheet_is_chosen_by_name() -> None:
    """Where several have content and not one alone fits; hidden and empty ones do not count."""
    book = sheets.workbook({"A": [["a"]], "B": [["b"]], "Leer": [], "H": [["h"]]}, hidden=["H"])
    with pytest.raises(SheetsToChooseError) as several:
        rows(book)
    assert several.value.names == ("A", "B")
    assert rows(book, "B") == rows(book, header="b") == [(1, ["b"])]
    with pytest.raises(FileRefused, match="no sheet 'H'"):
        rows(book, "H")
    with pytest.raises(FileRefused, match="any content"):
        rows(sheets.workbook({"Leer": []}))


def test_a_harmful_or_damaged_workbook_is_refused() -> None:
    """Macros, no workbook, parts that are no XML, and one that unpacks to very much."""
    plain = sheets.workbook(ONE)
    doctype = b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'
    for content, said in (
        (sheets.changed(plain, **{"xl/vbaProject.bin": b"x"}), "macros"),
        (sheets.changed(plain, **{"xl/workbook.xml": None}), "no .xlsx workbook"),
        (sheets.changed(plain, sheet1=b"<worksheet>"), "damaged"),
        (sheets.changed(plain, sheet1=doctype), "damaged"),
        (sheets.changed(plain, sheet1=b" " * (70 * 2**20)), "larger than 64 MB"),
        (plain[:-40], "damaged"),
        (plain[:40] + b"\0\0\0" + plain[43:], "damaged"),
    ):
        with pytest.raises(FileRefused, match=said):
            rows(content)
