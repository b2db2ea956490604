"""A list as staff see it, as a workbook or CSV. The same list gives the same bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
"""The kinds of file, by the end of their name."""

Cell = str | int | float | date | datetime | None

# A spreadsheet calculates what begins so. Behind an apostrophe it is text.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 — a workbook tells when it was made: always the same
_MOST_LETTERS, _WIDEST, _NARROWEST = 32_767, 60, 8


@dataclass(frozen=True)
class ListFile:
    """The list's name, its columns, and rows of that many cells; instants are those of the study's clock."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def written(self, ending: Literal["xlsx", "csv"]) -> bytes:
        """The file's content."""
        return _workbook(self) if ending == "xlsx" else _csv(self)


def _csv(listed: ListFile) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(listed.columns)
    rows.writerows([_in_csv(cell) for cell in row] for row in listed.rows)
    return ("\ufeff" + text.getvalue()).encode()  # spreadsheets recognise UTF-8 by this mark


def _in_csv(cell: Cell) -> Any:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, str) and cell.startswith(_FORMULAS):
        return f"'{cell}"
    return cell


def _workbook(listed: ListFile) -> bytes:
    # Here, so that the server starts without it.
    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"created": _MADE})
        formats = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            str: book.add_format({"num_format": "@"}),
        }
        sheet = book.add_worksheet(listed.title[:31])
        for place, name in enumerate(listed.columns):
            cells = [name, *(str(_in_csv(row[place])) for row in listed.rows[:200])]
            sheet.set_column(place, place, min(max(_NARROWEST, *map(len, cells)) + 1, _WIDEST))
            sheet.write_string(0, place, name, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 1)
        if listed.rows:
            sheet.autofilter(0, 0, len(listed.rows), len(listed.columns) - 1)
        for at, row in enumerate(listed.rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, date):  # an instant is one too
                    sheet.write_datetime(at, place, cell, formats[type(cell)])
                elif isinstance(cell, str):
                    sheet.write_string(at, place, cell[:_MOST_LETTERS], formats[str])
                elif cell is not None:
                    sheet.write_number(at, place, cell)
    return file.getvalue()
