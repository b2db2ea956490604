"""Cells of a package as values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.moving.cells import Cells, Faults, day, flag, instant, whole
from tests.support.desk import LIBRARY


def row(faults: Faults, **record: str) -> Cells:
    return Cells("visits.csv", 3, record, faults)


def test_cells_are_read_letter_for_letter() -> None:
    """Empty is None; a text keeps its spaces and its lone carriage return."""
    faults = Faults()
    one = row(faults, text=" a\rb ", none="", codes="a;b", period="2024-05", dose="12.5", units="10")
    assert (one.text("text"), one.text("none"), one.several("codes")) == (" a\rb ", None, ["a", "b"])
    assert one.period("period") == (date(2024, 5, 1), "month")
    assert [repr(one.number_of(name)) for name in ("dose", "units", "none")] == ["12.5", "10", "None"]
    assert one.answer(LIBRARY.get("phq9"), "q1", "none") is None
    faults.refuse()


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (flag, "yes", "neither true nor false"),
        (day, "2024-05-31T10:00:00Z", "is not a date"),
        (day, "2024-02-30", "no.* a day of the calendar"),
        (instant, "2024-05-31", "is not an instant"),
        (whole, "1.0", "is not a whole number"),
        (whole, "", "must not be empty"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(
    read: Callable[[str], object], text: str, said: str
) -> None:
    """File, row and column."""
    faults = Faults()
    row(faults, at=text).needed("at", read)
    with pytest.raises(FileRefused, match=f"visits.csv, row 3, column at: .*{said}"):
        faults.refuse()


def test_answers_and_numbers_are_as_seventh_writes_them() -> None:
    """Another spelling would not come out again as it came in."""
    faults = Faults()
    one = row(faults, dose="12.50", q1="7", other="x", code="sudden")
    phq9 = LIBRARY.get("phq9")
    assert (one.number_of("dose"), one.answer(phq9, "q1", "q1"), one.answer(phq9, "q1", "other")) == (
        None,
    ) * 3
    assert one.code("code", ("gradual",)) is None
    assert [str(fault).split(", column ")[1].split(":")[0] for fault in faults.found] == [
        "dose",
        "q1",
        "other",
        "code",
    ]
