"""Rows of a CSV file that every reader splits in the same way."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TextIO


class CsvRows:
    """Writes rows that end with a line feed."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._plain = csv.writer(file, lineterminator="\n")
        # Readers take a lone carriage return in a cell for a line end, but the csv module quotes it only
        # where lines end with one.
        self._quoting = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)

    def write(self, row: Sequence[str]) -> None:
        """One row, cells quoted where they must be."""
        (self._quoting if "\r" in "".join(row) else self._plain).writerow(row)

    def write_all(self, rows: Sequence[Sequence[str]]) -> None:
        """Many rows at once."""
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(rows)
        written = text.getvalue()
        if "\r" not in written:
            self._file.write(written)
            return
        for row in rows:
            self.write(row)
