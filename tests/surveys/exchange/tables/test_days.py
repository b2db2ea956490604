"""Days of other programs."""

from __future__ import annotations

import pytest

from surveys.exchange.cells import CellError
from surveys.exchange.tables.days import lacks_zone, orders, written


def test_the_order_is_told_by_cells_and_never_guessed() -> None:
    """One day above 12 tells; dots are German."""
    assert orders(["3/2/2024 09:00", "3/13/2024", ""]) == ({"mdy"}, 2)
    assert orders(["13/2/2024"]) == ({"dmy"}, 1)
    assert orders(["3/2/2024"]) == ({"dmy", "mdy"}, 1)
    assert orders(["2.3.2024"]) == ({"dmy"}, 1)
    assert orders(["2024-03-02T09:00:00.000Z"]) == ({"ymd"}, 1)
    assert orders(["13/2/2024", "2/13/2024"]) == (set(), 2)
    assert orders(["baseline", ""]) == (set(), 0)


@pytest.mark.parametrize(
    ("cell", "order", "zone", "told"),
    [
        ("2024-03-02 09:00:00", "ymd", "", "2024-03-02"),
        ("2024-03-02 09:00:00", "ymd", "America/Denver", "2024-03-02T09:00:00-07:00"),
        ("3/2/2024 9:00:00 PM", "mdy", "Europe/Berlin", "2024-03-02T21:00:00+01:00"),
        ("3/2/2024 12:05 AM", "mdy", "UTC", "2024-03-02T00:05:00+00:00"),
        ("02.03.2024 09:00", "dmy", "", "2024-03-02"),
        ("2024-03-02T23:30:00.000Z", None, "Europe/Berlin", "2024-03-02T23:30:00Z"),
        ("2024-03-02T09:00:00.000+01:00", "ymd", "", "2024-03-02T09:00:00+01:00"),
        ("5/5/2024", None, "", "2024-05-05"),
    ],
)
def test_days_and_instants(cell: str, order: str, zone: str, told: str) -> None:
    """A time of day without a zone counts in the mapping's zone, or not at all."""
    assert written(cell, order, zone) == told  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "order", "said"),
    [
        ("3/2/2024", None, "two ways"),
        ("3/13/2024", "dmy", "not d/m/y"),
        ("1/2/24", "dmy", "two digits"),
        ("2024-02-30", "ymd", "not a day of the calendar"),
        ("1980-01-01 00:00:00", "ymd", "anonymous"),
        ("yesterday", "ymd", "not a day"),
        ("2999-01-01", "ymd", "too far"),
        ("2024-01-01 25:00", "ymd", "not a time of day"),
    ],
)
def test_what_is_no_day_is_said(cell: str, order: str | None, said: str) -> None:
    """A sentence each."""
    with pytest.raises(CellError, match=said):
        written(cell, order, "UTC")  # type: ignore[arg-type]


def test_a_time_without_a_zone() -> None:
    """An offset at the end is a zone."""
    assert lacks_zone("2024-03-02 09:00")
    assert not lacks_zone("2024-03-02T09:00:00+01:00")
    assert not lacks_zone("2024-03-02")
