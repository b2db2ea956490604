"""Totals that the other program computed. They are not imported, but compared with ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analysis.words import counted
from analysis.words import words as _
from surveys.exchange.import_file import ImportRow
from surveys.exchange.tables import values
from surveys.exchange.tables.mapping import FileMapping
from surveys.exchange.tables.table import Column, Table
from surveys.instruments.instrument import Instrument
from surveys.instruments.library import Library
from surveys.instruments.scoring import score
from surveys.typed import NoNumberError, number

TOLERANCE = 1e-6  # what is rounded to six digits is not another total
_FIELD = re.compile(r"\[([a-z][a-z0-9_]*)\]")


@dataclass(frozen=True)
class _Other:
    """A total that is not ours."""

    row: ImportRow
    there: str
    here: float | None
    missing: int

    def __str__(self) -> str:
        here = _("no score") if self.here is None else f"{self.here:g}"
        items = counted("%(num)d item missing", "%(num)d items missing", self.missing)
        why = _(" (%(items)s; REDCap counts them as 0)", items=items) if self.missing else ""
        return _(
            "record %(patient)s, %(visit)s: %(there)s there, %(here)s here%(why)s",
            patient=self.row.patient,
            visit=self.row.visit,
            there=self.there,
            here=here,
            why=why,
        )


def told(table: Table, mapping: FileMapping, library: Library, rows: Iterable[ImportRow]) -> Iterator[str]:
    """For each computed column of a scale's items how many rows differ from our score, with the first."""
    found = list(rows)
    cells = dict(table.rows)
    for column in table.columns:
        for instrument, scale in _scales(column, mapping, library):
            place = table.places[column.name]
            there = ((row, cells[row.number][place]) for row in found if instrument.key in row.answers)
            others = [
                other for row, cell in there if (other := _compared(instrument, scale, row, cell)) is not None
            ]
            if others:
                count = counted("%(num)d row", "%(num)d rows", len(others))
                yield _(
                    "%(name)s of %(count)s differs from Seventh's: %(others)s.",
                    name=column.name,
                    count=count,
                    others=others[0],
                )


def _scales(column: Column, mapping: FileMapping, library: Library) -> Iterator[tuple[Instrument, str]]:
    """The scales that are made of just the items that the column is computed from."""
    fields = set(_FIELD.findall(column.formula))
    for key, one in mapping.instruments.items():
        instrument = library.get(key)
        for scale in instrument.scales:
            if fields and fields == {one.items.get(item) for item in scale.items}:
                yield instrument, scale.key


def _compared(instrument: Instrument, scale: str, row: ImportRow, cell: str) -> _Other | None:
    """The total of a row where it is not ours; an empty cell is none."""
    try:
        there = number(values.code(cell)) if cell else None
    except NoNumberError:
        return None
    if there is None:
        return None
    [ours] = (one for one in score(instrument, row.answers[instrument.key]) if one.scale == scale)
    if ours.value is not None and abs(ours.value - there) <= TOLERANCE:
        return None
    return _Other(row, cell, ours.value, ours.items_missing)
