"""The rows of a sheet of an .xlsx workbook, after a look at what it would become in memory.

python-calamine reads the cells. It makes room for every cell between the first and the last one before it
reads, and ends the process where that room is too large; so a workbook is measured before it gets there.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from analysis.words import words as _
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.sheets.cut import Row
from surveys.exchange.sheets.measure import Measure, NotMeasurableError
from surveys.exchange.zips import DAMAGED

MOST_BYTES = 64 * 1024 * 1024
MOST_MEMBERS = 2000
_WITH_MACROS = re.compile("xl/vbaProject.bin", re.IGNORECASE)
_BOOK = re.compile("xl/workbook.xml", re.IGNORECASE)
# Nothing of a list stands there.
_READ = re.compile(
    r"(?!docProps/|xl/(?:theme|drawings|charts|media|pivot|external)).*\.(?:xml|rels)", re.IGNORECASE
)
# A cell that shows an error, such as #N/A, would be read as an empty one; so it is read as that text.
_ERROR = re.compile(rb"""(<(?:\w+:)?c\s[^<>]*?\bt=)["']e["']""")
_LARGEST_EXACT = 10**15  # a spreadsheet keeps 15 digits


class SheetsToChooseError(FileRefused):
    """Several sheets of the workbook have content: `names`."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(
            [Fault(_("The workbook has several sheets: %(names)s. Choose one.", names=", ".join(names)))]
        )
        self.names = names


def rows(content: bytes, sheet: str | None, fits: Callable[[list[Row]], bool]) -> list[Row]:
    """Row numbers and cells as text of the sheet named `sheet`, or of the only one with content.

    Of several with content it is the only one that `fits`.

    A date is `2026-03-31`, a number has a point before its decimals.

    Raises:
        FileRefused: it is no .xlsx workbook, damaged or too large.
        SheetsToChooseError: of several sheets with content, none or more than one fits.
    """
    # Here, so that the server starts without it.
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    slim = _measured(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(slim)) as book:
            shown = [one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
            if sheet is not None and sheet not in shown:
                raise FileRefused(
                    [
                        Fault(
                            _(
                                "The workbook has no sheet %(sheet)s. Its sheets: %(shown)s.",
                                sheet=repr(sheet),
                                shown=", ".join(shown),
                            )
                        )
                    ]
                )
            found = {}
            for name in shown if sheet is None else [sheet]:
                cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                texts = [(number, [_text(cell) for cell in row]) for number, row in enumerate(cells, start=1)]
                found[name] = [(number, row) for number, row in texts if any(row)]
    except CalamineError:
        raise FileRefused([Fault(_DAMAGED)]) from None
    filled = tuple(name for name, some in found.items() if some)
    if not filled:
        raise FileRefused([Fault(_("No sheet of the workbook has any content."))])
    fitting = [name for name in filled if fits(found[name])] if len(filled) > 1 else list(filled)
    if len(fitting) != 1:
        raise SheetsToChooseError(filled)
    return found[fitting[0]]


_DAMAGED = _("The workbook is damaged. Open it in the spreadsheet, save it anew as .xlsx, and send that.")


def _measured(content: bytes) -> bytes:
    """The workbook with the parts that are read alone, unpacked and within the limits."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return _unpacked(packed)
    except DAMAGED:
        raise FileRefused([Fault(_DAMAGED)]) from None


def _unpacked(packed: zipfile.ZipFile) -> bytes:
    members = packed.infolist()
    names = [one.filename for one in members]
    if any(map(_WITH_MACROS.fullmatch, names)):
        said = _("The workbook holds macros (.xlsm). Save it as .xlsx, which holds none.")
        raise FileRefused([Fault(said)])
    if not any(map(_BOOK.fullmatch, names)):
        raise FileRefused([Fault(_("This is no .xlsx workbook. Save the list as .xlsx or as CSV."))])
    wanted = [one for one in members if _READ.fullmatch(one.filename)]
    if len(wanted) > MOST_MEMBERS or sum(one.file_size for one in wanted) > MOST_BYTES:
        said = _(
            "The workbook is larger than %(most_bytes)s MB when it is unpacked. Save only the list.",
            most_bytes=MOST_BYTES // 2**20,
        )
        raise FileRefused([Fault(said)])
    measure = Measure()
    slim = io.BytesIO()
    with zipfile.ZipFile(slim, "w", zipfile.ZIP_STORED) as copy:
        for one in wanted:
            part = packed.read(one)  # never more than the size that it declares
            _measure(measure, part)
            copy.writestr(one.filename, _ERROR.sub(rb'\1"str"', part))
    if too_large := measure.too_large():
        raise FileRefused([Fault(too_large)])
    return slim.getvalue()


def _measure(measure: Measure, part: bytes) -> None:
    try:
        measure.add(part)
    except NotMeasurableError:
        raise FileRefused([Fault(_DAMAGED)]) from None


def _text(cell: Any) -> str:
    """A cell as unambiguous text."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _LARGEST_EXACT:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds") if cell.time() != time() else cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()
