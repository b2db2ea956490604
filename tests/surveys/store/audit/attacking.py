"""A transaction that nothing in the database defends, and what is found in it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from surveys.models.dialects import on_postgresql
from surveys.store import audit
from surveys.store.audit.heads import Head


def attacked(session: Session, statements: str, expected: list[Head]) -> Iterator[str]:
    """What is found after these statements, which are then undone."""
    point = session.begin_nested()
    if not on_postgresql(session):
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
    for statement in statements.split(";"):
        session.execute(text(statement.replace(":", r"\:")))
    yield from map(str, audit.verify(session, expected=expected))
    point.rollback()
