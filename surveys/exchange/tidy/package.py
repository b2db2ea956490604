"""Write a package, file after file, from one moment of the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, astuple, replace
from functools import partial
from importlib.resources import files as resources
from typing import Any

from analysis.data import analysis_plan as plans
from surveys.exchange.packing import Packing
from surveys.exchange.places import Place, Written
from surveys.exchange.tidy import codebook, crowd, readme
from surveys.exchange.tidy.columns import Column, TidyTable, cell
from surveys.exchange.tidy.contents import Contents
from surveys.exchange.tidy.people import PATIENTS
from surveys.exchange.tidy.queries import Selection
from surveys.frames.apart import without_consent
from surveys.models import Study, analysis_plan

_JSON_TYPES = {"partial date": "string"}
Progress = Callable[[str], object]


def write(
    place: Place,
    selection: Selection,
    study: Study,
    contents: Contents,
    *,
    exact_dates: str | None = None,
    coarse: bool = False,
    progress: Progress = lambda _: None,
) -> list[Written]:
    """Write every file of a study's package into `place`; calendar dates need a reason.

    In the `coarse` version nobody stands alone by what is coded. Memory holds six cells of each patient. The
    same data give the same bytes.

    Raises:
        ValueError: the coarse version has no calendar dates.
        CutShortError: the database gave fewer rows than it counts.
    """
    if coarse and exact_dates is not None:
        raise ValueError("The coarser version has no calendar dates.")
    coded = coded_of(selection)
    apart = crowd.crowd(coded.values(), study.smallest_group)
    coarser = crowd.coarser(coded, study.smallest_group) if coarse else None
    tables, asked = contents.tables, contents.asked
    packing = Packing(place)
    for table in tables:
        progress(table.file)
        told = table if coarser is None else _without_typed(table)
        lines: Iterable[list[str]] = told.lines(selection, exact=exact_dates is not None)
        header = [column.name for column in table.columns]
        if coarser is not None:
            lines = map(partial(coarser.line, header), lines)
        packing.table(table.file, header, lines)
    tabular = list(packing.files)
    book = [[cell(value) for value in astuple(line)] for line in codebook.lines(tables, asked)]
    packing.table("codebook.csv", codebook.HEADER, book)
    about = {"study": study.code, "simulated": study.simulated, **codebook.content(tables, asked)}
    if selection.site is None and selection.patients is None:  # a part answers no question of the study
        plan = analysis_plan.of_study(selection.session, selection.study_id)
        about["analysis_plan"] = plans.told(plan)
    if contents.consented_only:
        about["without_consent"] = without_consent(selection.session, selection.study_id, selection.site)
    about["scales"] = {key: asdict(info) for key, info in contents.scales.items()}
    packing.json("codebook.json", about)
    said = readme.text(study, tables, tabular, selection.site, exact_dates, contents.notes, apart, coarser)
    packing.text("README.md", said)
    for name in ("read.py", "read.R"):
        packing.text(name, (resources(__package__) / name).read_text(encoding="utf-8"))
    packing.json("datapackage.json", _data_package(study, tables, packing.files))
    packing.sums()
    return packing.files


def _without_typed(table: TidyTable) -> TidyTable:
    """The table with empty cells where somebody typed freely: it may say who somebody is."""
    columns = (replace(column, value=lambda _: None) if column.typed else column for column in table.columns)
    return replace(table, columns=tuple(columns))


def coded_of(selection: Selection) -> dict[str, crowd.Coded]:
    """What is coded of each patient, by study code."""
    columns = [PATIENTS.column(name).cells(exact=False) for name in crowd.CODED]
    return {row.code: tuple(cell_of(row) for cell_of in columns) for row in PATIENTS.rows(selection)}


def _data_package(study: Study, tables: Sequence[TidyTable], files: Sequence[Written]) -> dict[str, Any]:
    by_name = {table.file: table for table in tables}
    return {
        "$schema": "https://datapackage.org/profiles/1.0/datapackage.json",
        "name": study.code.lower(),
        "title": study.title,
        "resources": [_resource(one, by_name.get(one.name)) for one in files],
    }


def _resource(file: Written, table: TidyTable | None) -> dict[str, Any]:
    about: dict[str, Any] = {
        "name": file.name.rsplit(".", 1)[0].lower() + ("" if table else "_" + file.name.rsplit(".", 1)[1]),
        "path": file.name,
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
    }
    if table is None:
        return about
    schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns], "missingValues": [""]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    if table.name != "patients" and any(column.name == "patient" for column in table.columns):
        patient = {"fields": "patient", "reference": {"resource": "patients", "fields": "patient"}}
        schema["foreignKeys"] = [patient]
    return about | {
        "title": table.title,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "rows": file.rows,
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    kind = _JSON_TYPES.get(column.type, column.type)
    told: dict[str, Any] = {"name": column.name, "type": kind, "description": column.words}
    if kind == "datetime":
        told["format"] = "any"
    if column.codes and kind != "boolean":
        values = {int(code) if kind == "integer" else code: words for code, words in column.codes.items()}
        told["categories"] = [{"value": value, "label": words} for value, words in values.items()]
        told["constraints"] = {"enum": list(values)}
    return told
