"""The tables of a study as one Excel workbook: a sheet for each table, and the codebook.

What is longer than a sheet goes on in the next.

Texts are written as texts, so that no cell runs as a formula or becomes a date, and numbers as the shortest
digits that give them back. The same data give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple
from datetime import date, datetime
from itertools import chain, islice
from typing import IO, TYPE_CHECKING, Any

from analysis.words import words as _
from surveys.exchange.packing import Packing
from surveys.exchange.places import Place, Written
from surveys.exchange.tidy import codebook
from surveys.exchange.tidy.columns import Column, cell
from surveys.exchange.tidy.contents import Contents
from surveys.exchange.tidy.queries import Selection
from surveys.models import Study
from surveys.store.errors import Refused

if TYPE_CHECKING:
    from xlsxwriter import Workbook

LONGEST_CELL = 32_767  # what a cell of a workbook holds
MOST_ROWS = 1_048_575  # below the header
LONGEST_SHEET_NAME = 31
MADE = datetime(1980, 1, 1)  # noqa: DTZ001 — a stamp of no day, as on the members of a zip file
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write(
    place: Place, selection: Selection, study: Study, contents: Contents, *, exact: bool
) -> list[Written]:
    """Write the workbook into `place`. Without `exact` the columns of calendar dates are not there.

    Raises:
        Refused: a cell has too many characters.
    """
    packing = Packing(place)
    packing.file(f"{study.code}.xlsx", lambda file: _workbook(file, selection, study, contents, exact))
    return packing.files


def _workbook(file: IO[bytes], selection: Selection, study: Study, contents: Contents, exact: bool) -> None:
    from xlsxwriter import Workbook

    with Workbook(file, _OPTIONS) as book:
        book.set_properties({"title": study.title, "created": MADE})
        names: set[str] = set()
        for table in contents.tables:
            columns = [column for column in table.columns if exact or not column.is_date]
            for rows in _parts(table.rows(selection)):
                _sheet(book, _name(table.name, names), columns, rows)
        lines = [
            [cell(value) for value in astuple(line)]
            for line in codebook.lines(contents.tables, contents.asked)
            if exact or not line.only_with_exact_dates
        ]
        _texts(book, _name("codebook", names), codebook.HEADER, lines)


def _name(wanted: str, taken: set[str]) -> str:
    """The name of a sheet, which has few characters and stands once."""
    name, number = wanted[:LONGEST_SHEET_NAME], 2
    while name in taken:
        end = f"_{number}"
        name, number = wanted[: LONGEST_SHEET_NAME - len(end)] + end, number + 1
    taken.add(name)
    return name


def _parts(rows: Iterator[Any]) -> Iterator[Iterator[Any]]:
    """The rows in parts that a sheet holds, each to be read before the next; one part without any."""
    yield islice(rows, MOST_ROWS)
    for ahead in rows:
        yield chain([ahead], islice(rows, MOST_ROWS - 1))


def _sheet(book: Workbook, name: str, columns: Sequence[Column], rows: Iterator[Any]) -> None:
    sheet = book.add_worksheet(name, _exact_worksheet())
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    writers = [_writer(sheet, column, day) for column in columns]
    _begin(book, sheet, [column.name for column in columns])
    count = 0
    for count, row in enumerate(rows, start=1):
        for place, write_cell in enumerate(writers):
            write_cell(count, place, row)
    sheet.autofilter(0, 0, count, len(columns) - 1)


def _texts(book: Workbook, name: str, header: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    sheet = book.add_worksheet(name)
    _begin(book, sheet, header)
    for number, line in enumerate(lines, start=1):
        for place, text in enumerate(line):
            sheet.write_string(number, place, _fitting(name, number, text))


def _begin(book: Workbook, sheet: Any, header: Sequence[str]) -> None:
    bold = book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    for place, name in enumerate(header):
        sheet.write_string(0, place, name, bold)


def _writer(sheet: Any, column: Column, day: Any) -> Callable[[int, int, Any], None]:
    """Writes the cell of one row after the other; nothing where there is none."""

    def write_cell(number: int, place: int, row: Any) -> None:
        value = column.of(row)
        match value:
            case None:
                return
            case bool():
                sheet.write_boolean(number, place, value)
            case int() | float():
                sheet.write_number(number, place, value)
            case date() if column.type == "date":
                sheet.write_datetime(number, place, value, day)
            case _:
                sheet.write_string(number, place, _fitting(sheet.name, number, cell(value)))

    return write_cell


def _fitting(sheet: str, number: int, text: str) -> str:
    if len(text) > LONGEST_CELL:
        raise Refused(
            _(
                "%(sheet)s, row %(value)s: a text of %(number)s characters is longer than a cell of "
                "Excel holds. Export plain tables instead.",
                sheet=sheet,
                value=number + 1,
                number=len(text),
            )
        )
    return text


def _exact_worksheet() -> Any:
    """A worksheet class whose numbers keep all their digits; XlsxWriter's own has 16."""
    from xlsxwriter.worksheet import Worksheet

    class Exact(Worksheet):
        def _xml_number_element(self, number: float, attributes: Sequence[tuple[str, Any]] = ()) -> None:
            told = "".join(f' {key}="{value}"' for key, value in attributes)
            self.fh.write(  # type: ignore[attr-defined]  # the open file, which is None at first
                f"<c{told}><v>{number!r}</v></c>"
            )

    return Exact
