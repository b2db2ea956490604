"""The data of a REDCap project, checked against its dictionary and made into a table."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analysis.words import counted
from analysis.words import words as _
from surveys.exchange.faults import Fault, FileRefused, uneven
from surveys.exchange.sheets import cut, reading
from surveys.exchange.sheets.cut import Row
from surveys.exchange.tables import redcap_dictionary, words
from surveys.exchange.tables.redcap_dictionary import Dictionary, Field
from surveys.exchange.tables.table import Column, Source, Table

EVENT, INSTRUMENT, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
OWN = (EVENT, INSTRUMENT, INSTANCE, "redcap_survey_identifier", "redcap_data_access_group")
TICKED = ";"
"""Between the codes of a check box with several ticks."""
_TICKS = frozenset({"1", "Checked"})


@dataclass(frozen=True)
class Asked:
    """What a person said: `forms` to go on with, names of `events`, `missing` codes, `labels` for codes."""

    forms: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    labels: bool = False


def read(name: str, content: bytes, dictionary: Dictionary, asked: Asked) -> Table:
    """The table in a CSV of data.

    Raises:
        FileRefused: the data do not fit the dictionary, with the way to go on.
    """
    text, __ = reading.decoded(content)
    rows = list(cut.every_row(text, cut.steady_separator(text)))
    if len(rows) < 2:
        raise FileRefused([Fault(_("The data have no row below their header."))])
    digest = hashlib.sha256(content).hexdigest()
    return table(name, digest, rows[0][1], rows[1:], dictionary, asked)


def table(
    name: str, digest: str, header: Sequence[str], rows: Sequence[Row], dictionary: Dictionary, asked: Asked
) -> Table:
    """The table of data that were cut into cells. Raises FileRefused as `read`."""
    header = list(header)
    while header and not header[-1]:
        header.pop()
    _must_be_raw(header, rows, dictionary)
    even, faults = [], []
    for number, cells in rows:
        if any(cells[len(header) :]) or len(cells) < len(header):
            faults.append(Fault(uneven(len(cells), len(header)), number))
        even.append((number, [*cells, *[""] * len(header)][: len(header)]))
    faults += [Fault(_("This column stands twice."), 1, one) for one, n in Counter(header).items() if n > 1]
    if faults:
        raise FileRefused(faults)
    faults += _lacking(header, dictionary, asked)
    faults += _strangers(header, even, asked)
    faults += _twice(header, even, dictionary)
    if faults:
        raise FileRefused(faults)
    fields = redcap_dictionary.columns(dictionary.fields)
    even = _as_codes(header, even, fields, asked)
    header, even = _joined(header, even, dictionary)
    named = {one.name: one for one in dictionary.fields}
    columns = tuple(_column(one, named.get(one), asked) for one in header)
    made = Table(name, digest, Source("redcap"), columns, tuple(even))
    return Table(name, digest, Source("redcap"), columns, tuple(even), tuple(_remarks(made, dictionary)))


def _column(name: str, field: Field | None, asked: Asked) -> Column:
    if field is None:
        return Column(name)
    if field.kind == "checkbox":
        return Column(
            name, field.label, field.choices, form=field.form, identity=field.identifier, computed=True
        )
    return Column(
        name,
        field.label,
        field.choices,
        frozenset(asked.missing),
        field.form,
        field.identifier,
        computed=field.kind in ("calc", "slider", "file", "signature", "notes", "sql"),
        formula=field.formula,
        decimal="," if "comma" in field.validation else "",
    )


def _joined(
    header: Sequence[str], rows: Iterable[Row], dictionary: Dictionary
) -> tuple[list[str], list[Row]]:
    """The columns of a check box as one, with the codes that are ticked; none is no answer."""
    boxes = {
        box: (one.name, code)
        for one in dictionary.fields
        if one.kind == "checkbox"
        for box, code in zip(one.columns, one.choices, strict=True)
    }
    names = list(dict.fromkeys(boxes[name][0] if name in boxes else name for name in header))
    if not boxes:
        return names, list(rows)
    joined = []
    for number, cells in rows:
        row = dict.fromkeys(names, "")
        for name, cell in zip(header, cells, strict=True):
            if name not in boxes:
                row[name] = cell
            elif cell in _TICKS:
                field, code = boxes[name]
                row[field] = TICKED.join(filter(None, (row[field], code)))
        joined.append((number, list(row.values())))
    return names, joined


def _must_be_raw(header: Sequence[str], rows: Sequence[Row], dictionary: Dictionary) -> None:
    """Refuse headers of texts, and records as columns."""
    if dictionary.record_id in header:
        return
    names = {one.name for one in dictionary.fields}
    first = {cells[0] for __, cells in rows if cells}
    if len(first & names) >= 2:
        said = _("Records are in columns here. Export (or save) with records as rows.")
    elif header and words.bare(header[0]) == words.bare(dictionary.fields[0].label):
        said = _(
            "The header has texts (‘%(header)s’) instead of variable names. Export with raw headers.",
            header=header[0],
        )
    else:
        said = _(
            "The data have no column %(record_id)s, the dictionary's first. Another project?",
            record_id=dictionary.record_id,
        )
    raise FileRefused([Fault(said)])


def _lacking(header: Sequence[str], dictionary: Dictionary, asked: Asked) -> Iterator[Fault]:
    there = set(header)
    forms: dict[str, list[Field]] = defaultdict(list)
    for field in dictionary.fields[1:]:
        if field.columns:
            forms[field.form].append(field)
    gone = [form for form, of_form in forms.items() if not any(there & set(one.columns) for one in of_form)]
    kept = [form for form in forms if form not in gone]
    if gone and not (asked.forms and set(asked.forms).isdisjoint(gone)):
        told = ", ".join(f'"{form}"' for form in kept)
        yield Fault(
            _(
                "The dictionary has %(forms)s, the data have columns of %(number_2)s: "
                "%(listed)s is missing. Go on without it with forms = [%(told)s].",
                forms=counted("%(num)d form", "%(num)d forms", len(forms)),
                number_2=len(kept),
                listed=", ".join(gone),
                told=told,
            )
        )
    for form in kept:
        for field in forms[form]:
            if field.kind == "checkbox" and (lost := [one for one in field.columns if one not in there]):
                codes = ", ".join(field.choices)
                yield Fault(
                    _(
                        "%(name)s has choices %(codes)s, but the data lack %(listed)s.",
                        name=field.name,
                        codes=codes,
                        listed=", ".join(lost),
                    )
                )


def _strangers(header: Sequence[str], rows: Iterable[Row], asked: Asked) -> Iterator[Fault]:
    if EVENT not in header or not asked.events:
        return
    place = header.index(EVENT)
    for event, times in Counter(cells[place] for __, cells in rows).items():
        if event not in asked.events:
            yield Fault(
                _(
                    "Event %(event)s (%(rows)s) is in the data but not in the events file.",
                    event=event,
                    rows=counted("%(num)d row", "%(num)d rows", times),
                )
            )


def _twice(header: Sequence[str], rows: Iterable[Row], dictionary: Dictionary) -> Iterator[Fault]:
    places = [
        header.index(one) for one in (dictionary.record_id, EVENT, INSTRUMENT, INSTANCE) if one in header
    ]
    seen: dict[tuple[str, ...], int] = {}
    for number, cells in rows:
        key = tuple(cells[place] for place in places)
        if key in seen:
            told = ", ".join(filter(None, key[1:])) or dictionary.forms[0]
            yield Fault(
                _(
                    "Record %(key)s, %(told)s stands in rows %(seen)s and %(number)s.",
                    key=key[0],
                    told=told,
                    seen=seen[key],
                    number=number,
                )
            )
        seen.setdefault(key, number)


def _as_codes(
    header: Sequence[str], rows: Sequence[Row], fields: dict[str, Field], asked: Asked
) -> list[Row]:
    """The rows with codes. Raises FileRefused where cells are labels and nobody said so."""
    table: dict[int, dict[str, str]] = {}
    strange: list[tuple[str, str, int]] = []
    fit = True
    for place, name in enumerate(header):
        field = fields.get(name)
        if field is None or not field.choices or field.kind == "checkbox":
            continue
        codes = {*field.choices, *asked.missing, ""}
        labels = {words.bare(text): code for code, text in field.choices.items()}
        cells = Counter(cells[place] for __, cells in rows if cells[place] not in codes)
        told = {cell: labels[words.bare(cell)] for cell in cells if words.bare(cell) in labels}
        fit = fit and len(told) == len(cells)
        if told:
            cell = next(iter(told))
            strange.append((name, cell, cells[cell]))
            table[place] = told
    if not table:
        return list(rows)
    if not asked.labels:
        name, cell, times = strange[0]
        said = counted(
            "%(name)s says ‘%(cell)s’ in %(num)d row: this is the export with labels. Export raw data.",
            "%(name)s says ‘%(cell)s’ in %(num)d rows: this is the export with labels. Export raw data.",
            times,
            name=name,
            cell=cell,
        )
        more = _(" The labels fit and can be used: labels = true in the mapping.") if fit else ""
        raise FileRefused([Fault(said + more)])
    return [
        (number, [table.get(place, {}).get(cell, cell) for place, cell in enumerate(cells)])
        for number, cells in rows
    ]


def _remarks(made: Table, dictionary: Dictionary) -> Iterator[str]:
    yield from dictionary.remarks
    identity = [one.name for one in dictionary.fields if one.identifier]
    if identity:
        yield counted(
            "identity: %(num)d field, left out", "identity: %(num)d fields, left out", len(identity)
        )
    for field in dictionary.fields:
        if field.kind not in redcap_dictionary.TYPES:
            cells = sum(sum(made.counted(one).values()) for one in field.columns if one in made.places)
            told = _(
                "Field %(name)s has the type ‘%(kind)s’, which is not known", name=field.name, kind=field.kind
            )
            yield counted(
                "%(told)s; %(num)d cell left out.", "%(told)s; %(num)d cells left out.", cells, told=told
            )
