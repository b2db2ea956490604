"""The workbook, read back: every table, texts as texts, numbers to the last bit."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from surveys.exchange import excel
from surveys.store.errors import Refused
from tests.support import nasty
from tests.support.study import changing


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough."""
    return sqlite_url


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    """The cells of every sheet."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_workbook_holds_the_tidy_tables(app: Flask) -> None:
    """Cell by cell, but for calendar dates, whose columns are not there; and the same bytes twice."""
    nasty.make(app)
    [content] = nasty.leave(app, "excel").values()
    assert list(nasty.leave(app, "excel").values()) == [content]
    tidy, found = nasty.leave(app, "tidy"), sheets(content)
    assert {f"{name}.csv" for name in found} == {name for name in tidy if name.endswith(".csv")}
    for name in set(found) - {"codebook"}:
        lines = list(csv.reader(io.StringIO(tidy[f"{name}.csv"].decode(), newline="")))
        header, *rows = found[name]
        assert len(rows) == len(lines) - 1, name
        places = [lines[0].index(column) for column in header]
        for row, line in zip(rows, lines[1:], strict=True):
            for value, place in zip(row, places, strict=True):
                told = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else value
                if isinstance(told, float):
                    assert told == float(line[place])
                else:
                    assert told == line[place], (name, lines[0][place])
    assert "birth_year" not in found["patients"][0]


@pytest.mark.parametrize("most", [3, 7])
def test_a_table_longer_than_a_sheet_goes_on_in_the_next(
    app: Flask, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """All its rows in order, each sheet with the header; where they just fit there is no empty one."""
    nasty.make(app)
    [content] = nasty.leave(app, "excel").values()
    whole = sheets(content)
    monkeypatch.setattr(excel, "MOST_ROWS", most)
    [content] = nasty.leave(app, "excel").values()
    parts = sheets(content)
    header, *rows = whole["answers_long"]
    found = [parts[name] for name in parts if name.startswith("answers_long")]
    assert len(found) == -(-len(rows) // most) > 1
    assert all(one[0] == header and 0 < len(one) - 1 <= most for one in found)
    assert [row for one in found for row in one[1:]] == rows
    assert "answers_long_2" in parts


def test_what_a_cell_cannot_hold_is_refused(app: Flask) -> None:
    """With sheet and row; nothing is cut."""
    nasty.make(app)
    with changing(app) as session:
        session.connection().exec_driver_sql("UPDATE treatment SET product = printf('%.*c', 33000, 'x')")
    with pytest.raises(Refused, match=r"treatments, row 2: a text of 33000 characters"):
        nasty.leave(app, "excel")


def test_sheets_have_names_of_their_own() -> None:
    taken: set[str] = set()
    names = [excel._name(f"answers_{'x' * 40}{number}", taken) for number in range(2)]
    assert names == [f"answers_{'x' * 23}", f"answers_{'x' * 21}_2"]
