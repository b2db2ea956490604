"""`mapping.toml`, read: a mapping as a file that a person changes; docs/coming-in.md describes it."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analysis.data.kinds import KINDS
from analysis.words import words as _
from surveys import same
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.tables.mapping import (
    DECIMALS,
    FACTS,
    OF_TREATMENT,
    ORDERS,
    FactColumn,
    FileMapping,
    InstrumentColumns,
    TreatmentColumns,
    VisitColumn,
)
from surveys.exchange.tables.programs import NAMES
from surveys.exchange.tables.reading import ENCODINGS, SEPARATORS
from surveys.instruments.faults import Faults
from surveys.instruments.library import Library
from surveys.instruments.table import TomlTable
from surveys.models.patient import SIDES

LARGEST_BYTES = 2_000_000


def read(content: bytes, library: Library) -> FileMapping:
    """The mapping in a file.

    Raises:
        FileRefused: with every fault of it.
    """
    if len(content) > LARGEST_BYTES:
        raise FileRefused(
            [Fault(_("This mapping is larger than any that is written. Is it the right file?"))]
        )
    try:
        data = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise FileRefused([Fault(_("The mapping is not UTF-8. Save it as UTF-8."))]) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FileRefused([Fault(_("The mapping is not TOML: %(error)s.", error=error))]) from None
    faults = Faults("mapping")
    root = TomlTable(data, "", faults)
    found = _mapping(root, library, faults)
    root.refuse_unknown()
    if faults.all():
        told = [
            Fault(
                _(
                    "mapping, %(place)s: %(problem)s %(mend)s",
                    place=one.where,
                    problem=one.problem,
                    mend=one.mend,
                )
            )
            for one in faults.all()
        ]
        raise FileRefused(told)
    return found


def _mapping(root: TomlTable, library: Library, faults: Faults) -> FileMapping:
    parts: dict[str, Any] = {}
    if "file" in root:
        with root.open_table("file") as table:
            parts |= _of_file(table)
    if "columns" in root:
        with root.open_table("columns") as table:
            for name in ("patient", "completed_on", "otherwise_on", "locale"):
                parts[name] = table.optional_text(name) or ""
            parts["left_out"] = table.texts("left_out")
    if "visit" in root:
        with root.open_table("visit") as table:
            parts["visit"] = _visit(table)
    parts |= _dates(root)
    if "missing" in root:
        with root.open_table("missing") as table:
            parts["missing"] = table.texts("codes")
            parts["skipped"] = table.texts("skipped")
    if "instruments" in root:
        with root.open_table("instruments") as table:
            parts["instruments"] = dict(_instruments(table, library, faults))
    if "facts" in root:
        with root.open_table("facts") as table:
            parts["facts"] = dict(_facts(table, faults))
    if "treatments" in root:
        with root.open_table("treatments") as table:
            parts["treatments"] = dict(_treatments(table))
    if "decimal" in root:
        parts["decimal"] = root.one_of("decimal", DECIMALS)
    return FileMapping(**parts)


def _of_file(table: TomlTable) -> dict[str, Any]:
    found: dict[str, Any] = {
        "program": table.one_of("program", tuple(NAMES)) if "program" in table else "",
        "encoding": table.optional_text("encoding") or "",
        "separator": "",
        "header_rows": table.whole("header_rows") if "header_rows" in table else None,
        "sheet": table.optional_text("sheet") or "",
        "skip_where": _cells(table, "skip_where"),
        "partial_where": _cells(table, "partial_where"),
        "forms": table.texts("forms"),
        "labels": table.flag("labels"),
    }
    if "separator" in table:
        found["separator"] = table.value("separator")
        if found["separator"] not in SEPARATORS:
            table.faults.add(table.at("separator"), "is not one that is read.", 'Write ",", ";" or "\\t".')
            found["separator"] = ""
    if found["encoding"] and found["encoding"] not in {same.folded(text) for text in ENCODINGS.values()}:
        table.faults.add(
            table.at("encoding"), "is not one that is read.", "Write utf-8, utf-16 or windows-1252."
        )
    return found


def _visit(table: TomlTable) -> VisitColumn:
    found = VisitColumn(
        constant=table.optional_text("constant") or "",
        column=table.optional_text("column") or "",
        names=_words(table, "names"),
        occurrence=table.optional_text("occurrence") or "",
    )
    if bool(found.constant) == bool(found.column):
        table.faults.add(
            "visit", "must say one of two things.", 'Write constant = "baseline", or column = "…".'
        )
    return found


def _dates(root: TomlTable) -> dict[str, Any]:
    """`dates = "dmy"`, or a table with the order and the time zone."""
    if "dates" not in root:
        return {}
    if isinstance(root.value("dates"), str):
        return {"order": root.one_of("dates", ORDERS)}
    found: dict[str, Any] = {}
    with root.open_table("dates") as table:
        if "order" in table:
            found["order"] = table.one_of("order", ORDERS)
        zone = table.optional_text("timezone") or ""
        if zone:
            try:
                ZoneInfo(zone)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                table.faults.add(
                    table.at("timezone"), f"is {zone!r}.", "Write one such as Europe/Berlin or UTC."
                )
                zone = "UTC"
        found["timezone"] = zone
    return found


def _instruments(
    table: TomlTable, library: Library, faults: Faults
) -> Iterator[tuple[str, InstrumentColumns]]:
    for key in table.names():
        with table.open_table(key) as one:
            items = _words(one, "items")
            found = InstrumentColumns(
                items=items,
                values=_numbers(one, "values") if "values" in one else None,
                values_of=dict(_tables(one, "values_of")),
                completed_on=one.optional_text("completed_on") or "",
                partial=_cells(one, "partial"),
                confirmed=one.flag("confirmed"),
            )
        if key not in library:
            faults.add(f"instruments.{key}", "is not known.", f"Known: {', '.join(library.keys())}.")
            continue
        known = [item.key for item in library.get(key).items]
        for item in (*items, *found.values_of):
            if item not in known:
                faults.add(
                    f"instruments.{key}.items.{item}", "is no item of it.", f"It has {', '.join(known)}."
                )
        yield key, found


def _facts(table: TomlTable, faults: Faults) -> Iterator[tuple[str, FactColumn]]:
    for name in table.names():
        with table.open_table(name) as one:
            found = FactColumn(one.text("column"), _words(one, "values"), one.flag("confirmed"))
        if name not in FACTS:
            faults.add(f"facts.{name}", "is not a fact that is imported.", f"Known: {', '.join(FACTS)}.")
            continue
        yield name, found


def _treatments(table: TomlTable) -> Iterator[tuple[str, TreatmentColumns]]:
    for name in table.names():
        with table.open_table(name) as one:
            found = TreatmentColumns(
                started_on=one.text("started_on"),
                kind=one.one_of("kind", KINDS) if "kind" in one else "",
                kinds=_allowed(one, "kinds", KINDS),
                products=_words(one, "products"),
                sides=_allowed(one, "sides", SIDES),
                confirmed=one.flag("confirmed"),
                **{part: one.optional_text(part) or "" for part in OF_TREATMENT},
            )
        yield name, found


def _allowed(table: TomlTable, name: str, allowed: Collection[str]) -> dict[str, str]:
    """Our word for each cell."""
    found = _words(table, name)
    for cell, word in found.items():
        if word not in allowed:
            table.faults.add(
                f"{table.at(name)}.{cell}", f"is {word!r}.", f"Write one of: {', '.join(allowed)}."
            )
    return found


def _cells(table: TomlTable, name: str) -> dict[str, tuple[str, ...]]:
    """Columns with a list of cells; an empty text is an empty cell."""
    found = {}
    for column, value in _table(table, name).items():
        listed = value if isinstance(value, list) else [value]
        if not all(isinstance(cell, str) for cell in listed):
            table.faults.add(
                f"{table.at(name)}.{column}", "must be a list of texts.", 'Write it as ["…", "…"].'
            )
            continue
        found[column] = tuple(cast("list[str]", listed))
    return found


def _words(table: TomlTable, name: str) -> dict[str, str]:
    found = {}
    for key, value in _table(table, name).items():
        if not isinstance(value, str) or not value:
            table.faults.add(
                f"{table.at(name)}.{key}", f"must be text, but is {value!r}.", 'Write it as "…".'
            )
            continue
        found[key] = value
    return found


def _numbers(table: TomlTable, name: str) -> dict[str, int]:
    return _whole(table, table.at(name), _table(table, name))


def _tables(table: TomlTable, name: str) -> Iterator[tuple[str, dict[str, int]]]:
    for key, value in _table(table, name).items():
        where = f"{table.at(name)}.{key}"
        if not isinstance(value, dict):
            table.faults.add(where, "must be a table.", 'Write it as { "1" = 0, "2" = 1 }.')
            continue
        yield key, _whole(table, where, value)


def _whole(table: TomlTable, where: str, value: Mapping[str, object]) -> dict[str, int]:
    found = {}
    for key, number in value.items():
        if not isinstance(number, int) or isinstance(number, bool):
            table.faults.add(f"{where}.{key}", f"must be a whole number, but is {number!r}.", "Write 0, say.")
            continue
        found[key] = number
    return found


def _table(table: TomlTable, name: str) -> dict[str, object]:
    value = table.value(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        table.faults.add(table.at(name), "must be a table.", 'Write it as { "…" = … }.')
        return {}
    return value
