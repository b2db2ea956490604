"""What the tables by REST are, for programs: OpenAPI 3.1, made from the columns themselves. Pure."""

from __future__ import annotations

from typing import Any

from surveys.exchange.api import PROBLEM
from surveys.exchange.api.tables import MOST, NAMES
from surveys.exchange.tidy.answers import SCORES, long_table
from surveys.exchange.tidy.columns import Column, TidyTable
from surveys.exchange.tidy.occasions import ATTENDANCE, VISITS
from surveys.exchange.tidy.people import PATIENTS
from surveys.instruments.library import Library

_TYPES = {"integer": "integer", "number": "number", "boolean": "boolean"}
_FORMATS = {"date": "date", "datetime": "date-time"}


def document(library: Library, version: str) -> dict[str, Any]:
    """The whole description."""
    tables = {one.name: one for one in (PATIENTS, VISITS, SCORES, long_table(library), ATTENDANCE)}
    schemas: dict[str, Any] = {name: _row(tables[table]) for name, table in NAMES.items()}
    schemas["problem"] = {
        "type": "object",
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
        "required": ["title", "status"],
    }
    paths = {f"/api/v1/studies/{{study}}/{name}": _path(name, tables[table]) for name, table in NAMES.items()}
    paths["/api/v1/studies/{study}/codebook"] = _codebook()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Seventh",
            "version": version,
            "description": "Tables of a study, read with a key. No contact is ever in them.",
        },
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas,
        },
    }


def _row(table: TidyTable) -> dict[str, Any]:
    return {
        "type": "object",
        "title": table.title,
        "properties": {column.name: _property(column) for column in table.columns},
        "required": [column.name for column in table.columns],
        "additionalProperties": False,
    }


def _property(column: Column) -> dict[str, Any]:
    """A cell may always be null: empty is missing."""
    kind = _TYPES.get(column.type, "string")
    told: dict[str, Any] = {"type": [kind, "null"], "description": column.words}
    if column.type in _FORMATS:
        told["format"] = _FORMATS[column.type]
    if column.codes and kind == "string":
        told["enum"] = [*column.codes, None]
    return told


def _path(name: str, table: TidyTable) -> dict[str, Any]:
    page = {
        "type": "object",
        "properties": {
            "rows": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}},
            "next": {"type": ["string", "null"], "description": "The cursor of the next page."},
        },
        "required": ["rows", "next"],
    }
    parameters = [
        _study(),
        {"name": "after", "in": "query", "schema": {"type": "string"}, "description": "A cursor."},
        {
            "name": "limit",
            "in": "query",
            "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": MOST},
        },
    ]
    content = {"application/json": {"schema": page}, "text/csv": {"schema": {"type": "string"}}}
    return {
        "get": {"operationId": name, "summary": table.title, "parameters": parameters, **_answers(content)}
    }


def _codebook() -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}}, "text/csv": {"schema": {"type": "string"}}}
    summary = "The meaning of columns, codes and scores"
    return {
        "get": {"operationId": "codebook", "summary": summary, "parameters": [_study()], **_answers(content)}
    }


def _study() -> dict[str, Any]:
    return {"name": "study", "in": "path", "required": True, "schema": {"type": "string"}}


def _answers(content: dict[str, Any]) -> dict[str, Any]:
    problem = {PROBLEM: {"schema": {"$ref": "#/components/schemas/problem"}}}
    told = {
        "400": "A parameter is wrong",
        "401": "No key, or one that opens nothing",
        "404": "The key is not for this study, or there is no such address",
        "429": "More than 600 requests in a minute",
        "503": "The database does not answer. Ask again",
    }
    responses: dict[str, Any] = {
        status: {"description": words, "content": problem} for status, words in told.items()
    }
    return {"responses": {"200": {"description": "The page", "content": content}, **responses}}
