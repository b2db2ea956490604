"""A table and its confirmed mapping, made into the rows of an import. What is not understood is refused."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from analysis.data.gradings import HOUSE_BRACKMANN
from analysis.words import counted
from analysis.words import words as _
from surveys import same
from surveys.exchange import import_file
from surveys.exchange.cells import CellError
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.import_file import Circumstances, ImportFile, ImportRow, RowReading
from surveys.exchange.tables import days, fitting, mapping_text, totals, treatments, values
from surveys.exchange.tables.answer_cells import AnswerCells
from surveys.exchange.tables.facts import birth_year
from surveys.exchange.tables.mapping import BY_ORDER, FileMapping
from surveys.exchange.tables.table import Table
from surveys.instruments.library import Library
from surveys.store.patient.patients import NewTreatment

REDCAP = "redcap"


def mapped(table: Table, mapping: FileMapping, library: Library) -> ImportFile:
    """The rows of `table` as an import reads them.

    Raises:
        FileRefused: the mapping is not confirmed or does not fit the table, or cells are not understood.
    """
    fitting.must_fit(table, mapping)
    return _Mapped(table, mapping, library).file()


def digest(mapping: FileMapping) -> str:
    """The digest of what a mapping says, whatever its file looks like."""
    return hashlib.sha256(mapping_text.write(mapping, {}).encode()).hexdigest()


@dataclass
class _Patient:
    """Facts and treatments of rows that have no answers, for the patient's first row that has."""

    number: int
    cells: dict[str, str] = field(default_factory=dict)
    treatments: list[NewTreatment] = field(default_factory=list)


class _Mapped:
    """Goes through the rows; collects what is left out and every fault."""

    def __init__(self, table: Table, mapping: FileMapping, library: Library) -> None:
        self._table, self._mapping, self._library = table, mapping, library
        self._cells = AnswerCells(table, mapping, library)
        self._treatments = treatments.Readings(mapping, self._cells.is_missing)
        self._faults: list[Fault] = []
        self._left: Counter[str] = Counter()
        self._foreign = self._foreign_names()
        header = [name for name in self._foreign if name != "occurrence" or mapping.visit.occurrence]
        self._columns = import_file.answer_columns(header, library)
        self._header = header

    def file(self) -> ImportFile:
        """The whole file. Raises FileRefused."""
        rows: list[ImportRow] = []
        waiting: dict[str, _Patient] = {}
        for number, cells in self._table.rows:
            row = dict(zip(self._table.places, cells, strict=True))
            if self._is_skipped(row):
                continue
            one = self._row(number, row, waiting)
            if one is not None:
                rows.append(one)
        self._faults += self._cells.faults()
        if self._faults:
            raise FileRefused(self._faults)
        if not rows:
            raise FileRefused([Fault(_("No row of the file has answers that are imported."))])
        other_totals = tuple(totals.told(self._table, self._mapping, self._library, rows))
        if self._table.source.program == REDCAP:
            rows = self._united(rows)
        rows = self._with_facts(self._numbered(rows), waiting)
        if self._faults:
            raise FileRefused(self._faults)
        return ImportFile(
            self._table.name,
            self._table.sha256,
            tuple(rows),
            western=self._table.source.encoding == "windows-1252",
            mapping_sha256=digest(self._mapping),
            mapping=mapping_text.write(self._mapping, {}),
            columns_sha256=self._table.columns_sha256,
            left_out=(*self._told(), *other_totals),
        )

    def _foreign_names(self) -> dict[str, str]:
        """The table's column by the import's."""
        mapping = self._mapping
        names = {
            "patient": mapping.patient,
            "visit": mapping.visit.column or "visit",
            "completed_on": mapping.completed_on or _("the day of the answers"),
        }
        if mapping.visit.occurrence and mapping.visit.occurrence != BY_ORDER:
            names["occurrence"] = mapping.visit.occurrence
        if mapping.locale:
            names["locale"] = mapping.locale
        names |= {name: fact.column for name, fact in mapping.facts.items()}
        for key, one in mapping.instruments.items():
            names |= {f"{key}_{item}": column for item, column in one.items.items()}
        return names

    def _is_skipped(self, row: Mapping[str, str]) -> bool:
        for column, cells in self._mapping.skip_where.items():
            if row[column] in cells:
                cell = row[column] or _("empty")
                self._left[_("%(column)s is %(cell)s", column=column, cell=cell)] += 1
                return True
        return False

    def _row(self, number: int, row: Mapping[str, str], waiting: dict[str, _Patient]) -> ImportRow | None:
        answers, how, asked = self._answers(number, row)
        record = dict.fromkeys(self._header, "")
        record["patient"] = row[self._mapping.patient]
        record["visit"] = self._visit(row)
        for name, fact in self._mapping.facts.items():
            record[name] = self._fact(number, name, row[fact.column])
        if self._mapping.locale:
            record["locale"] = same.folded(row[self._mapping.locale])
        if "occurrence" in record:
            record["occurrence"] = row[self._mapping.visit.occurrence]
        treated = self._treatments.of_row(row)
        self._faults += [Fault(problem, number, column) for column, problem in self._treatments.told()]
        own = self._day(number, row, self._mapping.completed_on)
        if not answers and not own and (treated or any(record[name] for name in self._mapping.facts)):
            known = waiting.setdefault(same.folded(record["patient"]), _Patient(number))
            known.treatments += treated
            for name in self._mapping.facts:
                if record[name] and known.cells.setdefault(name, record[name]) != record[name]:
                    said = _(
                        "This row says %(said)s, but row %(row)s says %(other)s.",
                        said=record[name],
                        row=known.number,
                        other=known.cells[name],
                    )
                    self._faults.append(Fault(said, number, self._foreign[name]))
            return None
        # In REDCap a row may be of another form alone.
        others = asked or not self._mapping.completed_on or self._table.source.program == REDCAP
        if not answers and not own and others:
            self._left[_("without an answer that is imported")] += 1
            return None
        days_told = [day for key in answers if (day := how[key][0])]
        record["completed_on"] = own or min(days_told, key=lambda day: day[:10], default="")
        for key, given in answers.items():
            record |= {f"{key}_{item}": str(value) for item, value in given.items()}
        reading = RowReading(number, record, self._columns)
        found = reading.row()
        for fault in reading.faults:
            column = self._foreign.get(fault.column or "", fault.column)
            problem = fault.problem
            if fault.column == "completed_on" and not record["completed_on"]:
                problem = self._no_day(answers)
            self._faults.append(Fault(problem, number, column))
        if found is None:
            return None
        circumstances = {
            key: replace(kept, completed=self._read_day(said) if said else None)
            for key, (said, kept) in how.items()
            if key in answers
        }
        how_told = {key: one for key, one in circumstances.items() if one != Circumstances()}
        return replace(found, how=how_told, treatments=treated)

    def _no_day(self, answers: Iterable[str]) -> str:
        keys = ", ".join(self._library.get(key).short_title for key in answers)
        if self._mapping.completed_on:
            return _(
                "No day of these answers (%(keys)s). Name another column for it (otherwise_on), or leave "
                'such rows out: [file] skip_where = { "COLUMN" = [""] }.',
                keys=keys or _("none"),
            )
        return _(
            '%(keys)s has no day here. Say which field holds the day (completed_on = "visit_date"), or leave '
            'such rows out: [file] skip_where = { "COLUMN" = ["CELL"] }.',
            keys=keys,
        )

    def _answers(
        self, number: int, row: Mapping[str, str]
    ) -> tuple[dict[str, dict[str, Any]], dict[str, tuple[str, Circumstances]], bool]:
        """The answers by instrument; the day and circumstances of each; whether any cell has anything."""
        answers: dict[str, dict[str, Any]] = {}
        how: dict[str, tuple[str, Circumstances]] = {}
        asked = False
        rows_partial = any(row[column] in cells for column, cells in self._mapping.partial_where.items())
        for key, one in self._mapping.instruments.items():
            given: dict[str, Any] = {}
            skipped: dict[str, str] = {}
            for item, column in one.items.items():
                cell = row[column]
                asked = asked or bool(cell)
                if not cell or self._cells.is_missing(column, cell):
                    if self._cells.is_skipped(cell):
                        skipped[item] = "skipped"
                    continue
                value = self._cells.value(key, one, item, column, cell, number)
                if value is not None:
                    given[item] = value
            if not given:
                continue
            answers[key] = given
            partial = rows_partial or any(row[column] in cells for column, cells in one.partial.items())
            day = self._day(number, row, one.completed_on) if one.completed_on else ""
            how[key] = day, Circumstances(None, partial, skipped)
        return answers, how, asked

    def _visit(self, row: Mapping[str, str]) -> str:
        visit = self._mapping.visit
        if visit.constant:
            return visit.constant
        cell = row[visit.column]
        return visit.names.get(cell, cell)

    def _fact(self, number: int, name: str, cell: str) -> str:
        fact = self._mapping.facts[name]
        if not cell or self._cells.is_missing(fact.column, cell):
            return ""
        if fact.values:
            meant = fact.values.get(cell) or fact.values.get(values.code(cell))
            if meant is None:
                said = _(
                    "%(cell)s has no meaning in the mapping. Add it: [%(place)s] %(name)s = …",
                    cell=repr(cell),
                    place=f"facts.{name}",
                    name="values",
                )
                self._faults.append(Fault(said, number, fact.column))
            return meant or ""
        try:
            if name == "birth_year":
                return birth_year(cell)
            if name == "onset_on" and any(sign in cell for sign in "/.- "):
                known = (
                    cell if import_file.is_partial_date(cell) else days.written(cell, self._mapping.order, "")
                )
                return known[:10]
        except CellError as error:
            self._faults.append(Fault(str(error), number, fact.column))
            return ""
        return values.code(cell) if name == HOUSE_BRACKMANN else cell

    def _day(self, number: int, row: Mapping[str, str], column: str) -> str:
        """The day that a column holds, or the one that counts where it is empty."""
        tried = [column, self._mapping.otherwise_on] if column == self._mapping.completed_on else [column]
        marks = {
            cell
            for cells in (
                *self._mapping.partial_where.values(),
                *(c for one in self._mapping.instruments.values() for c in one.partial.values()),
            )
            for cell in cells
        }
        for name in filter(None, tried):
            cell = row[name]
            if not cell or cell in marks or self._cells.is_missing(name, cell):
                continue
            try:
                return days.written(cell, self._mapping.order, self._mapping.timezone)
            except CellError as error:
                self._faults.append(Fault(str(error), number, name))
                return ""
        return ""

    @staticmethod
    def _read_day(said: str) -> date | datetime:
        return date.fromisoformat(said) if len(said) == 10 else datetime.fromisoformat(said)

    def _united(self, rows: Sequence[ImportRow]) -> list[ImportRow]:
        """The rows, those of one visit in one: REDCap has a row for each repeating form."""
        found: dict[tuple[str, str, int], ImportRow] = {}
        for row in rows:
            key = same.folded(row.patient), same.folded(row.visit), row.occurrence
            first = found.get(key)
            if (
                first is None
                or first.answers.keys() & row.answers.keys()
                or first.facts.keys() & row.facts.keys()
            ):
                found[key if first is None else (*key[:2], -row.number)] = row
                continue
            own = {one: row.circumstances(one) for one in row.answers}
            own = {one: replace(kept, completed=kept.completed or row.completed) for one, kept in own.items()}
            found[key] = replace(
                first,
                answers={**first.answers, **row.answers},
                how={**first.how, **own},
                facts={**first.facts, **row.facts},
                house_brackmann=first.house_brackmann or row.house_brackmann,
                treatments=(*first.treatments, *row.treatments),
            )
        return list(found.values())

    def _numbered(self, rows: Sequence[ImportRow]) -> list[ImportRow]:
        """The rows with their occurrences, where these are counted by their days."""
        if self._mapping.visit.occurrence != BY_ORDER:
            return list(rows)
        seen: Counter[tuple[str, str]] = Counter()
        numbers: dict[int, int] = {}
        for row in sorted(rows, key=lambda row: (_sorted(row.completed), row.number)):
            key = same.folded(row.patient), same.folded(row.visit)
            seen[key] += 1
            numbers[row.number] = seen[key]
        return [replace(row, occurrence=numbers[row.number]) for row in rows]

    def _with_facts(self, rows: Sequence[ImportRow], waiting: Mapping[str, _Patient]) -> list[ImportRow]:
        """The rows; the first of each patient has the facts of that patient's rows without answers."""
        left = dict(waiting)
        found = []
        for row in rows:
            kept = left.pop(same.folded(row.patient), None)
            found.append(row if kept is None else self._joined(row, kept))
        if left:
            self._left[_("of patients without any answer")] += len(left)
        return found

    def _joined(self, row: ImportRow, kept: _Patient) -> ImportRow:
        facts = dict(row.facts)
        grade = row.house_brackmann
        for name, cell in kept.cells.items():
            try:
                if name == HOUSE_BRACKMANN:
                    grade = grade or int(cell)
                else:
                    facts.setdefault(name, import_file.FACTS[name](cell))
            except ValueError as error:
                self._faults.append(Fault(str(error), kept.number, self._foreign[name]))
        given = (*row.treatments, *kept.treatments)
        return replace(row, facts=facts, house_brackmann=grade, treatments=given)

    def _told(self) -> Iterable[str]:
        for why, rows in self._left.items():
            yield counted("%(num)d row left out: %(why)s.", "%(num)d rows left out: %(why)s.", rows, why=why)
        used = {column for _, column in self._mapping.named()}
        for name in self._mapping.left_out:
            if (
                name in self._table.places
                and name not in used
                and (cells := sum(self._table.counted(name).values()))
            ):
                yield counted(
                    "Column ‘%(name)s’ left out (%(num)d cell).",
                    "Column ‘%(name)s’ left out (%(num)d cells).",
                    cells,
                    name=name,
                )


def _sorted(completed: date | datetime) -> datetime:
    if isinstance(completed, datetime):
        return completed.replace(tzinfo=None)
    return datetime.combine(completed, time(12))
