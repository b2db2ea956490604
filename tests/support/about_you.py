"""A patient's answers about palsy and treatments, as the form sends them and as they are stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from tests.support.patient import Fields

WHOLE: Sequence[tuple[str, str]] = (
    ("onset", "month=3&year=2024"),
    ("side", "answer=left"),
    ("cause", "answer=bells_palsy"),
    ("treatments", "answer=oral_corticosteroid&answer=operation"),
    ("operations", "answer=eyelid_weight"),
    ("oral_corticosteroid", "day=4&month=3&year=2024"),
    ("eyelid_weight", "year=2025"),
    ("symptoms", "answer=none"),
    ("mood_before", "answer=prefer_not_to_say"),
    ("recovered", "answer=nearly"),
)
AS_STORED: dict[str, Any] = {
    "onset": {"on": "2024-03-01", "precision": "month"},
    "side": "left",
    "cause": "bells_palsy",
    "treatments": ["oral_corticosteroid", "operation"],
    "operations": ["eyelid_weight"],
    "oral_corticosteroid": {"on": "2024-03-04", "precision": "day"},
    "eyelid_weight": {"on": "2025-01-01", "precision": "year"},
    "symptoms": [],
    "mood_before": "prefer_not_to_say",
    "recovered": "nearly",
}


def as_sent(answers: Sequence[tuple[str, str]]) -> dict[str, Fields]:
    """The fields of each question."""
    return {question: parse_qsl(fields) for question, fields in answers}
