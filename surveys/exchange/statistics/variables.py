"""Variables of SPSS and Stata, made from the columns of the tidy package. Pure.

A variable holds its cells; where an answer is missing its cell may say why.
"""

from __future__ import annotations

from collections import defaultdict
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
    gathered = [(each.append, cell_of(column)) for each, column in zip(cells, kept, strict=True)]
    for row in rows:
        for add, of in gathered:
            add(of(row))
    return [variable(column, told) for column, told in zip(kept, cells, strict=True)]


def cell_of(column: Column) -> Callable[[Any], Any]:
    """A function that gives the cell of one row after the other, of the column's kind; equal ones are one."""
    of, once = column.of, each_once()
    if _kind(column) == "text":
        return lambda row: once(cell(of(row)) or None)
    return lambda row: once(of(row))


def each_once() -> Callable[[Any], Any]:
    """A function that gives back what it gets, of equal values the first: a column holds few that differ."""
    seen: defaultdict[type, dict[Any, Any]] = defaultdict(dict)

    def once(value: Any) -> Any:
        # 1, 1.0 and True are equal, and so are 0.0 and -0.0: none may stand for another.
        if not value or isinstance(value, list | dict):
            return value
        return seen[value.__class__].setdefault(value, value)

    return once


def _kind(column: Column) -> Kind:
    return KINDS.get(column.type, "text")


def variable(column: Column, cells: Sequence[Any]) -> Variable:
    """The variable of one column with these values, as `cell_of` makes them."""
    kind = _kind(column)
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
