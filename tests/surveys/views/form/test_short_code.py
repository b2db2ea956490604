"""How often letter codes may be tried."""

from __future__ import annotations

from flask import Flask

from tests.support.patient import Patient, in_process


def test_codes_are_counted_by_their_beginning_too(app: Flask) -> None:
    """Long before the address has had its tries; another beginning is open meanwhile."""
    walker, statuses = Patient(in_process(app)), []
    walker.get("/c")
    for end in range(12):
        walker.post("/c", {"code": f"k7mp {end}", "birth_year": "1970"})
        statuses.append(walker.status)
    assert statuses == [422] * 10 + [429] * 2
    walker.get("/c")
    walker.post("/c", {"code": "2222-2", "birth_year": "1970"})
    assert walker.status == 422
