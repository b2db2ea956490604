"""What a table seems to hold: a mapping to look at, with every doubt about it in a sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.words import counted, joined
from analysis.words import words as _
from surveys import same
from surveys.exchange.tables import days, facts, programs, recognising, values
from surveys.exchange.tables.mapping import FileMapping, InstrumentColumns, Order, VisitColumn
from surveys.exchange.tables.programs import Habits
from surveys.exchange.tables.recognising import Found, Known
from surveys.exchange.tables.table import Column, Table
from surveys.exchange.tables.values import Seen

LISTED = 40
NONE_OF_OURS = _("No questionnaire of ours was recognised. Write [instruments.KEY] with its items.")
_TOTAL = re.compile(r"total|score|\bsum\b|summe|gesamt|punktwert", re.IGNORECASE)
_IDENTITY = re.compile(
    r"e-?mail|surname|last ?name|first ?name|\bfname\b|\blname\b|nachname|vorname|\bname\b|phone|telefon|"
    r"mobile|address|adresse|street|postcode|zip ?code|ip ?addr|latitude|longitude|\bmrn\b|medical record",
    re.IGNORECASE,
)
CERTAIN, UNSURE = _("certain"), _("to be confirmed")
_CODE = re.compile(r"code|\bid\b|patient|participant|proband|pseudonym|subject|token", re.IGNORECASE)


@dataclass(frozen=True)
class Proposal:
    """A proposed mapping. `doubts` are sentences by the place of the mapping that they are about.

    `found` are the instruments; `left` says of each column that is left out why.
    """

    mapping: FileMapping
    doubts: Mapping[str, tuple[str, ...]]
    found: tuple[Found, ...]
    left: Mapping[str, str]
    remarks: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        """The proposal for a person, a sentence each."""
        told = list(self.remarks)
        for one in self.found:
            sure = self.mapping.instruments[one.instrument.key].confirmed
            told.append(
                counted(
                    "%(title)s: %(num)d item found, %(state)s.",
                    "%(title)s: %(num)d items found, %(state)s.",
                    len(one.columns),
                    title=one.instrument.short_title,
                    state=CERTAIN if sure else UNSURE,
                )
            )
        told += [sentence for sentences in self.doubts.values() for sentence in sentences]
        told += [
            _("Column ‘%(name)s’ %(why)s; left out.", name=name, why=why)
            for name, why in list(self.left.items())[:LISTED]
        ]
        if len(self.left) > LISTED:
            more = len(self.left) - LISTED
            told.append(
                counted(
                    "… and %(num)d more column is left out.", "… and %(num)d more columns are left out.", more
                )
            )
        return told


def proposed(table: Table, known: Iterable[Known], zone: str = "", habits: Habits | None = None) -> Proposal:
    """The mapping that `table` seems to need. `zone` is the study's time zone.

    `habits` are those of the program where the table itself tells them.
    """
    own = habits or programs.HABITS.get(table.source.program, Habits())
    return _Proposing(table, zone, own).proposal(tuple(known))


class _Proposing:
    """Collects the parts of a mapping, and the doubts about each."""

    def __init__(self, table: Table, zone: str, habits: Habits) -> None:
        self._table = table
        self._zone = zone
        self._habits = habits
        self._names = {same.folded(column.name): column.name for column in table.columns}
        self._doubts: dict[str, list[str]] = {}
        self._taken: set[str] = set()

    def proposal(self, known: Sequence[Known]) -> Proposal:
        """The whole proposal."""
        table, habits = self._table, self._habits
        skip = self._cells(habits.skip)
        partial = self._cells(habits.partial)
        patient = self._patient()
        completed = self._first((*habits.completed, *(() if habits.alone else programs.DAY_NAMES)))
        otherwise = self._otherwise(completed)
        if not completed and not habits.alone:
            self._doubt("columns", _('No column holds the day of the answers. Write completed_on = "…".'))
        self._taken |= {patient, completed, otherwise, *skip, *partial} - {""}
        visit = self._visit()
        columns = [column for column in table.columns if column.name not in self._taken]
        found = recognising.found(columns, known)
        self._taken |= {name for one in found for name in one.columns.values()}
        instruments: dict[str, InstrumentColumns] = {}
        twice: list[Found] = []
        for one in found:
            if one.instrument.key in instruments:
                twice.append(one)
                continue
            instruments[one.instrument.key] = self._instrument(one)
        kept = [one for one in found if one not in twice]
        for one in twice:
            said = _(
                "%(title)s stands in the table more than once (%(columns)s …): a row holds one visit. Left "
                "out.",
                title=one.instrument.short_title,
                columns=", ".join(list(one.columns.values())[:3]),
            )
            self._doubt(f"instruments.{one.instrument.key}", said)
        if not instruments:
            self._doubt("columns", NONE_OF_OURS)
        left = [column for column in table.columns if column.name not in self._taken and not column.identity]
        known_facts = facts.proposed(table, left)
        for name, fact in known_facts.items():
            self._taken.add(fact.mapping.column)
            for doubt in fact.doubts:
                self._doubt(f"facts.{name}", doubt)
        order, timezone = self._dates([completed, otherwise, *facts.days(known_facts)])
        again = {name: _("asks the same again") for one in twice for name in one.columns.values()}
        reasons = {
            column.name: again.get(column.name) or self._why(column)
            for column in table.columns
            if column.name not in self._taken or column.name in again
        }
        mapping = FileMapping(
            patient=patient,
            completed_on=completed,
            otherwise_on=otherwise,
            program=table.source.program,
            encoding=table.source.encoding,
            separator=table.source.separator,
            header_rows=table.source.header_rows if table.source.header_rows != 1 else None,
            sheet=table.source.sheet,
            skip_where=skip,
            partial_where=partial,
            visit=visit,
            order=order,
            timezone=timezone,
            decimal=self._decimal(kept),
            instruments=instruments,
            facts={name: fact.mapping for name, fact in known_facts.items()},
            left_out=tuple(reasons),
        )
        doubts = {place: tuple(said) for place, said in self._doubts.items()}
        return Proposal(mapping, doubts, tuple(kept), reasons, tuple(self._remarks()))

    def _doubt(self, place: str, said: str) -> None:
        self._doubts.setdefault(place, []).append(said)

    def _remarks(self) -> Iterable[str]:
        yield from self._table.remarks
        if self._table.source.program == "redcap" and not self._habits.alone:
            yield _(
                "This is REDCap's data without its dictionary, which says what each code means. Give the "
                "project as XML, or use: seventh redcap check DICTIONARY DATA"
            )
        if self._table.source.program != "plain":
            yield _("The file is from %(program)s.", program=programs.NAMES[self._table.source.program])
        yield _(
            "It has %(rows)s and %(columns)s.",
            rows=counted("%(num)d row", "%(num)d rows", len(self._table.rows)),
            columns=counted("%(num)d column", "%(num)d columns", len(self._table.columns)),
        )

    def _first(self, names: Iterable[str]) -> str:
        return next(
            (self._names[same.folded(name)] for name in names if same.folded(name) in self._names), ""
        )

    def _otherwise(self, completed: str) -> str:
        """The column that holds a day in most rows of those without a day of sending."""
        known = [name for one in self._habits.begun if (name := self._first((one,)))]
        if not completed or not known:
            return known[0] if known else ""
        unsent = [cells for _, cells in self._table.rows if not cells[self._table.places[completed]]]
        places = self._table.places
        return max(known, key=lambda name: sum(bool(cells[places[name]]) for cells in unsent))

    def _cells(self, wanted: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {
            self._names[same.folded(name)]: cells
            for name, cells in wanted.items()
            if same.folded(name) in self._names
        }

    def _patient(self) -> str:
        habits = self._habits
        found = self._first((*habits.patient, *(() if habits.alone else programs.PATIENT_NAMES)))
        counted = self._table.counted(found) if found else {}
        if found and len(counted) == 1 and len(self._table.rows) > 2:
            self._doubt(
                "columns",
                _("All of %(number)s rows have the same patient.", number=len(self._table.rows)),
            )
        if found and counted:
            return found
        candidates = [
            column.name
            for column in self._table.columns
            if _CODE.search(column.name) and not self._own(column.name) and self._table.counted(column.name)
        ]
        told = [_("No column holds a patient code.")]
        if found:
            told.append(_("%(column)s is empty.", column=found))
        if candidates:
            told.append(_("Candidates: %(columns)s.", columns=", ".join(candidates[:5])))
        self._doubt("columns", joined(" ", (*told, _('Write patient = "…".'))))
        return ""

    def _visit(self) -> VisitColumn:
        column = self._first(programs.VISIT_NAMES)
        occurrence = self._first(programs.OCCURRENCE_NAMES)
        self._taken |= {column, occurrence} - {""}
        if column:
            return VisitColumn(column=column, occurrence=occurrence)
        self._doubt(
            "visit",
            _(
                "No column holds the visit, so every row would be the visit baseline. Another name, or a "
                "column?"
            ),
        )
        return VisitColumn(constant="baseline", occurrence=occurrence)

    def _instrument(self, one: Found) -> InstrumentColumns:
        key, title = one.instrument.key, one.instrument.short_title
        seen = {
            item: Seen(self._table.column(column), self._counted(column))
            for item, column in one.columns.items()
        }
        told = values.proposed(one, seen)
        place = f"instruments.{key}"
        for said in dict.fromkeys(said for item in told.values() for said in item.doubts):
            self._doubt(place, said)
        if one.lacking:
            lacking = ", ".join(item.key for item in one.lacking)
            self._doubt(
                place,
                _(
                    "%(title)s has no column for %(items)s: these items would count as missing.",
                    title=title,
                    items=lacking,
                ),
            )
        if named := [item for item, how in one.by.items() if how == "name"]:
            self._doubt(
                place,
                _(
                    "%(title)s: %(items)s were found by names of columns alone. Are these its questions?",
                    title=title,
                    items=", ".join(named),
                ),
            )
        certain = (
            not one.lacking and all(item.certain for item in told.values()) and not self._doubts.get(place)
        )
        tables = {item: proposal.values for item, proposal in told.items()}
        common, differing = _merged(tables)
        return InstrumentColumns(dict(one.columns), common, differing, confirmed=certain)

    def _counted(self, column: str) -> Counter[str]:
        missing = self._table.column(column).missing
        counted = self._table.counted(column)
        for cell in list(counted):
            if cell in missing:
                del counted[cell]
        return counted

    def _dates(self, columns: Iterable[str]) -> tuple[Order | None, str]:
        possible: set[Order] = {"ymd", "dmy", "mdy"}
        unsure: list[str] = []
        named = [column for column in dict.fromkeys(columns) if column]
        for column in named:
            found, rows = days.orders(self._table.cells(column))
            if not rows:
                continue
            if len(found) == 2:
                shared = possible & found
                if len(shared) == 2:
                    unsure.append(
                        counted(
                            "%(column)s could be d/m/y or m/d/y in its %(num)d row. Say which (order = …).",
                            "%(column)s could be d/m/y or m/d/y in all %(num)d rows. Say which (order = …).",
                            rows,
                            column=column,
                        )
                    )
            elif not found:
                self._doubt(
                    "dates", _("%(column)s has days in several orders. Mend the file.", column=column)
                )
            else:
                possible = found
        order = next(iter(possible)) if len(possible) == 1 else None
        if not order:
            for said in unsure:
                self._doubt("dates", said)
        clocks = [column for column in named if any(map(days.lacks_zone, self._table.cells(column)))]
        if clocks and self._zone:
            self._doubt(
                "dates",
                _(
                    "%(column)s has no time zone: %(zone)s, the study's, is taken. Is it?",
                    column=clocks[0],
                    zone=self._zone,
                ),
            )
            return order, self._zone
        if clocks:
            self._doubt(
                "dates",
                _(
                    "%(column)s has no time zone, so its calendar days count. To keep the time: timezone = …",
                    column=clocks[0],
                ),
            )
        return order, ""

    def _decimal(self, kept: Iterable[Found]) -> str:
        """A comma where numbers have it and none has a point."""
        columns = [
            one.columns[item.key]
            for one in kept
            for item in one.instrument.items
            if item.kind == "decimal" and item.key in one.columns
        ]
        cells = [(name, cell) for name in columns for cell in self._table.counted(name)]
        commas = [(name, cell) for name, cell in cells if "," in cell]
        if not commas or any("." in cell for _, cell in cells):
            return ""
        name, cell = commas[0]
        self._doubt(
            "decimal", _("%(column)s has %(cell)s: decimal comma; read as such.", column=name, cell=cell)
        )
        return ","

    def _own(self, name: str) -> bool:
        habits = self._habits
        return same.folded(name) in {same.folded(one) for one in (*habits.own, *habits.identity)}

    def _why(self, column: Column) -> str:
        folded = same.folded(column.name)
        filled = sum(self._table.counted(column.name).values())
        if column.identity or folded in {same.folded(one) for one in self._habits.identity}:
            why = _("tells who somebody is")
        elif folded in {same.folded(one) for one in self._habits.own}:
            why = _("is the program's own")
        elif _IDENTITY.search(column.name):
            why = _("may tell who somebody is")
        elif _TOTAL.search(column.name):
            why = _("looks like a total, not an item")
        elif column.computed:
            why = _("is of a kind that does not come in")
        else:
            why = _("is not known") if filled else _("is empty")
        if not filled:
            return why
        cells = counted("%(num)d cell", "%(num)d cells", filled)
        return f"{why} ({cells})"


def _merged(
    tables: Mapping[str, Mapping[str, int] | None],
) -> tuple[Mapping[str, int] | None, dict[str, Mapping[str, int]]]:
    """One table for all items where no cell means two things; else a table of each item."""
    known = list(tables.values())
    if all(table == known[0] for table in known):
        return known[0], {}
    apart = {item: table for item, table in tables.items() if table is not None}
    merged: dict[str, int] = {}
    for table in known:
        for cell, value in (table or {}).items():
            if merged.setdefault(cell, value) != value:
                return None, apart
    return (merged, {}) if all(known) else (None, apart)
