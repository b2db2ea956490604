"""Somebody who owns the file changes one value: the proofs name it, or the column is listed as free."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Float,
    Integer,
    LargeBinary,
    Table,
    select,
    text,
    true,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from surveys.models import Base
from surveys.models.base import UtcDateTime
from surveys.models.facts import APART, FREE, OF_TABLE
from surveys.store import audit
from surveys.store.visit.done import wrong_visits
from surveys.store.visit.responses import wrong_scores

# An event has its place by its number. By its id, where it has any, its values and bindings find it.
IN_NO_CHAIN = ("event", "id")
EVERY = 150


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite alone: its owner may do what PostgreSQL's may."""
    return sqlite_url


@pytest.fixture
def full(undefended: Session) -> Session:
    """A record with a row in each bound table, and nothing that defends it."""
    undefended.execute(text("PRAGMA ignore_check_constraints = ON"))
    assert _told(undefended) == []
    return undefended


def test_each_change_of_a_value_is_named(full: Session) -> None:
    """Of one column in so many; the long form changes every one."""
    assert list(_silent(full, EVERY)) == []


@pytest.mark.long
def test_each_change_of_any_value_is_named(full: Session) -> None:
    """Every column of every row's table, by another value and by none."""
    assert list(_silent(full, 1)) == []


def _silent(session: Session, every: int) -> Iterator[str]:
    """Columns of which one value was changed and nothing was said, though they are not free."""
    for place, (table, column) in enumerate(_columns()):
        if place % every or _free(table, column):
            continue
        for value in _others(session, table, column):
            if not _after(session, table, column, value):
                yield f"{table.name}.{column.name} = {value!r}"


def _columns() -> Iterator[tuple[Table, Column[Any]]]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            yield table, column


def _is_fact(table: Table) -> ColumnElement[bool]:
    """A message that is only planned is none."""
    return OF_TABLE[table.name][0].there if table.name in OF_TABLE else true()


def _free(table: Table, column: Column[Any]) -> bool:
    if table.name in OF_TABLE:
        return OF_TABLE[table.name][0].free.get(column.name, APART) != APART
    return table.name in FREE or (table.name, column.name) == IN_NO_CHAIN


def _others(session: Session, table: Table, column: Column[Any]) -> Iterator[object]:
    now = session.scalars(select(column).where(_is_fact(table)).limit(1)).one()
    yield _other(now, column.type)
    if now is not None and column.nullable:
        yield None


def _other(now: Any, kind: TypeEngine[Any]) -> object:
    if isinstance(kind, Boolean):
        return not now
    if isinstance(kind, JSON):
        return {"other": 1} if now != {"other": 1} else []
    if isinstance(kind, LargeBinary):
        return b"other"
    if isinstance(kind, Integer | Float):
        return (now or 0) + 1000  # also of keys
    if isinstance(now, datetime) or isinstance(kind, UtcDateTime):
        return (now or datetime.fromisoformat("2026-03-10T00:00+00:00")) + timedelta(hours=1)
    if isinstance(now, date) or isinstance(kind, Date):
        return (now or date(2026, 3, 10)) + timedelta(days=1)
    return f"{now or ''}x"


def _after(session: Session, table: Table, column: Column[Any], value: object) -> list[str]:
    """What the proofs say after the first row was changed."""
    point = session.begin_nested()
    session.execute(text("PRAGMA defer_foreign_keys = ON"))
    keys = table.primary_key.columns
    first = session.execute(select(*keys).where(_is_fact(table)).limit(1)).one()
    same = (key == one for key, one in zip(keys, first, strict=True))
    session.connection().execute(update(table).where(*same).values({column: value}))
    told = _told(session)
    point.rollback()
    return told


def _told(session: Session) -> list[str]:
    session.expire_all()
    return [*map(str, chain(audit.verify(session), wrong_scores(session), wrong_visits(session)))]
