"""A file of another program, read as a table: text of any separator and encoding, workbook, SPSS, Stata.

What is a form and no answers, or is written in a way that is not read, is refused with the way to go on.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.words import counted
from analysis.words import words as _
from surveys import same
from surveys.exchange.faults import Fault, FileRefused, uneven
from surveys.exchange.sheets import cut, measure, reading
from surveys.exchange.sheets.cut import Row
from surveys.exchange.sheets.workbook import SheetsToChooseError
from surveys.exchange.tables import programs, statistics_file
from surveys.exchange.tables.mapping import FileMapping
from surveys.exchange.tables.table import Column, Source, Table

MOST_COLUMNS = 5000
MOST_CELLS = 20_000_000
LONGEST_CELL = 100_000
SEPARATORS = {",": _("comma"), ";": _("semicolon"), "\t": _("tab")}
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
_PROGRAM_OF = {".sav": "spss", ".zsav": "spss", ".dta": "stata", ".xpt": "sas"}


@dataclass(frozen=True)
class Asked:
    """What a mapping says of how its file is read; empty says nothing."""

    sheet: str = ""
    separator: str = ""
    header_rows: int | None = None
    program: str = ""

    @classmethod
    def by(cls, mapping: FileMapping) -> Asked:
        """What this mapping says."""
        return cls(mapping.sheet, mapping.separator, mapping.header_rows, mapping.program)


def read(name: str, content: bytes, asked: Asked | None = None) -> Table:
    """The table in the file `name`.

    Raises:
        FileRefused: it holds no table that is read, with what to do instead.
    """
    asked = asked or Asked()
    digest = hashlib.sha256(content).hexdigest()
    if ending := statistics_file.ending_of(name, content):
        columns, cells = statistics_file.read(content, ending)
        source = Source(_PROGRAM_OF[ending], header_rows=0)
        numbered = [(number, row) for number, row in enumerate(cells, start=1) if any(row)]
        return _whole(Table(name, digest, source, tuple(columns), tuple(numbered)))
    if content.startswith(b"PK\x03\x04"):
        rows = _sheet(content, asked.sheet)
        return _table(name, digest, rows, asked, Source(sheet=asked.sheet), [])
    if content.startswith(reading.OLD_OR_LOCKED):
        reading.text(content)  # refuses it, in words
    text, encoding = reading.decoded(content)
    _refuse_other(text)
    separator = asked.separator or cut.steady_separator(text)
    remarks = []
    if encoding == "cp1252" or separator != ",":
        told = _(
            "%(separators)s-separated %(encodings)s",
            separators=SEPARATORS[separator],
            encodings=ENCODINGS[encoding],
        )
        remarks.append(_("The file is %(told)s text; read as such.", told=told))
    source = Source(encoding=same.folded(ENCODINGS[encoding]), separator=separator)
    try:
        rows = list(cut.every_row(text, separator))
    except csv.Error as error:
        raise FileRefused([Fault(_("This is not CSV: %(error)s.", error=error))]) from None
    return _table(name, digest, rows, asked, source, remarks)


def _sheet(content: bytes, sheet: str) -> list[Row]:
    try:
        text = reading.text(content, sheet or None)
    except SheetsToChooseError as error:
        if {"survey", "choices"} <= {same.folded(name) for name in error.names}:
            raise FileRefused([Fault(_FORM)]) from None
        several = _(
            "This workbook has %(number)s sheets with data: %(listed)s.",
            number=len(error.names),
            listed=", ".join(error.names),
        )
        raise FileRefused([Fault(_("%(several)s Name one (--sheet).", several=several))]) from None
    rows = list(cut.every_row(text, ","))
    header = {same.folded(cell) for cell in rows[0][1]} if rows else set()
    if {"type", "name", "label"} <= {name.split("::")[0].split(":")[0] for name in header}:
        raise FileRefused([Fault(_FORM)])
    return rows


_FORM = _(
    "This is an XLSForm: the questions, without anybody's answers. Export the submissions "
    "(CSV or XLSX) and give those."
)


def _refuse_other(text: str) -> None:
    """Refuse, in words of its own, text that is known and is no table."""
    beginning = text.lstrip("\ufeff \t\r\n")[:4000]
    if beginning.startswith(("{", "[")):
        what = "FHIR" if '"resourceType"' in beginning else "JSON"
        said = _(
            "This is %(what)s, not a table. Export the answers as CSV, a row per response, and give that.",
            what=what,
        )
        if what == "FHIR":
            said = _(
                "This is FHIR, which is not read as a table. Export the answers as CSV, a row per "
                "response and a column per item, and give that."
            )
        raise FileRefused([Fault(said)])
    if beginning.startswith("<"):
        if "<ODM" in beginning and "redcap" in same.folded(beginning):
            raise FileRefused(
                [Fault(_("This is a REDCap project. Look at it with: seventh redcap check PROJECT.xml"))]
            )
        if "<ODM" in beginning:
            raise FileRefused(
                [Fault(_("This is ODM XML, which is read from REDCap alone. Export the answers as CSV."))]
            )
        raise FileRefused([Fault(_("This is XML or a web page, not a table. Export the answers as CSV."))])
    first = beginning.split("\n", 1)[0]
    if {"Variable / Field Name", "field_name"} & {cell.strip('"\ufeff ') for cell in first.split(",")}:
        raise FileRefused(
            [
                Fault(
                    _(
                        "This is a REDCap data dictionary. Look at it with: seventh redcap check DICTIONARY "
                        "DATA"
                    )
                )
            ]
        )
    if same.folded(first).lstrip('"').startswith(("type,name,label", 'survey","type', "survey,type")) or (
        '"survey"' in same.folded(first) and '"type"' in same.folded(beginning)
    ):
        raise FileRefused([Fault(_FORM)])


def _table(
    name: str, digest: str, rows: Sequence[Row], asked: Asked, source: Source, remarks: Sequence[str]
) -> Table:
    if not rows:
        raise FileRefused([Fault(_("The file is empty."))])
    beginning = [cells for __, cells in rows[:3]]
    program, above = programs.recognised(beginning)
    program = asked.program or program
    above = asked.header_rows if asked.header_rows is not None else above
    if above < 1 or above > len(rows):
        raise FileRefused(
            [
                Fault(
                    counted(
                        "header_rows is %(above)s, but the file has %(num)d row.",
                        "header_rows is %(above)s, but the file has %(num)d rows.",
                        len(rows),
                        above=above,
                    )
                )
            ]
        )
    header = list(rows[0][1])
    while header and not header[-1]:
        header.pop()
    labels = rows[1][1] if above > 1 and program == "qualtrics" else []
    names = _names(header)
    columns = tuple(
        Column(one, labels[place] if place < len(labels) else header[place])
        for place, one in enumerate(names)
    )
    faults: list[Fault] = []
    kept: list[Row] = []
    for number, cells in rows[above:]:
        if len(cells) < len(header):
            cells = [*cells, *[""] * (len(header) - len(cells))] if source.sheet else cells
        if len(cells) < len(header) or any(cells[len(header) :]):
            faults.append(Fault(uneven(len(cells), len(header)), number))
            continue
        kept.append((number, list(cells[: len(header)])))
    if faults:
        raise FileRefused(faults)
    told = Source(program, source.encoding, source.separator, above, source.sheet)
    return _whole(Table(name, digest, told, columns, tuple(kept), tuple(remarks)))


def _names(header: Sequence[str]) -> list[str]:
    """Names of columns that differ: two questions may have the same text, and some columns have none."""
    seen: Counter[str] = Counter()
    names = []
    for place, text in enumerate(header, start=1):
        name = text or f"column {measure.letters(place)}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _whole(table: Table) -> Table:
    """The table, unless it is more than is read."""
    if not table.rows:
        raise FileRefused([Fault(_("The file has no row below its header."))])
    if len(table.columns) > MOST_COLUMNS or len(table.columns) * len(table.rows) > MOST_CELLS:
        raise FileRefused([Fault(_("The table is larger than is read at once. Split it by rows."))])
    if len({column.name for column in table.columns}) < len(table.columns):
        raise FileRefused([Fault(_("Two columns have the same name. Rename one of them."))])
    for number, cells in table.rows:
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise FileRefused(
                [
                    Fault(
                        _("A cell holds more than %(longest_cell)s signs.", longest_cell=LONGEST_CELL), number
                    )
                ]
            )
    return table
