"""Where rows contradict each other or what is stored; `test_refused_imports` has each with its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from surveys.catalogues import read_in
from surveys.exchange import contradictions
from surveys.exchange.contradictions import Calendar
from surveys.exchange.import_file import ImportRow
from surveys.exchange.stored import StoredResponse
from surveys.store.patient.patients import NewTreatment, PartialDate

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


def test_a_treatment_has_the_details_of_all_rows_that_tell_of_it() -> None:
    day = PartialDate(date(2024, 3, 15), "day")
    toxin = NewTreatment("botulinum_toxin", day, dose=20.0, unit="U")
    rows = [
        row(2, treatments=(toxin, NewTreatment("massage"))),
        row(3, treatments=(NewTreatment("botulinum_toxin", day, product="Own", side="left"),)),
    ]
    united, faults = contradictions.in_treatments(rows)
    assert (united, faults) == (
        {replace(toxin, product="Own", side="left"): rows[0], NewTreatment("massage"): rows[0]},
        [],
    )


def test_details_of_one_treatment_that_differ_are_told() -> None:
    """Else the second dose of a day would be lost without a word."""
    day = PartialDate(date(2024, 3, 15), "day")
    rows = [
        row(number, treatments=(NewTreatment("botulinum_toxin", day, dose=dose, unit="U"),))
        for number, dose in ((2, 20.0), (3, 25.0))
    ]
    _, [fault] = contradictions.in_treatments(rows)
    assert str(fault) == (
        "row 3, column treatments: Row 2 says 20.0 as the dose of the botulinum_toxin of 2024-03-15, "
        "and this row 25.0. A day has one treatment of a kind: make one of both."
    )


def test_details_other_than_the_stored_ones_are_told() -> None:
    """An empty cell says nothing; what was not stored is not added."""
    given = NewTreatment("botulinum_toxin", PartialDate(date(2024, 3, 15), "day"), dose=20.0, unit="U")
    stored = {"product": "Own", "dose": 20.0, "unit": "U", "side": None}
    assert not list(contradictions.in_treatment(row(2), given, stored))
    for before, told in ((25.0, "25.0"), (None, "nothing")):
        [fault] = contradictions.in_treatment(row(2), given, {**stored, "dose": before})
        assert f"20.0 as the dose of the botulinum_toxin of 2024-03-15, but {told} is stored." in str(fault)


def test_answers_differ_by_an_item_that_one_of_both_lacks() -> None:
    assert contradictions.differing({"q1": 1}, BEFORE) == []
    assert sorted(contradictions.differing({"q2": 0, "q3": 1}, BEFORE)) == ["q1", "q2", "q3"]


def test_a_reader_reads_it_in_german() -> None:
    """Also what is nothing."""
    with read_in("de"):
        fault = contradictions.in_answers(row(2, answers={"phq9": {"q2": 3}}), "phq9", BEFORE)
        assert "Diese Zeile sagt nichts, aber 1 ist für diese Visite gespeichert." in str(fault)
