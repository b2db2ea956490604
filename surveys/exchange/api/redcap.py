"""Answers to what REDCap's clients ask: a project's description and its records, read only."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveys.exchange.api.asked import Asked, NotAnswered
from surveys.exchange.csv_writer import CsvRows
from surveys.exchange.dates import Dates
from surveys.exchange.redcap.package import KEYS
from surveys.exchange.redcap.project import COLUMNS, COMPLETE, MISSING, RECORD_ID, Field, Form, Project
from surveys.exchange.redcap.records import Record, records
from surveys.exchange.redcap.studies import Source
from surveys.models import Study

VERSION = "1.0.0"
JSON, CSV, TEXT = "application/json", "text/csv; charset=utf-8", "text/plain; charset=utf-8"
NO_DATA = "This study takes no data by this way. Use seventh import."
# Contents that REDCap has and this server does not.
ELSEWHERE = frozenset(
    {
        *(
            "appRightsCheck",
            "file",
            "fileInfo",
            "fileRepository",
            "filesize",
            "generateNextRecordName",
            "log",
        ),
        *("mycap", "participantList", "pdf", "project_settings", "project_xml", "report", "surveyLink"),
        *("surveyQueueLink", "surveyReturnCode", "surveyAccessCode", "tableau", "userDagMapping"),
        *("userRole", "userRoleMapping"),
    }
)
_NOT_GIVEN = dict(MISSING.values())

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Reply:
    """An answer: its type, and its text in pieces."""

    mimetype: str
    pieces: Iterable[str]


@dataclass(frozen=True)
class Reader:
    """Who asks, and of what: the study, its project with rows, and the dates that may be told."""

    study: Study
    source: Source
    dates: Dates
    user: str

    @property
    def project(self) -> Project:
        """The study as REDCap sees it."""
        return self.source.project


def reply(reader: Reader, asked: Asked) -> Reply:
    """The answer.

    Raises:
        NotAnswered: it has none; the message says why.
    """
    content = asked.value("content")
    if content == "version":
        return Reply(TEXT, [VERSION])
    if content == "record":
        return _records(reader, asked)
    if content not in TABLES:
        if content in ELSEWHERE:
            raise NotAnswered(501, f"This server does not answer content={content}.")
        raise NotAnswered(400, f"The value of the parameter \"content\" is not valid: '{content}'")
    if asked.value("data") or asked.value("action") not in ("", "export"):
        raise NotAnswered(501, NO_DATA)
    columns, rows = TABLES[content](reader, asked)
    if content == "project" and asked.format == "json":
        return Reply(JSON, [_json(next(iter(rows)))])
    return _table(asked, columns, rows)


def refusal(asked: Asked, error: NotAnswered) -> tuple[str, str]:
    """The refusal's type and text, in the format that was asked for."""
    if asked.error_format == "json":
        return JSON, _json({"error": str(error)})
    if asked.error_format == "csv":
        return CSV, f"ERROR: {error}\n"
    from xml.sax.saxutils import escape

    return "text/xml; charset=utf-8", f"<hash><error>{escape(str(error))}</error></hash>"


def _table(asked: Asked, columns: Sequence[str], rows: Iterable[Row]) -> Reply:
    if asked.format == "json":
        return Reply(JSON, _json_rows({name: row.get(name, "") for name in columns} for row in rows))
    return Reply(CSV, _csv_rows(columns, ([str(row.get(name, "")) for name in columns] for row in rows)))


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _json_rows(rows: Iterable[Row]) -> Iterator[str]:
    yield "["
    for number, row in enumerate(rows):
        yield f"{',' if number else ''}{_json(row)}"
    yield "]"


def _csv_rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    buffer = io.StringIO(newline="")
    writer = CsvRows(buffer)
    writer.write(header)
    for row in rows:
        writer.write(row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


# What describes the project -------------------------------------------------------------------------------


def _metadata(reader: Reader, asked: Asked) -> tuple[Sequence[str], Iterable[Row]]:
    project = reader.project
    fields = asked.known("fields", [one.name for one in project.fields])
    forms = asked.known("forms", [form.name for form in project.forms])
    wanted = [
        one for one in project.fields if not (fields or forms) or one.name in fields or one.form in forms
    ]
    return tuple(COLUMNS), [one.row() for one in wanted]


def _instruments(reader: Reader, _: Asked) -> tuple[Sequence[str], Iterable[Row]]:
    rows = [{"instrument_name": form.name, "instrument_label": form.label} for form in reader.project.forms]
    return ("instrument_name", "instrument_label"), rows


def _events(reader: Reader, _: Asked) -> tuple[Sequence[str], Iterable[Row]]:
    rows = [
        {
            "event_name": event.label,
            "arm_num": 1,
            "unique_event_name": event.name,
            "custom_event_label": event.words,
            "event_id": number,
        }
        for number, event in enumerate(reader.project.events, start=1)
    ]
    return ("event_name", "arm_num", "unique_event_name", "custom_event_label", "event_id"), rows


def _mappings(reader: Reader, _: Asked) -> tuple[Sequence[str], Iterable[Row]]:
    rows = [
        {"arm_num": 1, "unique_event_name": event.name, "form": form}
        for event in reader.project.events
        for form in event.forms
    ]
    return ("arm_num", "unique_event_name", "form"), rows


def _arms(_: Reader, __: Asked) -> tuple[Sequence[str], Iterable[Row]]:
    return ("arm_num", "name"), [{"arm_num": 1, "name": "Arm 1"}]


def _names(reader: Reader, _: Asked) -> tuple[Sequence[str], Iterable[Row]]:
    rows = []
    for form in reader.project.forms:
        for one in form.fields:
            codes = list(one.choices) if one.type == "checkbox" else [""]
            rows += [(one.name, code, column) for code, column in zip(codes, one.columns, strict=True)]
        rows.append((form.complete, "", form.complete))
    columns = ("original_field_name", "choice_value", "export_field_name")
    return columns, [dict(zip(columns, row, strict=True)) for row in rows]


def _project(reader: Reader, _: Asked) -> tuple[Sequence[str], Iterable[Row]]:
    row = {
        "project_id": reader.study.id,
        "project_title": reader.study.title,
        "creation_time": "",
        "production_time": "",
        "in_production": int(reader.study.status == "active"),
        "project_language": "English",
        "purpose": 2,
        "purpose_other": "",
        "project_notes": "Read from Seventh." + (" Simulated patients." if reader.study.simulated else ""),
        "custom_record_label": "",
        "secondary_unique_field": "",
        "is_longitudinal": 1,
        "has_repeating_instruments_or_events": 1,
        "surveys_enabled": 0,
        "scheduling_enabled": 0,
        "record_autonumbering_enabled": 0,
        "randomization_enabled": 0,
        "ddp_enabled": 0,
        "project_irb_number": reader.study.ethics_number,
        "project_grant_number": "",
        "project_pi_firstname": "",
        "project_pi_lastname": "",
        "display_today_now_button": 0,
        "missing_data_codes": " | ".join(f"{code}, {words}" for code, words in MISSING.values()),
        "external_modules": "",
        "bypass_branching_erase_field_prompt": 0,
    }
    return tuple(row), [row]


def _repeating(reader: Reader, _: Asked) -> tuple[Sequence[str], Iterable[Row]]:
    project = reader.project
    rows = [
        {"event_name": event.name, "form_name": form, "custom_form_label": ""}
        for event in project.events
        for form in event.forms
        if project.repeats(event, form)
    ]
    return ("event_name", "form_name", "custom_form_label"), rows


def _users(reader: Reader, _: Asked) -> tuple[Sequence[str], Iterable[Row]]:
    columns = ("username", "email", "firstname", "lastname", "expiration", "data_access_group", "api_export")
    return columns, [{"username": reader.user, "email": reader.user, "api_export": 1}]


def _groups(_: Reader, __: Asked) -> tuple[Sequence[str], Iterable[Row]]:
    return ("data_access_group_name", "unique_group_name", "data_access_group_id"), []


TABLES: Mapping[str, Callable[[Reader, Asked], tuple[Sequence[str], Iterable[Row]]]] = {
    "metadata": _metadata,
    "instrument": _instruments,
    "event": _events,
    "formEventMapping": _mappings,
    "arm": _arms,
    "exportFieldNames": _names,
    "project": _project,
    "repeatingFormsEvents": _repeating,
    "user": _users,
    "dag": _groups,
}


# Records --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Wanted:
    """Which columns and rows are asked for, and in which words."""

    columns: Mapping[str, Field | Form]
    forms: frozenset[str]
    events: frozenset[str]
    patients: tuple[str, ...] | None
    label: bool
    checkbox_label: bool

    def has(self, record: Record) -> bool:
        """Whether the record is asked for: its event, and a form of the fields, if any are named."""
        return record.event.name in self.events and (not self.forms or bool(self.forms & record.forms))

    def keys(self, record: Record) -> dict[str, str]:
        """Whose row it is, and where."""
        told = (
            record.patient,
            record.event.label if self.label else record.event.name,
            record.form,
            record.instance,
        )
        return dict(zip(KEYS, told, strict=True))

    def cell(self, column: str, record: Record) -> str:
        """The value of a column, in words where labels are asked for."""
        value = record.values.get(column, "")
        of = self.columns[column]
        if not self.label or not value:
            return value
        if isinstance(of, Form):
            return COMPLETE[value]
        if of.type == "checkbox":
            if self.checkbox_label:
                return of.choices[_choice(of, column)] if value == "1" else ""
            return "Checked" if value == "1" else "Unchecked"
        return of.choices.get(value) or _NOT_GIVEN.get(value, value)


def _choice(of: Field, column: str) -> str:
    return next(code for code, one in zip(of.choices, of.columns, strict=True) if one == column)


def _records(reader: Reader, asked: Asked) -> Reply:
    if asked.value("data") or asked.value("action") not in ("", "export"):
        raise NotAnswered(501, NO_DATA)
    for name in ("filterLogic", "dateRangeBegin", "dateRangeEnd"):
        if asked.value(name):
            raise NotAnswered(
                501, f"This server does not filter by {name}. Leave it out, and filter the answer."
            )
    form = asked.format
    wanted = _wanted(reader, asked)
    found = (one for one in records(reader.source, reader.dates, wanted.patients) if wanted.has(one))
    if asked.value("type", "flat") == "eav":
        columns = ("record", *KEYS[1:], "field_name", "value")
        return _table(asked, columns, _eav(wanted, found))
    header = [*KEYS, *wanted.columns]
    rows = (
        {**wanted.keys(one), **{name: wanted.cell(name, one) for name in wanted.columns}} for one in found
    )
    if form == "json":
        return Reply(JSON, _json_rows(rows))
    if asked.value("rawOrLabelHeaders", "raw") == "label":
        told = ["Study code", "Event Name", "Repeat Instrument", "Repeat Instance"]
        told += [_header(name, of) for name, of in wanted.columns.items()]
    else:
        told = header
    return Reply(CSV, _csv_rows(told, (list(row.values()) for row in rows)))


def _header(name: str, of: Field | Form) -> str:
    if isinstance(of, Form):
        return "Complete?"
    return f"{of.label} (choice={of.choices[_choice(of, name)]})" if of.type == "checkbox" else of.label


def _eav(wanted: _Wanted, found: Iterable[Record]) -> Iterator[Row]:
    last = None
    for one in found:
        keys = wanted.keys(one)
        place = {"record": keys.pop(RECORD_ID), **keys}
        if one.patient != last:
            last = one.patient
            yield {**place, "field_name": RECORD_ID, "value": one.patient}
        for column, of in wanted.columns.items():
            value = one.values.get(column, "")
            if isinstance(of, Field) and of.type == "checkbox":
                if value == "1":
                    yield {**place, "field_name": of.name, "value": _choice(of, column)}
            elif value:
                yield {**place, "field_name": column, "value": wanted.cell(column, one)}


def _wanted(reader: Reader, asked: Asked) -> _Wanted:
    project = reader.project
    completes = {form.complete: form for form in project.forms}
    known = {one.name: one for one in project.fields}
    fields = set(asked.known("fields", {**known, **completes}))
    forms = set(asked.known("forms", [form.name for form in project.forms]))
    events = asked.known("events", [event.name for event in project.events])
    everything = not (fields or forms)
    columns: dict[str, Field | Form] = {}
    touched: set[str] = set(forms)
    for form in project.forms:
        for one in form.fields:
            if one.name == RECORD_ID:
                continue
            if everything or one.name in fields or form.name in forms:
                columns |= dict.fromkeys(one.columns, one)
                touched.add(form.name)
        if everything or form.complete in fields or form.name in forms:
            columns[form.complete] = form
            touched.add(form.name)
    return _Wanted(
        columns,
        frozenset() if everything else frozenset(touched),
        frozenset(events or (event.name for event in project.events)),
        tuple(dict.fromkeys(asked.list("records"))) or None,
        asked.value("rawOrLabel", "raw") == "label",
        asked.flag("exportCheckboxLabel"),
    )
