"""Responses of FHIR as other programs write them, made up here."""

from __future__ import annotations

import json
from typing import Any

LOINC = "http://loinc.org"
ITEMS = (
    *("44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3"),
    "44260-8",
)
CODES = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")
VALUES = (0, 1, 2, 3, 0, 1, 2, 3, 0)
TOTAL = 12


def response(**changes: Any) -> dict[str, Any]:
    """A PHQ-9 of LOINC's own form; the items stand in another order than ours."""
    items = [
        {"linkId": f"/{code}", "answer": [{"valueCoding": {"system": LOINC, "code": CODES[value]}}]}
        for code, value in zip(ITEMS, VALUES, strict=True)
    ]
    total = {"linkId": "/44261-6", "answer": [{"valueDecimal": TOTAL}]}
    made = {
        "resourceType": "QuestionnaireResponse",
        "id": "r1",
        "status": "completed",
        "subject": {"reference": "Patient/P1"},
        "authored": "2025-03-01T10:00:00.123Z",
        "item": [{"linkId": "g", "item": items[::-1]}, total],
    }
    return {**made, **changes}


def questionnaire(**changes: Any) -> dict[str, Any]:
    """A PHQ-9 whose linkIds and codes of options are another program's; its options are weighed."""
    url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
    options = [
        {"valueCoding": {"code": f"o{value}"}, "extension": [{"url": url, "valueDecimal": value}]}
        for value in range(4)
    ]
    made = {
        "resourceType": "Questionnaire",
        "url": "http://clinic.example/mood",
        "item": [
            {
                "linkId": f"m{number}",
                "type": "choice",
                "code": [{"system": LOINC, "code": code}],
                "answerOption": options[::-1],
            }
            for number, code in enumerate(ITEMS, start=1)
        ],
    }
    return {**made, **changes}


def of_clinic(**changes: Any) -> dict[str, Any]:
    """A response to that questionnaire."""
    items = [
        {"linkId": f"m{number}", "answer": [{"valueCoding": {"code": f"o{value}"}}]}
        for number, value in enumerate(VALUES, start=1)
    ]
    return response(**{"questionnaire": "http://clinic.example/mood|1", "item": items, **changes})


def packed(*resources: dict[str, Any]) -> bytes:
    """One resource, or a bundle of several."""
    if len(resources) == 1:
        return json.dumps(resources[0]).encode()
    entries = [{"resource": one} for one in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()
