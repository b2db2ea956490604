"""Variables of SPSS and Stata, made from the columns of the tidy package. Pure.

A variable holds its cells; where an answer is missing its cell may say why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from surveys.exchange.tidy.columns import Column, cell

Kind = Literal["whole", "number", "flag", "day", "text"]
Measure = Literal["nominal", "ordinal", "scale"]
LONGEST_NAME = 32  # of a variable of Stata; SPSS takes 64 bytes
KINDS: Mapping[str, Kind] = {"integer": "whole", "number": "number", "boolean": "flag", "date": "day"}
YES_NO: Mapping[int, str] = {0: "No", 1: "Yes"}


class NotGiven(Enum):
    """Why an item that was asked has no answer: SPSS's user-missing value, Stata's letter, and the words."""

    SKIPPED = (-97, "a", "Skipped")
    NOT_REACHED = (-98, "b", "Not reached")
    NOT_RECORDED = (-99, "c", "Not recorded")

    @property
    def number(self) -> int:
        """The value in SPSS."""
        return self.value[0]

    @property
    def letter(self) -> str:
        """The letter of Stata's missing value."""
        return self.value[1]

    @property
    def words(self) -> str:
        """Its label."""
        return self.value[2]


WHY: Mapping[str | None, NotGiven] = {
    "skipped": NotGiven.SKIPPED,
    "not_reached": NotGiven.NOT_REACHED,
    None: NotGiven.NOT_RECORDED,
}


@dataclass(frozen=True)
class Variable:
    """A column of a file: `words` is its whole label, `short` one for programs that take little.

    A cell is a value of its kind, None where nothing was asked, or why there is no answer. `codes` labels
    values. `may_say_why` declares the three values of `NotGiven`.
    """

    name: str
    kind: Kind
    measure: Measure
    words: str
    cells: Sequence[Any]
    short: str = ""
    codes: Mapping[Any, str] = field(default_factory=dict)
    may_say_why: bool = False


def of_columns(columns: Iterable[Column], rows: Iterable[Any], *, exact: bool) -> list[Variable]:
    """The variables of a tidy table; columns of dates are there only if `exact`."""
    kept = [column for column in columns if exact or not column.is_date]
    cells: list[list[Any]] = [[] for _ in kept]
    for row in rows:
        for place, column in enumerate(kept):
            cells[place].append(column.of(row))
    return [variable(column, told) for column, told in zip(kept, cells, strict=True)]


def variable(column: Column, cells: Sequence[Any]) -> Variable:
    """The variable of one column with these values."""
    kind = KINDS.get(column.type, "text")
    if kind == "text":
        cells = [cell(value) or None for value in cells]
    codes: Mapping[Any, str] = YES_NO if kind == "flag" else column.codes if kind == "text" else {}
    measure: Measure = "scale" if kind in ("whole", "number", "day") else "nominal"
    return Variable(column.name, kind, measure, column.words, cells, codes=codes)


def shortened(text: str, longest: int, *, size: Callable[[str], int] = len) -> str:
    """`text` cut at a word, with `…` at its end, so that its `size` is at most `longest`."""
    if size(text) <= longest:
        return text
    words, kept = text.split(" "), ""
    for word in words:
        longer = f"{kept} {word}" if kept else word
        if size(f"{longer} …") > longest:
            break
        kept = longer
    if not kept:  # one word that is too long
        kept = text
        while size(f"{kept}…") > longest:
            kept = kept[:-1]
        return f"{kept}…"
    return f"{kept} …"


def in_bytes(text: str) -> int:
    """Its length in UTF-8."""
    return len(text.encode())
