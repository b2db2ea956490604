"""A value of the database as JSON, and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import JSON, Column, Date, DateTime, Integer, LargeBinary, String
from sqlalchemy.types import TypeEngine

from surveys.exchange.backup.values import plain, stored

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
EAST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (NOON, "2026-03-10T12:00:00+00:00"),
        (NOON.replace(tzinfo=None), "2026-03-10T12:00:00+00:00"),
        (NOON.astimezone(EAST), "2026-03-10T12:00:00+00:00"),
        (NOON.date(), "2026-03-10"),
        (None, None),
        (b"\x00\xff", "AP8="),
        (1.5, 1.5),
        ({"a": [1]}, {"a": [1]}),
    ],
)
def test_instants_are_in_utc(value: Any, expected: Any) -> None:
    assert plain(value) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (DateTime(), NOON),
        (Date(), date(2026, 3, 10)),
        (LargeBinary(), b"\x00\xff"),
        (String(), "2026-03-10"),
        (Integer(), 3),
        (JSON(), {"on": "2026-03-10"}),
        (DateTime(), None),
    ],
)
def test_a_value_comes_back_by_the_type_of_its_column(kind: TypeEngine[Any], value: Any) -> None:
    """A text that looks like a date stays a text."""
    column: Column[Any] = Column("value", kind)
    assert stored(plain(value), column) == value


@pytest.mark.parametrize("kind", [DateTime(), Date()])
def test_what_is_no_date_is_an_error(kind: TypeEngine[Any]) -> None:
    column: Column[Any] = Column("value", kind)
    with pytest.raises(ValueError, match="soon"):
        stored("soon", column)
