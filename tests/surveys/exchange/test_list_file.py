"""A list as a file: text stays text, days are days, the same list gives the same bytes."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import Literal

import pytest
import python_calamine

from surveys.exchange.list_file import ListFile

TEXTS = ["007301", "=1+1", "+49 1", "-5", "@x", 'Jäger, "Änne"', "two\nlines", "7E5"]
ROWS = [
    [text, at, at / 2, date(2026, 3, 1), datetime(2026, 3, 1, 14, 5), None]  # noqa: DTZ001
    for at, text in enumerate(TEXTS)
]
LISTED = ListFile("Patients", ["Code", "Alerts", "Score", "Due", "Raised", "Site"], ROWS)


def test_a_workbook_keeps_what_each_cell_is() -> None:
    """A text is never a formula or a number, a day is a day."""
    [sheet] = python_calamine.load_workbook(io.BytesIO(LISTED.written("xlsx"))).sheet_names
    assert sheet == "Patients"
    read = python_calamine.load_workbook(io.BytesIO(LISTED.written("xlsx"))).get_sheet_by_name(sheet)
    head, *rows = read.to_python()
    assert head == LISTED.columns
    assert [row[0] for row in rows] == TEXTS
    assert rows[1][1:] == [1, 0.5, date(2026, 3, 1), datetime(2026, 3, 1, 14, 5), ""]  # noqa: DTZ001


def test_csv_has_a_mark_and_no_formula() -> None:
    """Excel reads UTF-8 by the mark; what would be calculated stands behind an apostrophe."""
    content = LISTED.written("csv")
    assert content.startswith(b"\xef\xbb\xbfCode,Alerts")
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert head == LISTED.columns
    guarded = [f"'{text}" if text[0] in "=+-@" else text for text in TEXTS]
    assert [row[0] for row in rows] == guarded
    assert rows[1][1:] == ["1", "0.5", "2026-03-01", "2026-03-01 14:05", ""]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_same_list_gives_the_same_bytes(ending: Literal["xlsx", "csv"]) -> None:
    """Whenever it is made; a list of nobody is a file with its columns."""
    assert LISTED.written(ending) == LISTED.written(ending)
    assert ListFile("Alerts", ["Code"], []).written(ending)
