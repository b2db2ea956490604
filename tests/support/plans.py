"""How a database means to find the rows of a statement: whether it would read a whole table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

# Tables with a row or more for each patient, visit or answer.
LARGE = frozenset(
    (
        *("alert", "consent", "contact", "draft", "event", "event_value", "grading", "link", "message"),
        *("palsy", "patient", "response", "score", "treatment", "visit"),
    )
)

Said = dict[str, Any]  # each statement once, with parameters that it had


@contextmanager
def said(engine: Engine) -> Iterator[Said]:
    """What is said to the database in the block, except what only adds rows or opens a transaction."""
    seen: Said = {}

    def note(connection: object, cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if re.match(r"\s*(SELECT|UPDATE|DELETE|WITH)\b", statement, re.IGNORECASE):
            seen.setdefault(statement, parameters)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def whole_tables(connection: Connection, statements: Said) -> dict[str, list[str]]:
    """The statements for which no index serves, and what they would read all of.

    The tables of a test are small, so PostgreSQL is told to avoid reading them whole; where it still would,
    it would at any size. An index over few rows (a partial one) may be read whole.
    """
    found = {}
    for statement, parameters in statements.items():
        if connection.dialect.name == "sqlite":
            scans = _scans_of_sqlite(connection, statement, parameters)
        else:
            scans = _scans_of_postgresql(connection, statement, parameters)
        if scans:
            found[" ".join(statement.split())] = scans
    return found


def _scans_of_sqlite(connection: Connection, statement: str, parameters: Any) -> list[str]:
    partial = {
        row[0]
        for row in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"
        )
    }
    named = dict(re.findall(r"\b(?:FROM|JOIN|UPDATE|,)\s+(\w+)\s+AS\s+(\w+)", statement, re.IGNORECASE))
    aliases = {alias: table for table, alias in named.items()}
    scans = []
    for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
        scan = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", row[3])
        if scan and aliases.get(scan[1], scan[1]) in LARGE and scan[2] not in partial:
            scans.append(row[3])
    return scans


def _scans_of_postgresql(connection: Connection, statement: str, parameters: Any) -> list[str]:
    partial = {
        row[0]
        for row in connection.exec_driver_sql(
            "SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL"
        )
    }
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    rest: list[Mapping[str, Any]] = [
        one["Plan"] for one in (json.loads(plan) if isinstance(plan, str) else plan)
    ]
    scans = []
    while rest:
        node = rest.pop()
        rest += node.get("Plans", [])
        kind, table, index = node["Node Type"], node.get("Relation Name"), node.get("Index Name")
        reads_all = kind == "Seq Scan" or (
            kind in ("Index Scan", "Index Only Scan") and "Index Cond" not in node and index not in partial
        )
        if table in LARGE and reads_all:
            scans.append(f"{kind} {table} {index or ''}".strip())
    return scans
