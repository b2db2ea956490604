"""What the cells of answers mean by a mapping; those that mean nothing are told together at the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from analysis.words import counted, joined
from analysis.words import words as _
from surveys import same
from surveys.exchange.cells import CellError
from surveys.exchange.faults import Fault
from surveys.exchange.tables import days, values
from surveys.exchange.tables.mapping import FileMapping, InstrumentColumns
from surveys.exchange.tables.redcap_records import TICKED
from surveys.exchange.tables.table import Table
from surveys.instruments.instrument import Instrument
from surveys.instruments.library import Library

LISTED = 20


class AnswerCells:
    """Reads cells of answers, and collects those that mean none of ours."""

    def __init__(self, table: Table, mapping: FileMapping, library: Library) -> None:
        self._table, self._mapping, self._library = table, mapping, library
        self._missing = {values.code(cell) for cell in (*mapping.missing, *mapping.skipped)}
        self._skipped = {values.code(cell) for cell in mapping.skipped}
        self._strange: dict[str, Counter[str]] = defaultdict(Counter)
        self._rows_of: dict[tuple[str, str], int] = {}
        self._others: list[Fault] = []
        self._commas: set[str] = set()

    def is_missing(self, column: str, cell: str) -> bool:
        """Whether the cell says that there is no answer."""
        code = values.code(cell)
        return code in self._missing or code in self._table.column(column).missing

    def is_skipped(self, cell: str) -> bool:
        """Whether it says that the question was passed over on purpose."""
        return values.code(cell) in self._skipped

    def value(
        self, key: str, one: InstrumentColumns, item: str, column: str, cell: str, number: int
    ) -> Any | None:
        """The value that a cell means; None where it means none of ours, which is noted."""
        instrument = self._library.get(key)
        kind = instrument.item(item).kind
        if kind == "choice":
            return self._choice(instrument, one, item, column, cell, number)
        if kind == "choices":
            told = [part for part in cell.split(TICKED) if not self.is_missing(column, part)]
            ticked = [self._choice(instrument, one, item, column, part, number) for part in told]
            return TICKED.join(map(str, ticked)) if ticked and None not in ticked else None
        if kind == "decimal":
            return self._decimal(column, cell, number)
        if kind == "date":
            return self._day(column, cell, number)
        return cell

    def faults(self) -> Iterator[Fault]:
        """What was noted, the cells of a column with their rows counted."""
        yield from self._others
        title = {
            column: self._library.get(key)
            for key, one in self._mapping.instruments.items()
            for column in one.items.values()
        }
        for column, cells in self._strange.items():
            for cell, rows in list(cells.items())[:LISTED]:
                problem = self._problem(title[column], column, cell, rows)
                yield Fault(problem, self._rows_of[column, cell], column)

    def _choice(
        self, instrument: Instrument, one: InstrumentColumns, item: str, column: str, cell: str, number: int
    ) -> int | None:
        code = values.code(cell)
        table = one.table_of(item)
        value = int(code) if table is None and values.is_whole(code) else None
        if table is not None:
            value = table.get(cell, table.get(code))
            if value is None:
                value = next((own for text, own in table.items() if same.alike(text, cell)), None)
        if value is None or value not in instrument.values(item):
            self._strange[column][cell] += 1
            self._rows_of.setdefault((column, cell), number)
            return None
        return value

    def _decimal(self, column: str, cell: str, number: int) -> str | None:
        """A number with a point; which sign parts decimals is said by the file or a person, never guessed."""
        sign = self._table.column(column).decimal or self._mapping.decimal or "."
        other = "." if sign == "," else ","
        if other not in cell:
            return cell.replace(sign, ".")
        if column not in self._commas:
            self._commas.add(column)
            said = (
                _('%(column)s has %(cell)s: decimal comma. Write decimal = ",".', column=column, cell=cell)
                if other == ","
                else _(
                    '%(column)s has %(cell)s: decimal point. Write decimal = ".".', column=column, cell=cell
                )
            )
            self._others.append(Fault(said, number))
        return None

    def _day(self, column: str, cell: str, number: int) -> str | None:
        try:
            return days.written(cell, self._mapping.order, "")[:10]
        except CellError as error:
            self._others.append(Fault(str(error), number, column))
            return None

    def _problem(self, instrument: Instrument, column: str, cell: str, rows: int) -> str:
        code = values.code(cell)
        choices = self._table.column(column).choices
        highest = max(choice.value for section in instrument.sections for choice in section.choices)
        said = counted(
            "%(num)d cell has %(cell)s, which is not a choice of %(instrument)s.",
            "%(num)d cells have %(cell)s, which is not a choice of %(instrument)s.",
            rows,
            cell=repr(cell),
            instrument=instrument.short_title,
        )
        if {cell, code} & values.MISSING_LOOKS:
            mend = _('If it means missing, add it: [missing] codes = ["%(cell)s"].', cell=cell)
            return joined(" ", (said, mend))
        if values.is_whole(code) and int(code) > highest:
            label = choices.get(str(highest), "")
            above = counted(
                "%(num)d value is %(cell)s; %(instrument)s goes to %(highest)s.",
                "%(num)d values are %(cell)s; %(instrument)s goes to %(highest)s.",
                rows,
                cell=cell,
                instrument=instrument.short_title,
                highest=highest,
            )
            told = (
                [_("In this file ‘%(value)s’ is labelled ‘%(label)s’.", value=highest, label=label)]
                if label
                else []
            )
            mend = _("Does the file count from 1? Then say what each cell means (values = …).")
            return joined(" ", (above, *told, mend))
        return joined(" ", (said, _("Say what it means (values = …).")))
