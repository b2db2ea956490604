"""What the database says of its tables, columns, constraints and indexes, and what the models say of them.

The models' are made for a moment, in an empty database on SQLite and as temporary tables on PostgreSQL, so
that both are told by the same database in the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from surveys.models import Base
from surveys.models.dialects import on_postgresql
from surveys.models.triggers import in_one_order

_TABLES = tuple(Base.metadata.tables)
# Columns that came with a default for the rows of before. Every INSERT names them, so that none takes it.
_FILLED = frozenset(
    {
        "Default draft.source",
        "Default response.partial",
        "Default study.alert_days",
        "Default study.asks_background",
        "Default study.controller",
        "Default study.data_protection_contact",
        "Default study.escalate_after_hours",
        "Default study.ethics_committee",
        "Default study.ethics_not_required",
        "Default study.ethics_number",
        "Default study.legal_basis",
        "Default study.optional_items",
        "Default study.privacy_notices",
        "Default study.smallest_group",
        "Default timepoint.times",
        "Default timepoint.unless_followed",
    }
)
_ON_POSTGRESQL = """
    WITH own AS (SELECT oid, relname, relkind, relrowsecurity, relpersistence
        FROM pg_class
        WHERE relnamespace = {schema} AND relname IN :tables)
    SELECT 'Table ' || relname,
        CASE WHEN relkind = 'r' THEN 'a table' ELSE 'none' END ||
        CASE WHEN relrowsecurity THEN ' that hides rows' ELSE '' END ||
        CASE WHEN relpersistence = 'u' THEN ' that a crash empties' ELSE '' END ||
        CASE WHEN EXISTS (SELECT FROM pg_inherits WHERE own.oid IN (inhparent, inhrelid))
            THEN ' with rows of another' ELSE '' END FROM own
    UNION ALL
    SELECT 'Column ' || relname || '.' || attname, concat_ws(' ', format_type(atttypid, atttypmod),
        CASE WHEN attnotnull THEN 'NOT NULL' END, attidentity, attgenerated)
    FROM own JOIN pg_attribute ON attrelid = own.oid AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT 'Default ' || relname || '.' || attname, pg_get_expr(adbin, adrelid)
    FROM own JOIN pg_attrdef ON adrelid = own.oid
    JOIN pg_attribute ON attrelid = own.oid AND attnum = adnum
    UNION ALL
    SELECT 'Constraint ' || conname, relname || ' ' || pg_get_constraintdef(pg_constraint.oid)
    FROM own JOIN pg_constraint ON conrelid = own.oid WHERE contype IN ('c', 'f', 'p', 'u', 'x')
    UNION ALL
    SELECT 'Index ' || indexed.relname, pg_get_indexdef(indexed.oid) ||
        CASE WHEN indisvalid THEN '' ELSE ' not valid' END
    FROM own JOIN pg_index ON indrelid = own.oid JOIN pg_class AS indexed ON indexed.oid = indexrelid"""
_HERE, _FOR_THE_MOMENT = "current_schema()::regnamespace", "pg_my_temp_schema()"
_STATED: dict[object, Mapping[str, str]] = {}  # by kind and version of the database, which alone decide
_SCHEMA = re.compile(r"(?<= ON )(?:ONLY )?(?:\w+\.)?(?=\w+ USING)")
# What SQLite says of a key or column, in one text each.
_ON_SQLITE = {
    "Column": "SELECT name, type || ' ' || \"notnull\" || ' ' || pk || hidden FROM pragma_table_xinfo(:name)",
    "Default": "SELECT name, dflt_value FROM pragma_table_xinfo(:name) WHERE dflt_value IS NOT NULL",
    "Foreign key": 'SELECT "from", "table" || \' \' || coalesce("to", \'\') || on_delete || on_update'
    " FROM pragma_foreign_key_list(:name)",
    "Key": "SELECT (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(one.name)"
    " ORDER BY seqno)), one.\"unique\" FROM pragma_index_list(:name) AS one WHERE origin <> 'c'",
}


def definitions(connection: Connection, *, for_the_moment: bool = False) -> Mapping[str, str]:
    """What the database says of each part of our tables, by kind and name."""
    told: Iterator[Any]
    if on_postgresql(connection):
        schema = _FOR_THE_MOMENT if for_the_moment else _HERE
        query = text(_ON_POSTGRESQL.format(schema=schema)).bindparams(bindparam("tables", expanding=True))
        told = iter(connection.execute(query, {"tables": _TABLES}).all())
    else:
        told = _of_sqlite(connection)
    return {name: _SCHEMA.sub("", in_one_order(said)) for name, said in told if name not in _FILLED}


def _of_sqlite(connection: Connection) -> Iterator[tuple[str, str]]:
    seen = inspect(connection)
    kinds = connection.execute(text("SELECT name, type FROM sqlite_master"))
    made = {row.name: row.type for row in kinds}
    for table in _TABLES:
        if table not in made:
            continue
        yield f"Table {table}", f"a {made[table]}"
        for kind, query in _ON_SQLITE.items():
            for name, said in connection.execute(text(query), {"name": table}):
                yield f"{kind} {table}.{name}", str(said)
        for one in seen.get_check_constraints(table):
            yield f"Constraint {one['name']}", f"{table} {one['sqltext']}"
    indexes = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    for name, said in connection.execute(text(indexes)):
        yield f"Index {name}", said


def stated(engine: Engine) -> Mapping[str, str] | None:
    """What the same database would say of tables made of the models; None where this role may make none."""
    version = (engine.dialect.name, engine.dialect.server_version_info)
    if version not in _STATED:
        with suppress(DBAPIError):
            _STATED[version] = _made(engine)
    return _STATED.get(version)


def none_of_ours(name: str, said: str) -> bool:
    """Whether a part that the models lack changes what rows may hold; a column or an index need not."""
    return name.startswith(("Constraint", "Default", "Foreign key", "Key")) or said.startswith(
        "CREATE UNIQUE"
    )


def _made(engine: Engine) -> Mapping[str, str]:
    if not on_postgresql(engine):
        engine = create_engine("sqlite://")
    with engine.connect() as connection:
        if on_postgresql(engine):
            connection.execute(text("SET LOCAL search_path TO pg_temp"))
        Base.metadata.create_all(connection, checkfirst=False)
        said = definitions(connection, for_the_moment=True)
        connection.rollback()
    return said
