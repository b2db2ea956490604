"""Values that SQLite stores and PostgreSQL refuses: infinity, not-a-number, and NUL in a text. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from surveys.exchange.backup.restoring import Backup


def hindrances(backup: Backup) -> Iterator[str]:
    """A sentence for each value of `backup` that cannot be restored into PostgreSQL, with its place."""
    for table, kept in backup.tables.items():
        for number, row in enumerate(backup.lines(table), start=1):
            for column, value in zip(kept.columns, row, strict=True):
                if problem := _problem(value):
                    yield f"Table {table}, row {number}, {column}: {problem}, which PostgreSQL cannot hold."


def _problem(value: Any) -> str | None:
    match value:
        case float() if not math.isfinite(value):
            return "a number that is infinite or none"
        case str() if "\0" in value:
            return "a text with NUL"
        case dict():
            return next(filter(None, map(_problem, (*value, *value.values()))), None)
        case list():
            return next(filter(None, map(_problem, value)), None)
    return None
