"""The tables of a package, read side by side: for each patient her rows of every file.

Files stand in the order of their patients, so that little of them is in memory at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import groupby

from analysis.words import words as _
from surveys.exchange.moving.cells import Cells, Faults
from surveys.exchange.moving.files import PATIENTS, Package
from surveys.exchange.tidy.answers import SCORES, long_table, wide_table
from surveys.exchange.tidy.columns import TidyTable
from surveys.exchange.tidy.injections import INJECTION_SITES
from surveys.exchange.tidy.occasions import VISITS
from surveys.exchange.tidy.people import CONSENTS, GRADINGS, PALSIES, TREATMENTS
from surveys.exchange.tidy.people import PATIENTS as PEOPLE
from surveys.exchange.tidy.reported import REPORTED
from surveys.instruments.instrument import Instrument
from surveys.instruments.library import Library

Rows = Mapping[str, Sequence[Cells]]
"""A patient's rows by the name of their table; a table without any is empty."""


def tables_of(library: Library, asked: Mapping[str, Sequence[Instrument]]) -> list[TidyTable]:
    """The tables whose rows are patients' own; `asked` has the answered versions of each instrument."""
    wide = [wide_table(key, versions) for key, versions in asked.items()]
    clinical = (PALSIES, TREATMENTS, INJECTION_SITES, GRADINGS, CONSENTS)
    return [*clinical, VISITS, REPORTED, long_table(library), *wide, SCORES]


def people(package: Package, tables: Sequence[TidyTable], faults: Faults) -> Iterator[tuple[Cells, Rows]]:
    """Each patient's own row with her rows of the other tables.

    Raises:
        Refused: a file cannot be read.
    """
    with ExitStack() as closing:

        def reader(table: TidyTable) -> _Reader:
            lines = package.lines(table.file, [column.name for column in table.columns])
            closing.callback(lines.close)  # type: ignore[attr-defined]  # a generator
            return _Reader(table, lines, faults)

        others = {table.name: reader(table) for table in tables}
        for own in reader(PEOPLE).each():
            code = own.record["patient"]
            yield own, {name: one.of(code) for name, one in others.items()}
        for one in others.values():
            one.end()


class _Reader:
    """Goes through one file, patient by patient."""

    def __init__(
        self, table: TidyTable, lines: Iterator[tuple[int, Mapping[str, str]]], faults: Faults
    ) -> None:
        self._table, self._faults = table, faults
        cells = (Cells(table.file, number, record, faults) for number, record in lines)
        self._groups = groupby(cells, key=_patient)
        self._next: tuple[str, Sequence[Cells]] | None = None
        self._advance()

    def each(self) -> Iterator[Cells]:
        """The rows of a file that has one for each patient."""
        while self._next is not None:
            code, rows = self._next
            if len(rows) > 1:
                self._faults.add(
                    _(
                        "%(file)s, row %(number)s: patient %(code)s stands twice.",
                        file=self._table.file,
                        number=rows[1].number,
                        code=code,
                    )
                )
            yield rows[0]
            self._advance()

    def of(self, code: str) -> Sequence[Cells]:
        """The rows of this patient, if they come next."""
        if self._next is None or self._next[0] != code:
            return ()
        rows = self._next[1]
        self._advance()
        return rows

    def end(self) -> None:
        """Say so if rows are left: they are of nobody, or out of order."""
        if self._next is not None:
            code, rows = self._next
            self._faults.add(
                _(
                    "%(file)s, row %(number)s: patient %(code)s is not in %(patients)s, or does not stand "
                    "in its order.",
                    file=self._table.file,
                    number=rows[0].number,
                    code=code,
                    patients=PATIENTS,
                )
            )

    def _advance(self) -> None:
        found = next(self._groups, None)
        self._next = None if found is None else (found[0], list(found[1]))


_patient: Callable[[Cells], str] = lambda row: row.record["patient"]  # noqa: E731
