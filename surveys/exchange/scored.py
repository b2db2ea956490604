"""Scoring a CSV file of any size: rows in, the same rows with scores out, some thousands at a time."""

from __future__ import annotations

import csv
import io
import math
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from surveys.exchange import cells
from surveys.exchange.cells import CellError
from surveys.exchange.csv_writer import CsvRows
from surveys.exchange.faults import Fault, FileRefused
from surveys.instruments.definition import Instrument
from surveys.instruments.scoring import score_table

CHUNK = 4096
MOST_KEPT = 1000  # of the spellings of one item's answers


class Scoring:
    """Scores the CSV `incoming` into `outgoing`; `written` counts the rows that are out.

    `progress` hears how many rows more are out.
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
        self._read: dict[str, dict[str, float]] = {}

    def run(self) -> None:
        """Read to the end.

        Raises:
            FileRefused: the header will not do, or at the first row that will not; those before it are out.
        """
        # Bytes that are not UTF-8 may stand in columns that are none of our business: they pass unchanged.
        reading = io.TextIOWrapper(self._incoming, "utf-8-sig", errors="surrogateescape", newline="")
        writing = io.TextIOWrapper(
            self._outgoing, "utf-8", errors="surrogateescape", newline="", write_through=True
        )
        try:
            self._score(csv.reader(reading, strict=True), CsvRows(writing))
        finally:
            reading.detach()
            writing.flush()
            writing.detach()

    def _score(self, reader: Iterator[list[str]], writer: CsvRows) -> None:
        rows = _numbered(reader)
        header = next(rows, (1, []))[1]
        items = self._items(header)
        self._read = {item: {"": math.nan} for item in items}
        writer.write([*header, *self._added()])
        chunk: list[list[str]] = []
        answers: list[list[float]] = []
        try:
            for number, row in rows:
                answers.append(self._answers(number, row, header, items))
                chunk.append(row)
                if len(chunk) == CHUNK:
                    self._write(writer, chunk, answers, items)
                    chunk, answers = [], []
        except FileRefused:
            self._write(writer, chunk, answers, items)
            raise
        self._write(writer, chunk, answers, items)

    def _items(self, header: list[str]) -> dict[str, int]:
        """The place of each item's column."""
        if not self._instrument.scales:
            problem = f"{self._instrument.key} cannot be scored here: its definition has no scale yet."
            raise FileRefused([Fault(problem)])
        needed = {item for scale in self._instrument.scales for item in scale.items}
        missing = [item.key for item in self._instrument.items if item.key in needed - set(header)]
        faults = [Fault("This column is missing.", 1, name) for name in missing]
        items = [item.key for item in self._instrument.items if item.key in header]
        faults += [Fault("This column stands twice.", 1, name) for name in items if header.count(name) > 1]
        faults += [
            Fault("A score would have the name of this column. Rename the column.", 1, name)
            for name in self._added()
            if name in header
        ]
        if faults:
            raise FileRefused(faults)
        return {item: header.index(item) for item in items}

    def _added(self) -> list[str]:
        names = [f"{self._instrument.key}_{scale.key}" for scale in self._instrument.scales]
        return [column for name in names for column in (name, f"{name}_missing")]

    def _answers(self, number: int, row: list[str], header: list[str], items: dict[str, int]) -> list[float]:
        if len(row) != len(header):
            problem = f"This row has {len(row)} cells, but the header has {len(header)}."
            raise FileRefused([Fault(problem, number)])
        found = []
        for item, place in items.items():
            cell = row[place]
            value = self._read[item].get(cell)
            found.append(self._first_seen(number, item, cell) if value is None else value)
        return found

    def _first_seen(self, number: int, item: str, cell: str) -> float:
        """The number that `cell` stands for; a file has few different ones, so that each is read once."""
        try:
            value = cells.answer(self._instrument, item, cell.strip()) if cell.strip() else None
        except CellError as error:
            raise FileRefused([Fault(str(error), number, item)]) from None
        read = float(value) if self._instrument.item(item).numeric and value is not None else math.nan
        if len(self._read[item]) < MOST_KEPT:
            self._read[item][cell] = read
        return read

    def _write(
        self,
        writer: CsvRows,
        chunk: Sequence[list[str]],
        answers: Sequence[list[float]],
        items: dict[str, int],
    ) -> None:
        if not chunk:
            return
        import numpy as np

        columns = np.array(answers, dtype=np.float64).reshape(len(chunk), len(items)).T
        numeric = {
            item: column
            for item, column in zip(items, columns, strict=True)
            if self._instrument.item(item).numeric
        }
        scores = score_table(self._instrument, numeric)
        added: list[list[str]] = []
        for scale in self._instrument.scales:
            result = scores[scale.key]
            # repr of a Python float is the shortest text that gives the same number back.
            added.append(["" if value != value else repr(value) for value in result.value.tolist()])
            added.append([str(missing) for missing in result.items_missing.tolist()])
        for row, more in zip(chunk, zip(*added, strict=True), strict=True):
            writer.write([*row, *more])
        self.written += len(chunk)
        self._progress(len(chunk))


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of `path` when the block ends well; until then `path` is as it was."""
    if path.exists() and not path.is_file():  # a device or a pipe cannot be replaced, only written to
        with path.open("wb") as direct:
            yield direct
        return
    target = path.resolve()
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("xb") as file:
            yield file
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Rows with their numbers, the header being 1; rows without any cell are left out."""
    number = 0
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileRefused([Fault(f"This is not CSV: {error}.", number)]) from None
        if row:
            yield number, row
