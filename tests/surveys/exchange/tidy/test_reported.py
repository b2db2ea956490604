"""What patients reported, beside what staff decided: each cell of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.background import SENT, questions_of
from surveys.exchange.tidy.reported import REPORTED
from surveys.models import Background, BackgroundCheck, Patient, Visit
from tests.support.study import changing, invite
from tests.surveys.exchange.tidy.test_answers import rows

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
MONTH = {"on": "2026-02-01", "precision": "month"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a cell tells is worked out in Python."""
    return sqlite_url


def say(app: Flask, visit_id: int, question: str, answer: dict[str, Any], *outcomes: str) -> None:
    with changing(app) as session:
        told = Background(
            visit_id=visit_id, question=question, answer=answer, locale="de", reported_by="patient", at=AT
        )
        session.add(told)
        session.flush()
        for outcome in outcomes:
            session.add(
                BackgroundCheck(
                    background_id=told.id,
                    fact=question,
                    outcome=outcome,
                    recorded={},
                    checked_by="staff:1",
                    checked_at=AT,
                )
            )
            session.flush()


def test_each_kind_of_answer_has_its_cells(app: Flask) -> None:
    """A code, several, a date, a skipped question; the last decision counts."""
    visit_id = invite(app, "P1", at=AT).visit_id
    say(app, visit_id, "side", {"value": "left"}, "kept", "confirmed")
    say(app, visit_id, "symptoms", {"value": ["eye", "pain"]})
    say(app, visit_id, "onset", {"value": MONTH}, "corrected")
    say(app, visit_id, "cause", {"skipped": True})
    found = {line.pop("question"): line for line in rows(app, REPORTED)}
    blank = dict.fromkeys(
        ("value", "value_days", "value_precision", "not_given", "decision", "value_on"), ""
    ) | {"patient": "P1", "visit": "baseline", "occurrence": "1", "locale": "de"}
    onset = {"value_days": "-23", "value_precision": "month", "value_on": "2026-02", "decision": "corrected"}
    assert found == {
        "side": blank | {"value": "left", "decision": "confirmed"},
        "symptoms": blank | {"value": "eye;pain"},
        "onset": blank | onset,
        "cause": blank | {"not_given": "skipped"},
    }


def test_only_the_last_answer_of_a_visit_is_told(app: Flask) -> None:
    """Its decisions too: those about an earlier answer are of that one."""
    first, second = (invite(app, code, at=AT).visit_id for code in ("P1", "P2"))
    say(app, first, "side", {"value": "left"}, "confirmed")
    say(app, first, "side", {"value": "right"})
    say(app, second, "side", {"value": "both"})
    assert [(line["patient"], line["value"], line["decision"]) for line in rows(app, REPORTED)] == [
        ("P1", "right", ""),
        ("P2", "both", ""),
    ]


def test_a_date_of_what_is_ticked_no_more_is_left_out(app: Flask) -> None:
    visit_id = invite(app, "P1", at=AT).visit_id
    say(app, visit_id, "treatments", {"value": ["massage"]})
    say(app, visit_id, "massage", {"value": MONTH})
    assert [line["question"] for line in rows(app, REPORTED)] == ["massage", "treatments"]
    other = invite(app, "P2", at=AT).visit_id
    say(app, other, "treatments", {"value": []})
    assert [line["question"] for line in rows(app, REPORTED)] == ["massage", "treatments", "treatments"]
    say(app, visit_id, "treatments", {"value": []})
    assert [line["question"] for line in rows(app, REPORTED)] == ["treatments", "treatments"]


def test_each_form_tells_all_that_it_asks(app: Flask) -> None:
    """The short form of a later visit asks what the first one does not."""
    for number, form in enumerate(("whole", "short")):
        visit_id = invite(app, f"P{number}", at=AT).visit_id
        asked = questions_of(form, {})
        for question in asked:
            say(app, visit_id, question, {"skipped": True})
        say(app, visit_id, SENT, {"value": form})
        found = {line["question"] for line in rows(app, REPORTED) if line["patient"] == f"P{number}"}
        assert found == {*asked, SENT}


def test_a_withdrawn_visit_tells_nothing(app: Flask) -> None:
    invited = invite(app, "P1", at=AT)
    say(app, invited.visit_id, "side", {"value": "left"})
    with changing(app) as session:
        session.get_one(Visit, invited.visit_id).withdrawn_at = AT
        enrolled = session.scalars(select(Patient.enrolled_on)).one()
    assert (rows(app, REPORTED), enrolled) == ([], date(2026, 3, 10))
