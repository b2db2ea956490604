"""Text cut into rows of cells, whatever separates them; and rows made into such text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from analysis.words import words as _
from surveys import same
from surveys.exchange.faults import Fault, FileRefused
from surveys.typed import with_plain_lines

MOST_ROWS = 20_000
SAMPLE = 60  # lines that tell the separator
SEPARATORS = "\t;,"
# Excel writes this line first, and reads it, where a file is made for several countries.
_NAMED = re.compile(r'"?sep=([\t;,])"? *(?:\n|$)', re.IGNORECASE)
_LINE = re.compile(r"[^\n]*\n?")

Row = tuple[int, list[str]]


def rows(text: str) -> list[Row]:
    """The rows of `every_row`, as many as a page takes."""
    return _few(every_row(text))


def verbatim(text: str) -> list[Row]:
    """The same rows, their cells letter for letter as they were typed."""
    return _few(_rows(text, str.strip))


def every_row(text: str, separator: str | None = None) -> Iterator[Row]:
    """Row numbers, as a spreadsheet counts them, and stripped cells; rows without content are left out.

    Accents and spaces are as most keyboards make them. Where none is given, tab, semicolon or comma separates
    the cells: the one that separates most of the first row.

    Raises:
        FileRefused: the text is not whole, or has too many rows for `rows` and `verbatim`.
    """
    return _rows(text, lambda cell: same.plain(cell).strip(), separator)


def steady_separator(text: str) -> str:
    """The separator that cuts most of the first rows into as many cells as the header, and the most of them.

    A questionnaire's question may have more commas than a header has columns.
    """
    text = with_plain_lines(text.lstrip("\ufeff"))
    if named := _NAMED.match(text):
        return named[1]
    lines = "".join(line[0] for line in islice(_LINE.finditer(text), SAMPLE))
    found = {sign: _steadiness(lines, sign) for sign in SEPARATORS}
    best = max(found, key=lambda sign: found[sign])
    return best if found[best][1] > 1 else _separator(text)


def _steadiness(lines: str, separator: str) -> tuple[float, int]:
    reader = csv.reader(io.StringIO(lines, newline=""), delimiter=separator)
    try:
        widths = [len(cells) for cells in reader if any(cells)]
    except csv.Error:
        return 0.0, 0
    if not widths or widths[0] == 1:
        return 0.0, 0
    return sum(width == widths[0] for width in widths) / len(widths), widths[0]


def _few(rows: Iterator[Row]) -> list[Row]:
    found = list(islice(rows, MOST_ROWS + 2))
    if len(found) > MOST_ROWS + 1:
        raise FileRefused(
            [Fault(_("The list has more than %(most_rows)s rows. Send it in parts.", most_rows=MOST_ROWS))]
        )
    return found


def _rows(text: str, read: Callable[[str], str], separator: str | None = None) -> Iterator[Row]:
    text = with_plain_lines(text.lstrip("\ufeff"))
    named = _NAMED.match(text)
    separator, skipped = (named[1], 1) if named else (separator or _separator(text), 0)
    for number, cells in enumerate(_cut(text, separator), start=1):
        stripped = [read(cell) for cell in cells]
        if number > skipped and any(stripped):
            yield number, stripped


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
    for line in _LINE.finditer(text):
        bare = "".join(line[0].split('"')[::2])
        counted = {sign: bare.count(sign) for sign in SEPARATORS}
        if bare.strip():
            return "\t" if counted["\t"] else ";" if counted[";"] > counted[","] else ","
    return ","


def _cut(text: str, separator: str) -> Iterator[Sequence[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    if separator == "\t":
        try:
            yield from list(reader)
        except csv.Error:
            # Spreadsheets copy a cell such as "Bob" Smith without quoting it.
            yield from (line.split("\t") for line in text.split("\n"))
        return
    row = 0
    try:
        for row, cells in enumerate(reader, start=1):  # noqa: B007
            yield cells
    except csv.Error as error:
        raise FileRefused([Fault(_("This is not CSV: %(error)s.", error=error), row + 1)]) from None
