"""Whatever can be written into an import file comes out of the database as it went in."""

from __future__ import annotations

import csv
import io
import itertools
import json
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.examples import examples

from .conftest import LIBRARY, Desk

ITEMS = {
    f"{key}_{item.key}": LIBRARY.get(key).values(item.key)
    for key in ("face", "phq9", "saq")
    for item in LIBRARY.get(key).items
}
codes = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9+._/-]{0,20}", fullmatch=True)
# Names as a keyboard makes them; one that begins as a formula is refused (`tests/surveys/test_typed.py`).
names = (
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30)
    .map(partial(unicodedata.normalize, "NFC"))
    .filter(lambda name: name[0] not in "=+-@")
)
visits = names | st.sampled_from(["baseline", "3 months", "before, after", 'the "big" visit'])
days = st.dates(date(2001, 1, 1), date(2025, 6, 1))
answers = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(values) for name, values in ITEMS.items()}
)
rows = st.fixed_dictionaries({"patient": codes, "visit": visits, "completed_on": days, "answers": answers})
numbers = itertools.count()


def told(row: dict[str, Any]) -> dict[str, dict[str, int]]:
    """The answers of a row by instrument."""
    found: dict[str, dict[str, int]] = {}
    for name, value in row["answers"].items():
        key, item = name.split("_")
        found.setdefault(key, {})[item] = value
    return found


def of_whom(row: dict[str, Any]) -> tuple[str, str]:
    """Patient, in whichever capitals, and visit: names and keys of the plan are one."""
    return row["patient"].casefold(), {"3 months": "month_3"}.get(row["visit"], row["visit"])


def is_same(row: dict[str, Any]) -> tuple[str, str]:
    """What makes two rows the same visit."""
    patient, visit = of_whom(row)
    return patient, visit.casefold()


@settings(examples(5), suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.lists(rows, min_size=1, max_size=8, unique_by=is_same))
def test_rows_round_trip(make_desk: Callable[..., Desk], drawn: list[dict[str, Any]]) -> None:
    """Patients, visits, days and answers; importing the same again stores nothing."""
    desk = make_desk(code=f"S{next(numbers)}")
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, ["patient", "visit", "completed_on", *ITEMS])
    writer.writeheader()
    for row in drawn:
        facts = {name: row[name] for name in ("patient", "visit", "completed_on")}
        writer.writerow(facts | row["answers"])
    summary = desk.take(file.getvalue())
    expected = {
        (*of_whom(row), str(row["completed_on"]), key): given
        for row in drawn
        for key, given in told(row).items()
    }
    stored = {
        (patient.casefold(), visit, on, key): json.loads(given)
        for study, patient, visit, on, key, given in desk.rows(
            "SELECT patient.study_id, patient.code, visit.name, completed_on, instrument, answers "
            "FROM response JOIN visit ON visit.id = visit_id JOIN patient ON patient.id = patient_id"
        )
        if study == desk.study_id
    }
    assert stored == expected
    assert summary.new_responses == len(expected)
    assert summary.without_response == sum(not row["answers"] for row in drawn)
    assert summary.new_visits == len(drawn)
    again = desk.take(file.getvalue())
    assert (again.new_patients, again.new_visits, again.new_responses) == (0, 0, 0)
    assert again.stored_responses == len(expected)
