"""A table of any program, as text: columns with what is known of them, and rows of cells."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from surveys.exchange.sheets.cut import Row


@dataclass(frozen=True)
class Column:
    """A column. `label` is its question; `choices` has the text of each code, where the file says them.

    `missing` are the codes that the file itself declares to be no answer. `form` is the questionnaire of the
    other program; `identity` says that the file marks it as telling who somebody is; `computed`, that no
    person answered it; `formula` is what it was computed by, where the file says so. `decimal` is the sign
    before decimals, where the file says it.
    """

    name: str
    label: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    form: str = ""
    identity: bool = False
    computed: bool = False
    formula: str = ""
    decimal: str = ""

    @property
    def text(self) -> str:
        """What the column asks, as far as anything says it."""
        return self.label or self.name


@dataclass(frozen=True)
class Source:
    """How the table came out of its file. `header_rows` are the rows above the first row of cells."""

    program: str = "plain"
    encoding: str = ""
    separator: str = ""
    header_rows: int = 1
    sheet: str = ""


@dataclass(frozen=True)
class Table:
    """A table: every row has a cell for every column, and the number that a spreadsheet shows for it.

    `remarks` are sentences about what reading it took.
    """

    name: str
    sha256: str
    source: Source
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    remarks: tuple[str, ...] = ()

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of each column by its name."""
        return {column.name: place for place, column in enumerate(self.columns)}

    @property
    def columns_sha256(self) -> str:
        """The digest of the columns' names: a mapping of one table does for another with the same."""
        return hashlib.sha256("\n".join(column.name for column in self.columns).encode()).hexdigest()

    def column(self, name: str) -> Column:
        """The column with this name. Raises KeyError."""
        return self.columns[self.places[name]]

    def cells(self, name: str) -> Iterator[str]:
        """The cells of a column, from the first row on. Raises KeyError."""
        place = self.places[name]
        return (cells[place] for _, cells in self.rows)

    def counted(self, name: str) -> Counter[str]:
        """How many rows have each text in a column; empty cells are left out. Raises KeyError."""
        return Counter(filter(None, self.cells(name)))
