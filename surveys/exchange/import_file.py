"""The import file, read and checked without the database: columns, codes, dates, choices."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from analysis.data.gradings import HOUSE_BRACKMANN
from analysis.data.kinds import KINDS
from analysis.words import words as _
from surveys.exchange import cells
from surveys.exchange.cells import CellError
from surveys.exchange.faults import Fault, FileRefused, uneven
from surveys.exchange.sheets import cut, reading
from surveys.exchange.sheets.cut import Row
from surveys.instruments.definition import Instrument
from surveys.instruments.library import Library
from surveys.models.patient import CAUSES, SEXES, SIDES
from surveys.store.patient.patients import NewTreatment
from surveys.typed import formula_fault

REQUIRED = ("patient", "visit", "completed_on")
FACTS: Mapping[str, Callable[[str], Any]] = {
    "onset_on": cells.partial_date,
    "birth_year": cells.year,
    "sex": lambda cell: cells.one_of(cell, SEXES),
    "side": lambda cell: cells.one_of(cell, SIDES),
    "cause": lambda cell: cells.one_of(cell, CAUSES),
}
OF_THE_VISIT = ("occurrence", "treatments", HOUSE_BRACKMANN, "locale")
MOST_OCCURRENCES = 9999
LONGEST_VISIT_NAME = 200
MOST_KNOWN = 1000  # texts of a column that are remembered
# Wider than in staff's forms: other programs made these codes, and some wrote 100000 as 1e+05.
PATIENT_CODE = re.compile(r"[^\W_]\S{0,63}")


@dataclass(frozen=True)
class Circumstances:
    """How one questionnaire of a row was answered, where that differs from the row's own.

    `completed` None is the row's. `partial`: it was never sent. `not_given` has the items that were skipped
    on purpose or not reached.
    """

    completed: date | datetime | None = None
    partial: bool = False
    not_given: Mapping[str, str] = field(default_factory=dict)


AS_THE_ROW = Circumstances()


@dataclass(frozen=True)
class ImportRow:
    """A patient's visit in the file. Empty cells are absent.

    `facts` has the given columns of `FACTS`; `answers` maps each instrument with an answer to its items'
    values; `how` has the circumstances of some of them. `occurrence` tells visits of one name apart.
    """

    number: int
    patient: str
    visit: str
    completed: date | datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    treatments: tuple[NewTreatment, ...] = ()
    house_brackmann: int | None = None
    locale: str | None = None
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    occurrence: int = 1
    how: Mapping[str, Circumstances] = field(default_factory=dict)

    def circumstances(self, instrument: str) -> Circumstances:
        """How this instrument was answered."""
        return self.how.get(instrument, AS_THE_ROW)


@dataclass(frozen=True)
class ImportFile:
    """A file of which every row can be read; `western`: it is Windows-1252, or spoilt UTF-8.

    `mapping_sha256` is the digest of the mapping that made the rows of another program's table. `left_out`
    are sentences about what of the file is not imported, and why. `mapping` is that mapping as text, and
    `columns_sha256` the digest of the names of the columns that it is for.
    """

    name: str
    sha256: str
    rows: tuple[ImportRow, ...]
    western: bool = False
    mapping_sha256: str | None = None
    left_out: tuple[str, ...] = ()
    mapping: str | None = None
    columns_sha256: str | None = None


def read(path: Path, library: Library, *, ignore_unknown: bool = False) -> ImportFile:
    """The rows of the file at `path`: CSV as any spreadsheet saves it, or a workbook.

    Raises:
        FileRefused: with every fault of the file.
    """
    content = path.read_bytes()
    records = cut.every_row(reading.text(content, fits=_fits))
    header = next(records, (1, []))[1]
    columns = answer_columns(header, library, ignore_unknown=ignore_unknown)
    rows: list[ImportRow] = []
    faults: list[Fault] = []
    for number, record in records:
        if len(record) != len(header):
            faults.append(Fault(uneven(len(record), len(header)), number))
            continue
        one = RowReading(number, dict(zip(header, record, strict=True)), columns)
        whole = one.row()
        faults += one.faults
        if whole is not None:
            rows.append(whole)
    if faults:
        raise FileRefused(faults)
    if not rows:
        raise FileRefused([Fault(_("The file has no row below its header."))])
    return ImportFile(
        path.name, hashlib.sha256(content).hexdigest(), tuple(rows), western=reading.is_western(content)
    )


def _fits(rows: list[Row]) -> bool:
    """Whether a sheet of a workbook begins as such a file does."""
    return set(REQUIRED) <= set(rows[0][1])


@dataclass(frozen=True)
class AnswerColumn:
    """A column of answers to one item; a text that was read once is not read again."""

    instrument: Instrument
    item: str
    known: dict[str, Any] = field(default_factory=dict)

    def answer(self, cell: str) -> Any:
        """The answer that `cell` spells. Raises CellError."""
        if cell in self.known:
            return self.known[cell]
        value = cells.answer(self.instrument, self.item, cell)
        if type(value) is int and len(self.known) < MOST_KNOWN:
            self.known[cell] = value
        return value


def answer_columns(
    header: list[str], library: Library, *, ignore_unknown: bool = False
) -> Mapping[str, AnswerColumn]:
    """The header's answer columns.

    Raises:
        FileRefused: a column stands twice, is not known or is missing.
    """
    answers = {
        f"{instrument.key}_{item.key}": (instrument, item.key)
        for instrument in library
        for item in instrument.items
    }
    known = {*REQUIRED, *FACTS, *OF_THE_VISIT, *answers}
    faults = []
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            faults.append(Fault(_("This column stands twice."), 1, name or _("without a name")))
        if name not in known and not ignore_unknown:
            near = difflib.get_close_matches(name, known, n=1)
            mend = (
                _(" Is it %(near)s?", near=near[0])
                if near
                else _(" Remove it, or pass over such columns (--ignore-unknown).")
            )
            faults.append(
                Fault(_("This column is not known.%(mend)s", mend=mend), 1, name or _("without a name"))
            )
    for name in REQUIRED:
        if name not in header:
            faults.append(Fault(_("This column is missing."), 1, name))
    if faults:
        raise FileRefused(faults)
    return {name: AnswerColumn(*answers[name]) for name in header if name in answers}


class RowReading:
    """One row under way; `faults` are those of its cells."""

    def __init__(self, number: int, record: Mapping[str, str], columns: Mapping[str, AnswerColumn]) -> None:
        self.faults: list[Fault] = []
        self._number = number
        self._record = record
        self._columns = columns

    def row(self) -> ImportRow | None:
        """The row, or None where it has faults."""
        patient = self._required("patient", patient_code)
        visit = self._required("visit", visit_name)
        completed = self._required("completed_on", cells.day_or_instant)
        facts = {name: self._cell(name, take) for name, take in FACTS.items()}
        occurrence = self._cell("occurrence", _occurrence)
        given = self._cell("treatments", treatments)
        grade = self._cell(HOUSE_BRACKMANN, _house_brackmann)
        locale = self._cell("locale", cells.locale)
        answers: dict[str, dict[str, Any]] = {}
        for name, column in self._columns.items():
            if self._record[name]:
                value = self._take(name, column.answer)
                answers.setdefault(column.instrument.key, {})[column.item] = value
        if self.faults:
            return None
        return ImportRow(
            number=self._number,
            patient=patient,
            visit=visit,
            completed=completed,
            facts={name: value for name, value in facts.items() if value is not None},
            treatments=given or (),
            house_brackmann=grade,
            locale=locale,
            answers=answers,
            occurrence=occurrence or 1,
        )

    def _required(self, name: str, take: Callable[[str], Any]) -> Any:
        if not self._record[name]:
            self._fault(name, _("This cell must not be empty."))
            return None
        return self._take(name, take)

    def _cell(self, name: str, take: Callable[[str], Any]) -> Any:
        return self._take(name, take) if self._record.get(name) else None

    def _take(self, name: str, take: Callable[[str], Any]) -> Any:
        try:
            return take(self._record[name])
        except CellError as error:
            self._fault(name, str(error))
            return None

    def _fault(self, name: str, problem: str) -> None:
        self.faults.append(Fault(problem, self._number, name))


def patient_code(cell: str) -> str:
    """A study code as other programs may have made it."""
    if not PATIENT_CODE.fullmatch(cell) or not cell.isprintable():
        raise CellError(
            _(
                "%(cell)s cannot be a study code: it begins with a letter or digit and has at most "
                "64 signs, none of them a space.",
                cell=repr(cell),
            )
        )
    return cell


def visit_name(cell: str) -> str:
    """A visit's name."""
    if not cell.isprintable() or len(cell) > LONGEST_VISIT_NAME:
        raise CellError(
            _(
                "A visit's name has at most %(longest_visit_name)s characters, on one line.",
                longest_visit_name=LONGEST_VISIT_NAME,
            )
        )
    if fault := formula_fault(cell, _("A visit's name")):
        raise CellError(fault)
    return cell


def _occurrence(cell: str) -> int:
    value = cells.whole_number(cell)
    if not 1 <= value <= MOST_OCCURRENCES:
        raise CellError(
            _(
                "%(cell)s is not a number of a visit from 1 to %(most_occurrences)s.",
                cell=repr(cell),
                most_occurrences=MOST_OCCURRENCES,
            )
        )
    return value


def _house_brackmann(cell: str) -> int:
    value = cells.whole_number(cell)
    if not 1 <= value <= 6:
        raise CellError(_("%(cell)s is not a House–Brackmann grade from 1 to 6.", cell=repr(cell)))
    return value


def is_partial_date(cell: str) -> bool:
    """Whether the cell is a year, a month or a day as an import file has them."""
    try:
        cells.partial_date(cell)
    except CellError:
        return False
    return True


def treatments(cell: str) -> tuple[NewTreatment, ...]:
    """Treatment codes separated by `;`, each with `@` and its start where that is known."""
    found = []
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        kind, has_start, start = part.partition("@")
        started = cells.partial_date(start.strip()) if has_start else None
        found.append(NewTreatment(cells.one_of(kind.strip(), KINDS), started))
    return tuple(dict.fromkeys(found))
