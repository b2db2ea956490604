"""A cell of a table as JSON holds it, and back again, by the column's type. Pure."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Date, DateTime, LargeBinary

from surveys.models.base import UtcDateTime


def plain(value: Any) -> Any:
    """`value` as JSON can hold it: instants in UTC, dates as text, bytes in base 64, others unchanged."""
    if isinstance(value, datetime):
        # SQLite returns instants without their zone, which is UTC.
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat()
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value


def stored(value: Any, column: Column[Any]) -> Any:
    """The value of `column` from what `plain` made.

    Raises:
        ValueError: the text is not an instant, a date or base 64.
    """
    if value is None:
        return None
    if isinstance(column.type, DateTime | UtcDateTime):  # as the database tells it, or as our tables do
        return datetime.fromisoformat(value).astimezone(UTC)
    if isinstance(column.type, LargeBinary):
        return b64decode(value, validate=True)
    return date.fromisoformat(value) if isinstance(column.type, Date) else value
