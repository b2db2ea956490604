"""Workbooks as spreadsheets save them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import xlsxwriter


def workbook(sheets: dict[str, Sequence[Sequence[Any]]], hidden: Sequence[str] = ()) -> bytes:
    """An .xlsx file; dates are cells with the German format of a date."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, date):
                        sheet.write_datetime(row, column, cell, day)
                    elif str(cell).startswith("#"):
                        sheet.write_formula(row, column, "=1/0", None, cell)
                    else:
                        sheet.write(row, column, cell)
    return file.getvalue()


def changed(content: bytes, **parts: bytes | None) -> bytes:
    """The workbook with other parts (None: without), by their names; `sheet1` is the first sheet."""
    made = io.BytesIO()
    new = {name.replace("sheet1", "xl/worksheets/sheet1.xml"): part for name, part in parts.items()}
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file,
    ):
        for name in (*old.namelist(), *(name for name in new if name not in old.namelist())):
            part = new.get(name, old.read(name) if name in old.namelist() else None)
            if part is not None:
                file.writestr(name, part)
    return made.getvalue()
