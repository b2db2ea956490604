"""Score a CSV file of any size: rows in, the same rows with scores out, some thousands at a time."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import IO, TYPE_CHECKING, NoReturn, TextIO

from analysis.words import words as _
from surveys.exchange import cells
from surveys.exchange.cells import CellError
from surveys.exchange.csv_writer import CsvRows
from surveys.exchange.faults import Fault, FileRefused, uneven
from surveys.exchange.plain_csv import COMMA, LINE_FEED, Cut, cut, is_plain
from surveys.instruments.definition import Instrument
from surveys.instruments.scoring import score_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CHUNK = 4096
MOST_KEPT = 1000  # spellings of one item's answers, and texts of one number


class Scoring:
    """Scores the CSV `incoming` into `outgoing`; `written` counts the written rows.

    `progress` gets the number of further rows written.
    """

    def __init__(
        self,
        instrument: Instrument,
        incoming: IO[bytes],
        outgoing: IO[bytes],
        progress: Callable[[int], None] = lambda rows: None,
    ) -> None:
        self.written = 0
        self._progress = progress
        self._instrument = instrument
        self._incoming = incoming
        self._outgoing = outgoing
        self._read: dict[str, _Spellings] = {}
        self._numbers, self._counts = _Texts(), _Texts()

    def run(self) -> None:
        """Read to the end.

        Raises:
            FileRefused: the header or a row has a fault; the rows before it are written.
        """
        # Bytes that are not UTF-8 may stand in columns that we do not read; they pass unchanged.
        reading = io.TextIOWrapper(self._incoming, "utf-8-sig", errors="surrogateescape", newline="")
        writing = io.TextIOWrapper(
            self._outgoing, "utf-8", errors="surrogateescape", newline="", write_through=True
        )
        try:
            self._score(reading, writing)
        finally:
            reading.detach()
            writing.flush()
            writing.detach()

    def _score(self, reading: Iterator[str], writing: TextIO) -> None:
        rows, writer = _Rows(csv.reader(reading, strict=True)), CsvRows(writing)
        header = rows.header()
        items = self._items(header)
        self._read = {item: _Spellings(self._instrument, item) for item in items}
        writer.write([*header, *self._added()])
        number, rest = self._score_plain(rows.number, reading, writing, header, items)
        rows = _Rows(csv.reader(rest, strict=True), number)
        while True:
            first = rows.number + 1
            chunk, fault = rows.some()
            kept = [row for row in chunk if row]
            try:
                answers = self._answers(kept, header, items)
            except CellError:
                self._refuse(first, chunk, header, items, writer)
            self._write(writer, kept, answers)
            if fault:
                raise FileRefused([fault])
            if not chunk:
                return

    def _score_plain(
        self, number: int, reading: Iterator[str], writing: TextIO, header: list[str], items: dict[str, int]
    ) -> tuple[int, Iterator[str]]:
        """Score while lines need no CSV reader; returns the number of the last row and the lines after it."""
        while lines := list(islice(reading, CHUNK)):
            text = "".join(lines).replace("\r\n", "\n")
            text += "" if text.endswith("\n") else "\n"
            cells = cut(text, len(header)) if is_plain(text, max(map(len, lines))) else None
            try:
                answers = self._answers_cut(cells, items) if cells else None
            except CellError:
                answers = None
            if answers is None:  # also to name the fault
                return number, chain(lines, reading)
            added = self._scored(len(lines), answers)
            ends = map(",".join, zip(text.split("\n"), *added, strict=False))
            writing.write("\n".join(ends) + "\n")
            number += len(lines)
            self._told(len(lines))
        return number, iter(())

    def _answers_cut(self, cells: Cut, items: dict[str, int]) -> dict[str, NDArray[np.float64]]:
        """The columns of all items. Raises CellError."""
        import numpy as np

        answers = {}
        for item, place in items.items():
            spellings = self._read[item]
            signs = cells.first_bytes(place)
            column = spellings.digits[signs]
            for row in np.flatnonzero(cells.longer(place) | ~spellings.known[signs]).tolist():
                column[row] = spellings[cells.cell(row, place)]
            answers[item] = column
        return answers

    def _items(self, header: list[str]) -> dict[str, int]:
        """The place of each item's column."""
        if not self._instrument.scales:
            problem = _(
                "%(key)s cannot be scored here: its definition has no scale yet.", key=self._instrument.key
            )
            raise FileRefused([Fault(problem)])
        needed = {item for scale in self._instrument.scales for item in scale.items}
        missing = [item.key for item in self._instrument.items if item.key in needed - set(header)]
        faults = [Fault(_("This column is missing."), 1, name) for name in missing]
        items = [item.key for item in self._instrument.items if item.key in header]
        faults += [Fault(_("This column stands twice."), 1, name) for name in items if header.count(name) > 1]
        faults += [
            Fault(_("A score would have the name of this column. Rename the column."), 1, name)
            for name in self._added()
            if name in header
        ]
        if faults:
            raise FileRefused(faults)
        return {item: header.index(item) for item in items}

    def _added(self) -> list[str]:
        names = [f"{self._instrument.key}_{scale.key}" for scale in self._instrument.scales]
        return [column for name in names for column in (name, f"{name}_missing")]

    def _answers(
        self, rows: Sequence[list[str]], header: list[str], items: dict[str, int]
    ) -> dict[str, NDArray[np.float64]]:
        """The columns of all items. Raises CellError if a row or cell has a fault, without naming it."""
        import numpy as np

        if any(length != len(header) for length in set(map(len, rows))):
            raise CellError
        cells = list(zip(*rows, strict=True)) or [()] * len(header)
        return {
            item: np.fromiter(map(self._read[item].__getitem__, cells[place]), np.float64, len(rows))
            for item, place in items.items()
        }

    def _refuse(
        self,
        first: int,
        chunk: Sequence[list[str]],
        header: list[str],
        items: dict[str, int],
        writer: CsvRows,
    ) -> NoReturn:
        """Write the rows before the first with a fault, and name that fault."""
        good: list[list[str]] = []
        for number, row in enumerate(chunk, first):
            fault = self._fault(number, row, header, items)
            if fault:
                self._write(writer, good, self._answers(good, header, items))
                raise FileRefused([fault])
            if row:
                good.append(row)
        raise AssertionError("Every row will do.")

    def _fault(self, number: int, row: list[str], header: list[str], items: dict[str, int]) -> Fault | None:
        if row and len(row) != len(header):
            return Fault(uneven(len(row), len(header)), number)
        for item, place in items.items() if row else ():
            try:
                self._read[item][row[place]]
            except CellError as error:
                return Fault(str(error), number, item)
        return None

    def _write(
        self, writer: CsvRows, rows: Sequence[list[str]], answers: Mapping[str, NDArray[np.float64]]
    ) -> None:
        if not rows:
            return
        added = self._scored(len(rows), answers)
        writer.write_all([*zip(*zip(*rows, strict=True), *added, strict=True)])
        self._told(len(rows))

    def _scored(self, rows: int, answers: Mapping[str, NDArray[np.float64]]) -> list[list[str]]:
        """The columns of scores, which follow the others."""
        numeric = {item: column for item, column in answers.items() if self._instrument.item(item).numeric}
        scores = score_table(self._instrument, numeric)
        added: list[list[str]] = []
        for scale in self._instrument.scales:
            result = scores[scale.key]
            added.append(list(map(self._numbers.__getitem__, result.value.tolist())))
            added.append(list(map(self._counts.__getitem__, result.items_missing.tolist())))
        return added

    def _told(self, rows: int) -> None:
        self.written += rows
        self._progress(rows)


class _Spellings(dict[str, float]):
    """The number of each cell of an item, NaN if it is none; a file has few spellings, so each is read once.

    Raises CellError for a cell that is not an answer.
    """

    def __init__(self, instrument: Instrument, item: str) -> None:
        super().__init__({"": math.nan})
        self._instrument = instrument
        self._item = item
        self.digits, self.known = self._one_byte()

    def __missing__(self, cell: str) -> float:
        value = cells.answer(self._instrument, self._item, cell.strip()) if cell.strip() else None
        numeric = self._instrument.item(self._item).numeric
        read = float(value) if numeric and value is not None else math.nan
        if len(self) < MOST_KEPT:
            self[cell] = read
        return read

    def _one_byte(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """The number of an empty cell or a digit by its first byte, and whether it is known."""
        import numpy as np

        digits, known = np.full(256, math.nan), np.zeros(256, dtype=np.bool_)
        known[[COMMA, LINE_FEED]] = True
        for digit in "0123456789":
            with suppress(CellError):
                digits[ord(digit)], known[ord(digit)] = self[digit], True
        return digits, known


class _Texts(dict[float, str]):
    """Numbers as the shortest text that reads as the same number; "" for NaN."""

    def __missing__(self, number: float) -> str:
        if number != number:
            return ""
        text = repr(number)
        if len(self) < MOST_KEPT:
            self[number] = text
        return text


class _Rows:
    """Reads rows and counts them; `number` is the last row's number."""

    def __init__(self, reader: Iterator[list[str]], number: int = 0) -> None:
        self.number = number
        self._reader = reader

    def header(self) -> list[str]:
        """The first row with a cell; empty if the file has none."""
        while True:
            rows, fault = self.some(1)
            if fault:
                raise FileRefused([fault])
            if not rows or rows[0]:
                return rows[0] if rows else []

    def some(self, most: int = CHUNK // 8) -> tuple[list[list[str]], Fault | None]:
        """The next rows, and the fault of the row after them."""
        rows: list[list[str]] = []
        fault = None
        try:
            rows.extend(islice(self._reader, most))  # rows before an error stay
        except csv.Error as error:
            fault = Fault(_("This is not CSV: %(error)s.", error=error), self.number + len(rows) + 1)
        self.number += len(rows)
        return rows, fault
