"""Text cut into rows of cells, whatever separates them; and rows made into such text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from surveys import same
from surveys.exchange.faults import Fault, FileRefused
from surveys.typed import with_plain_lines

MOST_ROWS = 20_000
SEPARATORS = "\t;,"
# Excel writes this line first, and reads it, where a file is made for several countries.
_NAMED = re.compile(r'"?sep=([\t;,])"? *(?:\n|$)', re.IGNORECASE)

Row = tuple[int, list[str]]


def rows(text: str) -> list[Row]:
    """The rows of `verbatim`, with accents and spaces as most keyboards make them."""
    return [(number, [same.plain(cell).strip() for cell in cells]) for number, cells in verbatim(text)]


def verbatim(text: str) -> list[Row]:
    """Row numbers, as a spreadsheet counts them, and stripped cells; rows without content are left out.

    Tab, semicolon or comma separates the cells: the one that separates most of the first row.

    Raises:
        FileRefused: the text is not whole, or has too many rows.
    """
    text = with_plain_lines(text.lstrip("\ufeff"))
    named = _NAMED.match(text)
    separator, skipped = (named[1], 1) if named else (_separator(text), 0)
    found: list[Row] = []
    for number, cells in enumerate(_cut(text, separator), start=1):
        stripped = [cell.strip() for cell in cells]
        if number <= skipped or not any(stripped):
            continue
        if len(found) > MOST_ROWS:
            raise FileRefused([Fault(f"The list has more than {MOST_ROWS} rows. Send it in parts.")])
        found.append((number, stripped))
    return found


def text_of(rows: Iterable[Row]) -> str:
    """CSV of which `rows` makes the same rows with the same numbers."""
    lines: list[str] = []
    for number, cells in rows:
        lines += [""] * (number - 1 - len(lines))
        lines.append(",".join(map(_quoted, cells)))
    return "\n".join(lines)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & {*SEPARATORS, '"', "\n"} else cell


def _separator(text: str) -> str:
    """The sign that stands most often between the cells of the first line that has any; a tab before all."""
    for line in io.StringIO(text):
        bare = "".join(line.split('"')[::2])
        counted = {sign: bare.count(sign) for sign in SEPARATORS}
        if bare.strip():
            return "\t" if counted["\t"] else ";" if counted[";"] > counted[","] else ","
    return ","


def _cut(text: str, separator: str) -> Iterator[Sequence[str]]:
    try:
        yield from list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        if separator != "\t":
            row = _broken_row(text, separator)
            raise FileRefused([Fault(f"This is not CSV: {error}.", row)]) from None
        # Spreadsheets copy a cell such as "Bob" Smith without quoting it.
        yield from (line.split("\t") for line in text.split("\n"))


def _broken_row(text: str, separator: str) -> int:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    row = 1
    try:
        for row, _cells in enumerate(reader, start=2):  # noqa: B007
            pass
    except csv.Error:
        pass
    return row
