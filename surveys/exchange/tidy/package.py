"""Write a package, file after file, from one moment of the database."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, replace
from importlib.resources import files as resources
from typing import IO, Any, cast

from surveys.exchange.csv_writer import CsvRows
from surveys.exchange.places import DigestWriter, Place, Written
from surveys.exchange.tidy import codebook, crowd, readme
from surveys.exchange.tidy.codebook import AnsweredInstrument
from surveys.exchange.tidy.columns import Column, TidyTable, cell
from surveys.exchange.tidy.contents import contents_of
from surveys.exchange.tidy.people import PATIENTS
from surveys.exchange.tidy.queries import Selection
from surveys.instruments.library import Library
from surveys.models import Study

_JSON_TYPES = {"partial date": "string"}
Progress = Callable[[str], object]


def write(
    place: Place,
    selection: Selection,
    study: Study,
    library: Library,
    *,
    exact_dates: str | None = None,
    coarse: bool = False,
    progress: Progress = lambda _: None,
) -> list[Written]:
    """Write every file of the package of `study` into `place`; calendar dates need a reason.

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
    contents = contents_of(selection, library)
    tables, asked = contents.tables, contents.asked
    files = []
    for table in tables:
        progress(table.file)
        files.append(_write_table(place, table, selection, coarser, exact=exact_dates is not None))
    book = [[cell(value) for value in astuple(line)] for line in codebook.lines(tables, asked)]
    files.append(_write(place, "codebook.csv", lambda file: _csv(file, codebook.HEADER, book)))
    about = {"study": study.code, "simulated": study.simulated, **codebook.content(tables, asked)}
    files.append(_write_text(place, "codebook.json", _json(about)))
    read = readme.text(study, tables, files, selection.site, exact_dates, _not_own(asked), apart, coarser)
    files.append(_write_text(place, "README.md", read))
    for name in ("read.py", "read.R"):
        files.append(_write_text(place, name, (resources(__package__) / name).read_text(encoding="utf-8")))
    files.append(_write_text(place, "datapackage.json", _json(_data_package(study, tables, files))))
    sums = "".join(f"{one.sha256}  {one.name}\n" for one in files)
    files.append(_write_text(place, "SHA256SUMS", sums))
    return files


def coded_of(selection: Selection) -> dict[str, crowd.Coded]:
    """What is coded of each patient, by study code."""
    columns = [PATIENTS.column(name).cells(exact=False) for name in crowd.CODED]
    return {row.code: tuple(cell_of(row) for cell_of in columns) for row in PATIENTS.rows(selection)}


def _not_own(asked: Iterable[AnsweredInstrument]) -> list[str]:
    """The questionnaires that were answered in words that are not the instrument's own."""
    return sorted(
        {f"{one.instrument.short_title} ({one.wording})" for one in asked if one.status == "working"}
    )


def _write_table(
    place: Place, table: TidyTable, selection: Selection, coarser: crowd.Coarser | None, *, exact: bool
) -> Written:
    count = 0

    def fill(file: IO[bytes]) -> None:
        nonlocal count
        header = [column.name for column in table.columns]
        lines: Iterable[list[str]] = table.lines(selection, exact=exact)
        if coarser is not None:
            lines = (coarser.line(header, line) for line in lines)
        count = _csv(file, header, lines)

    return replace(_write(place, table.file, fill), rows=count)


def _write_text(place: Place, name: str, text: str) -> Written:
    return _write(place, name, lambda file: file.write(text.encode()))


def _write(place: Place, name: str, fill: Callable[[IO[bytes]], object]) -> Written:
    with place.open(name) as file:
        measured = DigestWriter(file)
        fill(cast(IO[bytes], measured))
    return Written(name, measured.size, measured.digest.hexdigest())


def _csv(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write `header` and `rows`; returns the number of rows."""
    buffer = io.StringIO(newline="")
    writer = CsvRows(buffer)
    writer.write(header)
    count = 0
    for count, row in enumerate(rows, start=1):
        writer.write(row)
        if count % 1000 == 0:
            _pour(buffer, file)
    _pour(buffer, file)
    return count


def _pour(buffer: io.StringIO, file: IO[bytes]) -> None:
    file.write(buffer.getvalue().encode())
    buffer.seek(0)
    buffer.truncate()


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
    if table.name != "patients":
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


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
