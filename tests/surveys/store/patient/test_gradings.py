"""Gradings: computed from their parts, once a day and scale."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Event, Grading, Palsy, Patient
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import gradings
from tests.surveys.store.conftest import AT

TODAY = AT.date()
MIXED = {f"q{n}": value for n, value in enumerate((1, 1, 0, 3, 4, 3, 2, 3, 1, 0, 1, 1, 2), 1)}
LOWEST = {f"q{n}": value for n, value in enumerate((1, 2, 1, 1, 1, 1, 1, 1, 3, 3, 3, 3, 3), 1)}


def grade(
    session: Session, patient: Patient, library: Library, scale: str, parts: Mapping[str, int], **facts: Any
) -> Grading:
    told: dict[str, Any] = {"on": TODAY, "mode": "in_person", "today": TODAY, "at": AT, "actor": "staff:1"}
    palsy = session.scalars(select(Palsy).where(Palsy.patient_id == patient.id)).one()
    return gradings.add(session, patient, palsy, scale, parts, library, **{**told, **facts})


def test_sunnybrook_is_its_parts_composite(session: Session, patient: Patient, library: Library) -> None:
    """The definition's own worked example; the parts stay beside the composite."""
    graded = grade(session, patient, library, "sunnybrook", MIXED)
    session.commit()
    assert graded.value == 45
    assert graded.parts is not None
    assert graded.parts["q5"] == "4"
    assert grade(session, patient, library, "house_brackmann", {"q1": 3}).value == 3


def test_what_cannot_be_is_refused(session: Session, patient: Patient, library: Library) -> None:
    """Twice on one day, ahead, before the birth, in part, or below the scale."""
    grade(session, patient, library, "house_brackmann", {"q1": 3})
    tomorrow = TODAY + timedelta(days=1)
    for scale, parts, on, field in (
        ("house_brackmann", {"q1": 2}, TODAY, "graded_on"),
        ("house_brackmann", {"q1": 2}, tomorrow, "graded_on"),
        ("house_brackmann", {"q1": 2}, date(1880, 1, 1), "graded_on"),
        ("sunnybrook", {"q1": 1}, TODAY, "parts"),
        ("sunnybrook", LOWEST, TODAY, "parts"),
    ):
        with pytest.raises(Refused) as refused:
            grade(session, patient, library, scale, parts, on=on)
        assert refused.value.field == field
    assert len(session.scalars(select(Grading)).all()) == 1


def test_an_error_leaves_the_analyses_and_stays_in_the_trail(
    session: Session, patient: Patient, library: Library
) -> None:
    """With a reason; the right one may then be entered for the same day. The proof holds."""
    graded = grade(session, patient, library, "house_brackmann", {"q1": 6})
    session.commit()
    with pytest.raises(Refused) as refused:
        gradings.remove(session, patient, graded, reason=" ", at=AT, actor="staff:1")
    assert refused.value.field == "reason"
    gradings.remove(session, patient, graded, reason="another patient's", at=AT, actor="staff:1")
    grade(session, patient, library, "house_brackmann", {"q1": 2})
    session.commit()
    assert session.scalars(select(Grading.value)).all() == [2]
    [event] = session.scalars(select(Event).where(Event.action == "grading.removed")).all()
    assert (event.facts["value"], event.facts["on"]) == (6, TODAY.isoformat())
    assert event.reason == "another patient's"
    assert list(audit.verify(session)) == []
