"""The instruments that LOINC's codes name."""

from __future__ import annotations

import pytest

from surveys.exchange.fhir import coded
from tests.support import fhir
from tests.support.desk import LIBRARY

CODES = {f"m{number}": code for number, code in enumerate(fhir.ITEMS)}
GAD7 = {item.key: item.loinc for item in LIBRARY.get("gad7").items if item.loinc}


def named(codes: dict[str, str], panel: str = "") -> list[str]:
    """Their keys."""
    return [one.key for one in coded.named(codes, [panel], LIBRARY)]


def test_several_in_one_questionnaire() -> None:
    """The longest first, and none within another."""
    assert named({**CODES, **GAD7}) == ["phq9", "gad7"]
    with pytest.raises(coded.UnknownItems):
        named({**CODES, **dict(list(GAD7.items())[:3])})


def test_a_total_tells_of_items_that_are_absent() -> None:
    """An item without an answer may be absent of a response: eight with the PHQ-9's total are no PHQ-8."""
    eight = dict(list(CODES.items())[:8])
    assert named(eight) == ["phq8"]
    assert named({**eight, "sum": "44261-6"}) == ["phq9"]
    assert named(eight, "44249-1") == ["phq9"]


def test_codes_stand_in_several_places() -> None:
    """As a code, as an address of a definition, or as the linkId."""
    items = [
        {"linkId": "a", "code": [{"system": coded.LOINC, "code": "1-8"}, {"system": "x", "code": "y"}]},
        {"linkId": "b", "definition": "http://loinc.org/2-6"},
        {"linkId": "/3-4"},
    ]
    assert dict(coded.of_links({"item": items})) == {"a": "1-8", "b": "2-6", "/3-4": "3-4"}
