"""The file of responses: a row for each patient and visit, all instruments side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from surveys.exchange.statistics.variables import WHY, Variable, cell_of, each_once, variable
from surveys.exchange.tidy.answers import (
    ANSWERED_BY,
    COMPLETED,
    CORRECTED,
    LOCALE,
    PARTIAL,
    SECONDS,
    SINCE_ENROLMENT,
    SINCE_ONSET,
    SOURCE,
    STATUS,
    VERSION,
    WORDING,
)
from surveys.exchange.tidy.codebook import AnsweredInstrument
from surveys.exchange.tidy.columns import OCCURRENCE, PATIENT, VISIT, Column, cell
from surveys.exchange.tidy.contents import Contents
from surveys.exchange.tidy.queries import ANCHORS, Selection, responses
from surveys.instruments.instrument import Instrument, Item
from surveys.instruments.scale import Scale
from surveys.models import Patient, Response, Score, Visit

# Of a visit, and of each response at it; the name of a response's goes behind the instrument's key.
_OF_VISIT = (PATIENT, VISIT, OCCURRENCE, SINCE_ENROLMENT, SINCE_ONSET)
_OF_RESPONSE: Mapping[str, Column] = {
    "version": VERSION,
    "wording": WORDING,
    "text_status": STATUS,
    "locale": LOCALE,
    "source": SOURCE,
    "answered_by": ANSWERED_BY,
    "partial": PARTIAL,
    "corrected": CORRECTED,
    "seconds": SECONDS,
    "completed_on": COMPLETED,
}
_NUMBERS = {"choice": "whole", "whole": "whole", "decimal": "number"}


def of_visits(selection: Selection, contents: Contents, *, exact: bool) -> list[Variable]:
    """The variables of visits with a response; dates only if `exact`.

    Memory holds every cell: these programs' files are written whole.
    """
    visits = list(_visits(selection))
    place = {row.visit_id: number for number, row in enumerate(visits)}
    codes = contents.visits
    found = [
        variable(column, list(map(cell_of(column), visits)))
        for column in (*_OF_VISIT, COMPLETED)
        if exact or not column.is_date
    ]
    found = [
        Variable(one.name, one.kind, one.measure, one.words, one.cells, codes=dict(codes))
        if one.name == VISIT.name
        else one
        for one in found
    ]
    by_key: dict[str, list[AnsweredInstrument]] = {}
    for one in contents.asked:
        by_key.setdefault(one.instrument.key, []).append(one)
    for key in sorted(by_key):
        found += _of_instrument(selection, contents, by_key[key], place, exact=exact)
    return found


def _visits(selection: Selection) -> Iterator[Any]:
    """A row for each visit with a response: its first one says on which day it was."""
    query = responses(
        Patient.code,
        Visit.name.label("visit"),
        Visit.occurrence,
        Response.visit_id,
        Response.completed_on,
        *ANCHORS,
    ).order_by(*selection.visit_order, Response.visit_id, Response.completed_on, Response.id)
    last = None
    for row in selection.stream(query):
        if row.visit_id != last:
            last = row.visit_id
            yield row


def _of_instrument(
    selection: Selection,
    contents: Contents,
    versions: list[AnsweredInstrument],
    place: Mapping[int, int],
    *,
    exact: bool,
) -> Iterator[Variable]:
    newest = versions[-1].instrument
    key, title = newest.key, newest.short_title
    table = contents.table(f"answers_{key}")
    items = {item.key: (item, one) for one in versions for item in one.instrument.items}
    scales = {scale.key: scale for one in versions for scale in one.instrument.scales}
    by_version: dict[str, Instrument] = {one.instrument.version: one.instrument for one in versions}
    told = {name: column for name, column in _OF_RESPONSE.items() if exact or not column.is_date}
    columns: dict[str, list[Any]] = {name: [None] * len(place) for name in (*told, *items)}
    cells = [(columns[name], cell_of(column)) for name, column in told.items()]
    once = {name: each_once() for name in items}
    visit_of: dict[int, int] = {}
    for row in table.rows(selection):
        at = visit_of[row.id] = place[row.visit_id]
        for each, of in cells:
            each[at] = of(row)
        for item in by_version[row.version].items:
            columns[item.key][at] = once[item.key](_given(item, row))
    for name, column in told.items():
        made = variable(column, columns[name])
        yield Variable(
            f"{key}_{name}",
            made.kind,
            made.measure,
            f"{title}: {made.words}",
            made.cells,
            short=f"{title}: {name.replace('_', ' ')}",
            codes=made.codes,
        )
    for name, (item, one) in items.items():
        if exact or item.kind != "date":
            yield _of_item(one, item, columns[name], table.column(f"{key}_{name}"))
    yield from _scores(selection, newest, scales, place, visit_of)


def _given(item: Item, row: Any) -> Any:
    """The answer, why there is none, or None where it was not asked."""
    if item.key in row.answers:
        return row.answers[item.key]
    if item.optional and item.key not in row.not_given:
        return None
    return WHY[row.not_given.get(item.key)]


def _of_item(one: AnsweredInstrument, item: Item, cells: list[Any], column: Column) -> Variable:
    short = f"{item.number}. {item.label}"
    words = f"{short}: {one.text.items[item.key]}" if one.text else short
    if item.kind not in _NUMBERS:
        plain = [None if value in WHY.values() else cell(value) or None for value in cells]
        made = variable(column, plain)
        return Variable(column.name, made.kind, made.measure, words, made.cells, short=short)
    return Variable(
        column.name,
        "whole" if item.kind != "decimal" else "number",
        "ordinal" if item.chosen else "scale",
        words,
        cells,
        short=short,
        codes={int(code): told for code, told in column.codes.items()},
        may_say_why=True,
    )


def _scores(
    selection: Selection,
    instrument: Instrument,
    scales: Mapping[str, Scale],
    place: Mapping[int, int],
    visit_of: Mapping[int, int],
) -> Iterator[Variable]:
    values: dict[str, list[Any]] = {key: [None] * len(place) for key in scales}
    missing: dict[str, list[Any]] = {key: [None] * len(place) for key in scales}
    once = each_once()
    query = (
        responses(Response.visit_id, Response.id, Score.scale, Score.value, Score.items_missing)
        .join(Score, Score.response_id == Response.id)
        .where(Response.instrument == instrument.key)
    )
    for row in selection.stream(query.order_by(Response.id, Score.scale)):
        if row.scale in values:
            values[row.scale][visit_of[row.id]] = once(row.value)
            missing[row.scale][visit_of[row.id]] = row.items_missing
    for key, scale in scales.items():
        name = f"{instrument.key}_{key}"
        title = f"{instrument.short_title}: {scale.title}"
        yield Variable(name, "number", "scale", title, values[key])
        yield Variable(f"{name}_missing", "whole", "scale", f"{title}: items without an answer", missing[key])
