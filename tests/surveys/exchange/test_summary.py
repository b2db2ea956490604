"""The counts of an import, in words and for the trail."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from surveys.exchange.import_file import ImportRow
from surveys.exchange.summary import TOLD, ScaleCount, Summary
from surveys.store.visit.alerts import HISTORICAL_AFTER

from .conftest import LIBRARY, NOW

ITEMS = [item.key for item in LIBRARY.get("phq9").items][:9]
WHOLE = dict.fromkeys(ITEMS, 1)


def counted(*planned: tuple[dict[str, Any], bool, timedelta, dict[str, Any]], **how: Any) -> Summary:
    """The summary of rows: their answers, whether the visit is new, how old they are, what is new of them."""
    day = date(2025, 1, 1)
    rows = [
        (ImportRow(number, "P1", "a", day, answers=answers), new, dict.fromkeys(answers, NOW - age), fresh)
        for number, (answers, new, age, fresh) in enumerate(planned, start=2)
    ]
    facts: dict[str, Any] = {"spellings": {}, "outside": [], "new_patients": 0, "stored_patients": 0}
    return Summary.of(rows, LIBRARY, **facts | {"treatments": 0, "gradings": 0, "at": NOW} | how)


def test_rows_visits_and_responses_are_counted() -> None:
    """What is stored already is no new response."""
    summary = counted(
        ({"phq9": WHOLE}, True, timedelta(0), {"phq9": WHOLE}),
        ({"phq9": WHOLE, "saq": {"q1": 1}}, False, timedelta(0), {"saq": {"q1": 1}}),
        ({}, True, timedelta(0), {}),
    )
    assert (summary.rows, summary.without_response) == (3, 1)
    assert (summary.new_visits, summary.stored_visits) == (2, 1)
    assert (summary.new_responses, summary.stored_responses) == (2, 1)
    assert set(summary.scales) == {"phq9.total", "saq.total"}


def test_codes_that_a_spreadsheet_changed_are_told() -> None:
    """With their first row; codes such as 1E5 and 0012 are no spreadsheet's."""
    day = date(2025, 1, 1)
    codes = ("1e+05", "1E5", "0012", "1e+05")
    rows = [
        (ImportRow(number, code, "a", day, answers={}), True, {}, {}) for number, code in enumerate(codes, 2)
    ]
    facts: dict[str, Any] = {"spellings": {}, "outside": [], "new_patients": 0, "stored_patients": 0}
    told = Summary.of(rows, LIBRARY, **facts, treatments=0, gradings=0, at=NOW).remarks()
    assert told == ["Patient codes that look like numbers which a spreadsheet has changed: 1e+05 in row 2."]


def test_scores_are_counted_by_their_outcome() -> None:
    almost = {key: value for key, value in WHOLE.items() if key != "q9"}
    few = {"q1": 1}
    summary = counted(
        *(({"phq9": one}, True, timedelta(0), {"phq9": one}) for one in (WHOLE, WHOLE, almost, few))
    )
    count = summary.scales["phq9.total"]
    assert count == ScaleCount(complete=2, prorated=1, unscored=1)
    assert count.scored == 3
    assert "phq9.total: 3 scored (2 complete, 1 prorated), 1 without a score." in summary.lines()


def test_alerts_of_old_answers_are_historical() -> None:
    """A day of age more or less decides."""
    sad = {**WHOLE, "q9": 2}
    second = timedelta(seconds=1)
    rows = [
        ({"phq9": sad}, True, age, {"phq9": sad}) for age in (HISTORICAL_AFTER, HISTORICAL_AFTER + second)
    ]
    summary = counted(*rows, ({"phq9": {**WHOLE, "q9": 0}}, True, timedelta(0), {"phq9": {**WHOLE, "q9": 0}}))
    assert (summary.new_alerts, summary.historical_alerts) == (1, 1)
    assert summary.lines()[-1] == "Raises 2 alerts: 1 new, 1 historical."
    assert summary.facts() == {"rows": 3, "patients": 0, "visits": 3, "responses": 3, "alerts": 2}


def test_further_facts_are_told_where_there_are_any() -> None:
    assert counted().lines() == [
        "Rows: 0; without a response: 0.",
        "Patients: 0 new, 0 already stored.",
        "Visits: 0 new, 0 already stored.",
        "Responses: 0 new, 0 already stored.",
        "Raises 0 alerts: 0 new, 0 historical.",
    ]
    summary = counted(treatments=2, new_patients=3, stored_patients=1)
    assert summary.lines()[1] == "Patients: 3 new, 1 already stored."
    assert summary.lines()[4] == "For patients already stored: 2 further treatments, 0 further gradings."
    assert counted(gradings=1).lines()[4].endswith("0 further treatments, 1 further grading.")


def test_what_was_perhaps_not_meant_is_remarked() -> None:
    """The first of them by name, the others by number."""
    assert counted().remarks() == []
    summary = counted(spellings={"p-1": "P-1"}, outside=["before op", "before op", "later"])
    assert summary.remarks() == [
        "Codes that read the same are one patient: p-1 is P-1.",
        "Visits that the plan does not have: before op (2), later (1).",
    ]
    names = [f"v{number}" for number in range(TOLD)]
    [told] = counted(outside=names).remarks()
    assert told.endswith(f"{names[-1]} (1).")
    [told] = counted(outside=[*names, "x", "y"]).remarks()
    assert told.endswith(f"{names[-1]} (1), and 2 more.")
