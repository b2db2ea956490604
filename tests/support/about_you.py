"""A patient's answers about palsy and treatments, as the form sends them and as they are stored.

`tell` stores them without the pages, for tests that begin with a form that was sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask
from werkzeug.datastructures import MultiDict

from surveys.forms.background import question_form
from surveys.store.visit import background, links, opening
from tests.support.patient import Fields
from tests.support.study import Invited, changing, texts

WHOLE: Sequence[tuple[str, str]] = (
    ("had_before", "answer=first_time"),
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
    "had_before": "first_time",
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


def tell(app: Flask, invited: Invited, answers: Sequence[tuple[str, str]] = WHOLE) -> None:
    """Give the answers through the store, as the form reads them, and send it."""
    at = datetime.now(UTC)
    with changing(app) as session:
        link_id = links.find(session, invited.token)
        assert link_id is not None
        visit = opening.load(session, link_id, texts(app), device="phone", at=at, lock=True)
        told = visit.background
        assert told is not None
        for question, fields in as_sent(answers).items():
            form = question_form(question)(MultiDict(fields))
            assert form.fits(visit.today), form.fault
            background.say(
                session,
                visit.id,
                told,
                question,
                form.said,
                device=visit.device,
                locale="en",
                today=visit.today,
                at=at,
            )
            told = replace(told, given={**told.given, question: form.said})
        assert background.send(session, visit.id, visit.patient_id, told, locale="en", at=at)
