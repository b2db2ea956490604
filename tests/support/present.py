"""The present, asked for while a test runs: a day kept by a module is of the past after midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    """The day of the present in UTC."""
    return now().date()


def year_ahead() -> str:
    """A year that may be typed, and lies ahead."""
    return str(now().year + 2)
