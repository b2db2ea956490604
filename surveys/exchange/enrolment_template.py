"""An empty list of patients to fill in, with the codes to choose from."""

from __future__ import annotations

import io
from collections.abc import Iterator

from surveys.exchange.enrolment_columns import CODED, COLUMNS
from surveys.forms import everyday

LIST, CODES = "Patients", "Codes"
# Spreadsheets take first zeros and signs from numbers that are no text.
_AS_TEXT = ("code", "hospital_number", "telephone", "mobile")
_DAYS = ("enrolled_on", "birth_date", "onset_on", "consent_on")
_FILLED = 2001  # rows that have lists to choose from
_CODES_HEAD = ("column", "code", "meaning", "also understood")


def csv() -> bytes:
    """The header alone, as spreadsheets open it."""
    return ("\ufeff" + ";".join(COLUMNS) + "\r\n").encode()


def workbook() -> bytes:
    """A sheet to fill in, with lists to choose from, and a sheet with what each code means."""
    # Here, so that the server starts without it.
    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        formats = {
            **dict.fromkeys(_AS_TEXT, book.add_format({"num_format": "@"})),
            **dict.fromkeys(_DAYS, book.add_format({"num_format": "yyyy-mm-dd"})),
        }
        sheet, codes = book.add_worksheet(LIST), book.add_worksheet(CODES)
        bold = book.add_format({"bold": True})
        for place, name in enumerate(COLUMNS):
            sheet.set_column(place, place, 18, formats.get(name))
            sheet.write_string(0, place, name, bold)
        sheet.freeze_panes(1, 0)
        codes.set_column(0, 3, 34)
        for place, text in enumerate(_CODES_HEAD):
            codes.write_string(0, place, text, bold)
        rows = list(meanings())
        for row, cells in enumerate(rows, start=1):
            for place, text in enumerate(cells):
                codes.write_string(row, place, text)
        for place, name in enumerate(COLUMNS):
            of_name = [row for row, cells in enumerate(rows, start=1) if cells[0] == name]
            if of_name and name != "treatments":  # a cell may hold several of those
                source = f"={CODES}!$B${of_name[0] + 1}:$B${of_name[-1] + 1}"
                # A word may be typed too: a warning, no refusal.
                choice = {"validate": "list", "source": source, "error_type": "information"}
                sheet.data_validation(1, place, _FILLED, place, choice)
    return file.getvalue()


def meanings() -> Iterator[tuple[str, str, str, str]]:
    """Column, code, what it means, and the everyday words for it."""
    for column, codes in CODED.items():
        shown, typed = everyday.FACTS[column]
        for code in codes:
            yield column, code, shown[code], ", ".join(typed.get(code, ()))
