"""`mapping.toml`, written: a mapping as a person reads it; `mapping_file` reads it back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from surveys.exchange.tables.mapping import (
    OF_TREATMENT,
    FileMapping,
    InstrumentColumns,
    TreatmentColumns,
    VisitColumn,
)


def write(mapping: FileMapping, doubts: Mapping[str, Sequence[str]], remarks: Iterable[str] = ()) -> str:
    """The mapping as TOML. `doubts` stand as comments above the part that they are about, by its place."""
    lines = ["# What each column means. Answer the doubts, then: seventh import STUDY FILE --mapping THIS"]
    lines += [f"# {one}" for one in remarks]
    if mapping.decimal:
        lines += ["", *_doubts("decimal", doubts), f"decimal = {text(mapping.decimal)}"]
    lines += _section("file", doubts, _file_lines(mapping))
    columns = [
        (name, getattr(mapping, name)) for name in ("patient", "completed_on", "otherwise_on", "locale")
    ]
    told = [f"{name} = {text(value)}" for name, value in columns if value]
    if mapping.left_out:
        told += ["left_out = [", *(f"  {text(one)}," for one in mapping.left_out), "]"]
    lines += _section("columns", doubts, told)
    lines += _section("visit", doubts, list(_visit_lines(mapping.visit)))
    dates = [f"order = {text(mapping.order)}"] if mapping.order else []
    dates += [f"timezone = {text(mapping.timezone)}"] if mapping.timezone else []
    lines += _section("dates", doubts, dates)
    missing = [("codes", mapping.missing), ("skipped", mapping.skipped)]
    lines += _section("missing", doubts, [f"{name} = {_listed(some)}" for name, some in missing if some])
    for key, one in mapping.instruments.items():
        lines += _section(f"instruments.{key}", doubts, list(_instrument_lines(one)))
    for name, fact in mapping.facts.items():
        told = [f"column = {text(fact.column)}"]
        told += [f"values = {_inline(fact.values)}"] if fact.values else []
        told.append(f"confirmed = {_flag(fact.confirmed)}")
        lines += _section(f"facts.{name}", doubts, told)
    for name, treatment in mapping.treatments.items():
        lines += _section(f"treatments.{_key(name)}", doubts, list(_treatment_lines(treatment)))
    return "\n".join(lines) + "\n"


def _treatment_lines(one: TreatmentColumns) -> Iterator[str]:
    for name in ("started_on", "kind", *OF_TREATMENT):
        if value := getattr(one, name):
            yield f"{name} = {text(value)}"
    tables = ((name, getattr(one, name)) for name in ("kinds", "products", "sides"))
    yield from (f"{name} = {_inline(table)}" for name, table in tables if table)
    yield f"confirmed = {_flag(one.confirmed)}"


def _section(name: str, doubts: Mapping[str, Sequence[str]], told: Sequence[str]) -> list[str]:
    said = _doubts(name, doubts)
    return ["", *said, f"[{name}]", *told] if told or said else []


def _doubts(name: str, doubts: Mapping[str, Sequence[str]]) -> list[str]:
    return [f"# DOUBT: {_one_line(one)}" for one in doubts.get(name, ())]


def _file_lines(mapping: FileMapping) -> list[str]:
    told = [
        f"{name} = {text(getattr(mapping, name))}"
        for name in ("program", "encoding", "separator", "sheet")
        if getattr(mapping, name)
    ]
    if mapping.header_rows is not None:
        told.append(f"header_rows = {mapping.header_rows}")
    if mapping.forms:
        told.append(f"forms = {_listed(mapping.forms)}")
    if mapping.labels:
        told.append("labels = true")
    for name in ("skip_where", "partial_where"):
        if cells := getattr(mapping, name):
            told.append(f"{name} = {_lists(cells)}")
    return told


def _visit_lines(visit: VisitColumn) -> Iterator[str]:
    for name in ("constant", "column", "occurrence"):
        if value := getattr(visit, name):
            yield f"{name} = {text(value)}"
    if visit.names:
        yield f"names = {_inline(visit.names)}"


def _instrument_lines(one: InstrumentColumns) -> Iterator[str]:
    yield f"items = {_inline(one.items)}"
    if one.values is not None:
        yield f"values = {_inline(one.values)}"
    if one.values_of:
        tables = ", ".join(f"{_key(item)} = {_inline(table)}" for item, table in one.values_of.items())
        yield f"values_of = {{ {tables} }}"
    if one.completed_on:
        yield f"completed_on = {text(one.completed_on)}"
    if one.partial:
        yield f"partial = {_lists(one.partial)}"
    yield f"confirmed = {_flag(one.confirmed)}"


def _inline(table: Mapping[str, str | int]) -> str:
    cells = (
        f"{_key(key)} = {text(value) if isinstance(value, str) else value}" for key, value in table.items()
    )
    told = ", ".join(cells)
    return f"{{ {told} }}" if told else "{}"


def _lists(cells: Mapping[str, Sequence[str]]) -> str:
    return "{ " + ", ".join(f"{_key(key)} = {_listed(some)}" for key, some in cells.items()) + " }"


def _listed(some: Iterable[str]) -> str:
    return "[" + ", ".join(map(text, some)) + "]"


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _key(name: str) -> str:
    bare = name.replace("_", "").replace("-", "")
    return name if bare.isascii() and bare.isalnum() else text(name)


def text(value: str) -> str:
    """A text as TOML writes it."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _one_line(said: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in said)
