"""Rows of a CSV file that every reader parts alike."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import TextIO


class CsvRows:
    """Writes rows that end with a line feed."""

    def __init__(self, file: TextIO) -> None:
        self._plain = csv.writer(file, lineterminator="\n")
        # A lone carriage return in a cell is a line end to whoever reads, but the csv module quotes it only
        # where the lines end with one.
        self._quoting = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)

    def write(self, row: Sequence[str]) -> None:
        """One row, cells quoted where they must be."""
        (self._quoting if any("\r" in cell for cell in row) else self._plain).writerow(row)
