"""Ids of patients as FHIR takes them."""

from __future__ import annotations

import re

import pytest

from surveys.exchange.fhir.answers import _patient_id


@pytest.mark.parametrize("code", ["0012", "P.1-a", "a_b", "é1", "x" * 65, "A/1"])
def test_every_code_has_an_id(code: str) -> None:
    """Itself where it can be one."""
    found = _patient_id(code)
    assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", found)
    assert (found == code) == bool(re.fullmatch(r"[A-Za-z0-9.-]{1,64}", code))
