"""The program that wrote a table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from surveys.exchange.tables import programs
from tests.support import tables


@pytest.mark.parametrize(
    ("program", "made"),
    [
        ("qualtrics", tables.qualtrics),
        ("limesurvey", tables.limesurvey_codes),
        ("limesurvey", tables.limesurvey_texts),
        ("google-forms", tables.google_forms),
        ("odk", tables.odk),
        ("kobo", tables.kobo),
        ("formr", tables.formr),
        ("plain", tables.plain),
    ],
)
def test_each_is_recognised(program: str, made: Callable[[], bytes]) -> None:
    """By what stands above its rows."""
    assert tables.table(made()).source.program == program


def test_old_qualtrics_and_redcap() -> None:
    """Two header rows, and a name that only REDCap gives."""
    old = [["V1", "Q1"], ["ResponseID", "Sleep"], ["R_1", "2"]]
    assert programs.recognised(old) == ("qualtrics", 2)
    assert programs.recognised([["record_id", "redcap_event_name"]])[0] == "redcap"
    assert programs.recognised([]) == ("plain", 1)
