"""Totals that the other program computed, compared with ours."""

from __future__ import annotations

from datetime import date

import pytest

from surveys.exchange.import_file import ImportRow
from surveys.exchange.tables import redcap_dictionary, redcap_records, totals
from surveys.exchange.tables.mapping import FileMapping, InstrumentColumns
from surveys.exchange.tables.redcap_records import Asked
from tests.support import redcap
from tests.support.desk import LIBRARY
from tests.support.tables import ANSWERS

ITEMS = {f"q{number}": f"phq_{number}" for number in range(1, 10)}
WHOLE = ",".join(f"[{name}]" for name in ITEMS.values())


def told(formula: str) -> list[str]:
    """What is said of the project's data, whose total is 10 three times and then 15."""
    content = redcap.dictionary().replace(b"sum([phq_1],[phq_2])", f"sum({formula})".encode())
    book = redcap_dictionary.read(content)
    table = redcap_records.read("data.csv", redcap.data(), book, Asked())
    mapping = FileMapping(instruments={"phq9": InstrumentColumns(ITEMS)})
    rows = []
    for (number, cells), given in zip(table.rows, [*ANSWERS, ANSWERS[1]], strict=False):
        answers = {f"q{place}": value for place, value in enumerate(given, 1) if value is not None}
        rows.append(ImportRow(number, cells[0], cells[1], date(2024, 3, 1), answers={"phq9": answers}))
    return list(totals.told(table, mapping, LIBRARY, rows))


def test_what_differs_is_told_with_the_first() -> None:
    """How REDCap and the instrument's own rule treat what is missing is no fault, but must be known."""
    [said] = told(WHOLE)
    assert said == (
        "phq_total of 3 rows differs from Seventh's: record 1, baseline_arm_1: 10 there, 11.25 here "
        "(1 item missing; REDCap counts them as 0)."
    )


@pytest.mark.parametrize("formula", ["[phq_1],[phq_2]", f"{WHOLE},[phq_10]", "1"])
def test_only_a_total_of_the_same_items_is_compared(formula: str) -> None:
    """Another sum means something else."""
    assert told(formula) == []
