"""The reason of a change, and what the trail says of it."""

from __future__ import annotations

from datetime import date

import pytest

from surveys.store.errors import Refused
from surveys.store.patient import changes


def test_a_known_fact_changes_for_a_reason() -> None:
    """Blanks are none; what was not known is filled in without one."""
    for none in (None, "", " \t"):
        assert changes.why(none, known=False) is None
        with pytest.raises(Refused) as refused:
            changes.why(none, known=True)
        assert refused.value.field == "reason"
    assert changes.why(" a slip ", known=True) == "a slip"


def test_both_sides_of_a_change_are_told() -> None:
    """Of what changed alone; a day as text."""
    before = {"sex": "male", "on": date(2026, 3, 1), "site": None}
    told = changes.told(before, {"on": date(2026, 4, 1), "site": "North"})
    assert told == {
        "on": "2026-04-01",
        "on_before": "2026-03-01",
        "site": "North",
        "site_before": None,
    }
