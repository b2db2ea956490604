"""SQL that differs between SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Date,
    Double,
    Engine,
    Integer,
    Select,
    SQLColumnExpression,
    Table,
    collate,
    func,
    insert,
    literal_column,
    select,
    text,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.functions import FunctionElement

NAMED = {"named": True}
"""Execution options of an INSERT whose rows the caller names to the audit trail."""


def on_postgresql(where: Session | Connection | Engine) -> bool:
    """Whether the database is PostgreSQL."""
    bind = where.get_bind() if isinstance(where, Session) else where
    return bind.dialect.name == "postgresql"


def alone(session: Session, what: int, which: int) -> bool:
    """Whether nobody else does `what`, a number of ours, with `which` until this transaction ends.

    It never waits. On SQLite whoever writes is alone.
    """
    return not on_postgresql(session) or bool(session.scalar(func.pg_try_advisory_xact_lock(what, which)))


def insert_once(session: Session, table: type[Any], **values: Any) -> int | None:
    """The id of a new row with `values`; None if a unique constraint says that it exists already.

    It holds also where another transaction inserts the same at this moment.
    """
    return _insert_once(session, table, values, {})


def insert_planned(session: Session, table: type[Any], **values: Any) -> int | None:
    """The same of a row that is no fact yet: the audit trail does not look for it."""
    return _insert_once(session, table, values, NAMED)


def _insert_once(
    session: Session, table: type[Any], values: Mapping[str, Any], options: Mapping[str, Any]
) -> int | None:
    insert_or = postgresql.insert if on_postgresql(session) else sqlite.insert
    statement = insert_or(table).values(**values).on_conflict_do_nothing().returning(table.id)
    added: int | None = session.scalar(statement, execution_options=options)
    return added


def insert_numbered(session: Session, table: type[Any], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert `rows`, which all have the same columns; returns their ids, in order.

    Many rows get ids first, since to read back what the database chose costs more than to insert.
    """
    if len(rows) == 1:
        session.flush()
        return list(session.scalars(_insert_one(table.__table__), rows, execution_options=NAMED))
    ids = _new_ids(session, table, len(rows)) if rows else []
    insert_many(session, table, [{"id": row_id, **row} for row_id, row in zip(ids, rows, strict=True)])
    return ids


@cache
def _insert_one(table: Table) -> Any:
    return insert(table).returning(table.c.id)


def insert_many(session: Session, table: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, which all have the same columns, in one statement.

    A column without a value in any row is left out, which saves a fifth of the time.
    """
    if rows:
        session.flush()
        empty = {name for name in rows[0] if all(row[name] is None for row in rows)}
        given = [{name: row[name] for name in row if name not in empty} for row in rows] if empty else rows
        session.connection().execute(insert(table.__table__), given)


def _new_ids(session: Session, table: type[Any], count: int) -> list[int]:
    """Ids for new rows; on SQLite they are free until this transaction, which writes, ends."""
    if on_postgresql(session):
        drawn = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
        return list(session.scalars(drawn, {"name": table.__tablename__, "count": count}))
    last = session.scalar(select(func.max(table.__table__.c.id))) or 0
    return list(range(last + 1, last + 1 + count))


def insert_or_replace(session: Session, table: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`; one that has the key of a stored row replaces its values."""
    if not rows:
        return
    insert_or = postgresql.insert if on_postgresql(session) else sqlite.insert
    statement = insert_or(table)
    key = [column.name for column in table.__table__.primary_key]
    values = {name: statement.excluded[name] for name in rows[0] if name not in key}
    session.execute(statement.on_conflict_do_update(index_elements=key, set_=values), list(rows))


@dataclass(frozen=True)
class Documents:
    """JSON that the database makes of rows: much in one value, which costs a driver less than many columns.

    Days and instants are ISO texts; an instant of SQLite has no offset, and is UTC. Truth is 0 or 1 there.
    """

    postgresql: bool

    def record(self, **columns: Any) -> ColumnElement[Any]:
        """An object of named columns and expressions."""
        make: Any = func.json_build_object if self.postgresql else func.json_object
        pairs: list[ColumnElement[Any]] = []
        for name, column in columns.items():
            pairs += [literal_column(f"'{name}'"), self._nested(column)]
        made: ColumnElement[Any] = make(*pairs)
        return made

    def rows(self, found: Select[Any], **columns: Any) -> ColumnElement[Any]:
        """The rows of `found` as a list of objects; null or empty where there is none."""
        gather: Any = func.json_agg if self.postgresql else func.json_group_array
        listed = found.with_only_columns(gather(self.record(**columns))).scalar_subquery()
        return listed if self.postgresql else func.json(listed)

    def sql(self, statement: Select[Any]) -> str:
        """The text of `statement`, whose parameters are given by name; in one line, for it has no long texts.

        PostgreSQL's driver reads one of more than 4,096 signs anew each time that it is used.
        """
        make: Any = psycopg.dialect if self.postgresql else partial(sqlite.dialect, paramstyle="named")
        return " ".join(str(statement.compile(dialect=make())).split())

    def _nested(self, column: Any) -> Any:
        """SQLite would write a stored document as a text."""
        return func.json(column) if isinstance(column.type, JSON) and not self.postgresql else column


class seconds_between(FunctionElement[float]):
    """The seconds from one instant to another."""

    name = "seconds_between"
    type = Double()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _between_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    first, last = (compiler.process(one, **options) for one in element.clauses)
    return f"round((julianday({last}) - julianday({first})) * 86400, 3)"


@compiles(seconds_between)
def _between(element: Any, compiler: Any, **options: Any) -> str:
    first, last = (compiler.process(one, **options) for one in element.clauses)
    return f"extract(epoch FROM ({last} - {first}))"


class iso_day(FunctionElement[date]):
    """The day that a text such as `2026-03-10` says; each database compares it with its own days."""

    name = "iso_day"
    type = Date()
    inherit_cache = True


@compiles(iso_day, "sqlite")
def _day_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)})"


@compiles(iso_day)
def _day(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS DATE)"


def length(session: Session, column: SQLColumnExpression[Any]) -> ColumnElement[int]:
    """The length of the list in `column`, or in a part of it."""
    count = func.jsonb_array_length if on_postgresql(session) else func.json_array_length
    return type_coerce(count(column), Integer)


def by_bytes(session: Session, column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """`column` sorted by its bytes: PostgreSQL would sort by the language of its server."""
    return collate(column, "C") if on_postgresql(session) else column.expression
