"""A sheet's text out of the bytes of a file: a workbook, or text in the encodings that spreadsheets write."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from analysis.words import words as _
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.sheets import cut, workbook
from surveys.exchange.sheets.cut import Row

OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_ZIP = b"PK\x03\x04"
_UNMARKED = ("utf-8", "cp1252")
_SHOWN = 4096  # signs that tell whether a text without a mark is UTF-16


def text(
    content: bytes, sheet: str | None = None, fits: Callable[[list[Row]], bool] = lambda __: False
) -> str:
    """The text of the file; of a workbook it is the sheet named `sheet` as CSV.

    Without a name it is the only sheet with content, or of several the only one that `fits`.

    Raises:
        FileRefused: it is no file of a kind that is read, or damaged, or too large.
        SheetsToChooseError: several sheets of the workbook have content, and not one alone fits.
    """
    if content.startswith(OLD_OR_LOCKED):
        if _LOCKED in content:
            said = _("The workbook is locked with a password. Save it without one, or save the list as CSV.")
        else:
            said = _("This is a workbook of before 2007 (.xls). Save it as .xlsx, or save the list as CSV.")
        raise FileRefused([Fault(said)])
    if content.startswith(_ZIP):
        return cut.text_of(workbook.rows(content, sheet, fits))
    return decoded(content)[0]


def is_western(content: bytes) -> bool:
    """Whether this is text in Windows-1252, which has no letters of languages outside Western Europe."""
    if content.startswith(_ZIP) or _encodings(content) != _UNMARKED:
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def decoded(content: bytes) -> tuple[str, str]:
    """Text in UTF-8, UTF-16 or Windows-1252, which is what spreadsheets save, and which of these it is.

    Raises:
        FileRefused: it is no text.
    """
    for encoding in _encodings(content):
        try:
            found = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in found:
            return found, encoding
    said = _(
        "This is neither a workbook (.xlsx) nor text of a spreadsheet. Save the list as .xlsx or CSV UTF-8."
    )
    raise FileRefused([Fault(said)])


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    beginning = content[:_SHOWN]
    for encoding, half in (("utf-16-le", beginning[1::2]), ("utf-16-be", beginning[::2])):
        if 2 * half.count(0) > len(half):  # most letters of a list are of the first 256
            return (encoding,)
    return _UNMARKED
