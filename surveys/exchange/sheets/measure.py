"""How far the cells of a workbook's parts reach, and how much text they hold, found without keeping any."""

from __future__ import annotations

import re
from collections import Counter
from xml.parsers import expat

from analysis.words import words as _
from surveys.exchange.sheets.cut import MOST_ROWS

MOST_COLUMNS = 500
MOST_CELLS = 500_000  # also the empty ones between the first and the last
MOST_SIGNS = 16 * 1024 * 1024
_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_VALUES = ("v", "t", "is")


class NotMeasurableError(ValueError):
    """A part that is no plain XML, or places a cell nowhere."""


class Measure:
    """What the parts that were added hold, as far as cells have a value."""

    def __init__(self) -> None:
        self._rows = self._columns = 0  # the furthest ones of any part
        self._cells = 0
        self._signs = 0
        self._lengths: list[int] = []  # of the texts that cells share, by number
        self._shared: Counter[int] = Counter()  # how many cells have each

    def add(self, part: bytes) -> None:
        """Measure one more part. Raises NotMeasurableError."""
        one = _Part(self._lengths, self._shared)
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = one.start
        parser.EndElementHandler = one.end
        parser.CharacterDataHandler = one.characters
        try:
            parser.Parse(part, True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise NotMeasurableError(str(error)) from None
        self._rows, self._columns = max(self._rows, one.rows), max(self._columns, one.columns)
        self._cells += one.rows * one.columns
        self._signs += one.signs

    def too_large(self) -> str | None:
        """Why this is too much to read; None if it is not."""
        if self._rows > MOST_ROWS:
            return _(
                "The workbook reaches to row %(rows)s; at most %(most_rows)s rows are read.",
                rows=self._rows,
                most_rows=MOST_ROWS,
            )
        if self._columns > MOST_COLUMNS or self._cells > MOST_CELLS:
            return _(
                "The workbook reaches to column %(letters)s and to row %(rows)s, which is too much "
                "to read. Delete what stands far from the list, and other sheets.",
                letters=letters(self._columns),
                rows=self._rows,
            )
        known = len(self._lengths)
        shared = sum(
            self._lengths[number] * times for number, times in self._shared.items() if number < known
        )
        if self._signs + shared > MOST_SIGNS:
            return _("The cells of the workbook hold too much text. Save only the list.")
        return None


class _Part:
    """One part while it is read."""

    def __init__(self, lengths: list[int], shared: Counter[int]) -> None:
        self.rows = self.columns = self.signs = 0
        self._lengths = lengths
        self._shared = shared
        self._row = self._column = 0
        self._refers = False
        self._inside = self._among_shared = False
        self._said = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            self._row = int(attributes["r"]) if "r" in attributes else self._row + 1
            self._column = 0
        elif name == "c":
            self._refers = attributes.get("t") == "s"
            self._place(attributes.get("r"))
        elif name == "si":
            self._among_shared = True
            self._lengths.append(0)
        elif name in _VALUES:
            self._inside, self._said = True, ""

    def characters(self, text: str) -> None:
        if not self._inside:
            return
        self.signs += len(text)
        if self._among_shared:
            self._lengths[-1] += len(text)
        elif self._refers:
            self._said += text

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "si":
            self._among_shared = False
        if name not in _VALUES:
            return
        self._inside = False
        if self._column and not self._among_shared:
            self.rows, self.columns = max(self.rows, self._row), max(self.columns, self._column)
        if self._refers and self._said:
            self._shared[int(self._said)] += 1
            self._said = ""

    def _place(self, at: str | None) -> None:
        self._column += 1
        if at is None:
            return
        found = _PLACE.fullmatch(at)
        if not found:
            raise NotMeasurableError(at)
        self._row = max(self._row, int(found[2]))
        self._column = 0
        for letter in found[1]:
            self._column = self._column * 26 + ord(letter) - ord("A") + 1


def letters(column: int) -> str:
    """The letters of a column, counted from 1."""
    found = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def _refuse(*_: object) -> None:
    raise NotMeasurableError("a document type")
