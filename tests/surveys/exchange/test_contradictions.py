"""Where rows contradict each other or what is stored; `test_refused_imports` has each with its words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from surveys.catalogues import read_in
from surveys.exchange import contradictions
from surveys.exchange.contradictions import Calendar
from surveys.exchange.import_file import ImportRow
from surveys.exchange.stored import StoredResponse

NOW = datetime(2025, 6, 15, 22, 30, tzinfo=UTC)
CALENDAR = Calendar(ZoneInfo("Europe/Berlin"), date(2025, 6, 16), NOW)
BEFORE = StoredResponse(1, "1", {"q1": 1, "q2": None}, date(2025, 1, 1), "own")


def row(number: int, **given: Any) -> ImportRow:
    return ImportRow(number, "P1", "a", date(2025, 1, 1), **given)


@pytest.mark.parametrize(
    ("completed", "to_come"),
    [
        (date(2025, 6, 16), False),
        (date(2025, 6, 17), True),
        (NOW, False),
        (NOW.replace(minute=31), True),
    ],
)
def test_a_day_is_the_studys_and_an_instant_is_exact(completed: date | datetime, to_come: bool) -> None:
    assert CALENDAR.is_to_come(completed) is to_come


def test_facts_of_all_rows_are_joined_and_the_first_counts() -> None:
    rows = [row(2, facts={"sex": "female"}), row(3, facts={"side": "left", "sex": "male"})]
    facts, [fault] = contradictions.in_facts(rows, None)
    assert facts == {"sex": "female", "side": "left"}
    assert str(fault) == (
        "row 3, column sex: This row says male, but row 2 of the same patient says female. Make them agree."
    )


def test_answers_differ_by_an_item_that_one_of_both_lacks() -> None:
    assert contradictions.differing({"q1": 1}, BEFORE) == []
    assert sorted(contradictions.differing({"q2": 0, "q3": 1}, BEFORE)) == ["q1", "q2", "q3"]


def test_a_reader_reads_it_in_german() -> None:
    """Also what is nothing."""
    with read_in("de"):
        fault = contradictions.in_answers(row(2, answers={"phq9": {"q2": 3}}), "phq9", BEFORE)
        assert "Diese Zeile sagt nichts, aber 1 ist für diese Visite gespeichert." in str(fault)
