"""SQL that differs between SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, collate, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session


def on_postgresql(where: Session | Connection | Engine) -> bool:
    """Whether the database is PostgreSQL."""
    bind = where.get_bind() if isinstance(where, Session) else where
    return bind.dialect.name == "postgresql"


def insert_once(session: Session, table: type[Any], **values: Any) -> int | None:
    """The id of a new row with `values`; None if a unique constraint says that it exists already.

    It holds also where another transaction inserts the same at this moment.
    """
    insert = postgresql.insert if on_postgresql(session) else sqlite.insert
    statement = insert(table).values(**values).on_conflict_do_nothing()
    added: int | None = session.scalar(statement.returning(table.id))
    return added


def length(session: Session, column: InstrumentedAttribute[list[str]]) -> ColumnElement[int]:
    """The length of the list in `column`."""
    count = func.jsonb_array_length if on_postgresql(session) else func.json_array_length
    return count(column)


def by_bytes(session: Session, column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """`column` sorted by its bytes: PostgreSQL would sort by the language of its server."""
    return collate(column, "C") if on_postgresql(session) else column.expression
