"""A REDCap project as one zip file: its dictionary and its data, whatever they are called."""

from __future__ import annotations

import io
import zipfile

from analysis.words import words as _
from surveys import same
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.sheets import cut, reading
from surveys.exchange.tables.redcap_dictionary import LONG, NEEDED
from surveys.exchange.zips import DAMAGED

LARGEST_BYTES = 200 * 1024**2  # unpacked: what a zip file says of itself may be a trap


def read(content: bytes) -> tuple[bytes, bytes] | None:
    """The dictionary and the data; None of a file that is no zip file of two CSV files.

    Raises:
        FileRefused: it cannot be unpacked, or not just one of the two is a dictionary.
    """
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            tables = [one for one in archive.infolist() if same.folded(one.filename).endswith(".csv")]
            if len(tables) != 2:
                return None
            large = sum(one.file_size for one in tables) > LARGEST_BYTES
            found = [] if large else [archive.read(one) for one in tables]
    except DAMAGED:
        raise FileRefused([Fault(_("The zip file is damaged or encrypted."))]) from None
    if large:
        raise FileRefused(
            [Fault(_("Unpacked, this file is too large for the page: use seventh redcap import."))]
        )
    books = [one for one in found if _is_dictionary(one)]
    if len(books) != 1:
        said = (
            _("Both tables in this zip file are REDCap data dictionaries.")
            if books
            else _("Neither of the two tables in this zip file is a REDCap data dictionary.")
        )
        raise FileRefused([Fault(said)])
    [data] = (one for one in found if one is not books[0])
    return books[0], data


def _is_dictionary(content: bytes) -> bool:
    text, _ = reading.decoded(content)
    rows = cut.every_row(text.split("\n", 1)[0], cut.steady_separator(text))
    header = {LONG.get(cell, cell) for cell in next(rows, (1, []))[1]}
    return set(NEEDED) <= header
