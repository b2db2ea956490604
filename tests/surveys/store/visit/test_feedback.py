"""What a study gives back; `tests/journeys/test_comes_back.py` walks through the pages."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import AlertRule, FeedbackShown, Patient, Study, Visit
from surveys.store.errors import Refused
from surveys.store.visit import feedback
from tests.surveys.store.conftest import AT


def change(session: Session, study: Study, library: Library, **facts: object) -> bool:
    session.refresh(study, ["timepoints"])
    return feedback.change(session, study, facts, library, at=AT, actor="test")


def test_scores_come_with_the_rules_that_tell_staff(session: Session, study: Study, library: Library) -> None:
    """For each shown scale with a published amount, once; words are needed in each language."""
    assert change(session, study, library, feedback=["scores"])
    assert not change(session, study, library, feedback=["scores"])
    assert change(session, study, library, feedback=["scores", "answers"])
    rules = session.scalars(select(AlertRule).where(AlertRule.study_id == study.id)).all()
    assert sorted((rule.instrument, rule.scale, rule.kind) for rule in rules) == [
        ("face", "total", "worse"),
        ("fdi", "physical", "worse"),
    ]
    with pytest.raises(Refused, match="Say in English who uses the answers"):
        change(session, study, library, feedback=["use"])
    with pytest.raises(Refused, match="from the list"):
        change(session, study, library, feedback=["mood"])


def test_what_was_shown_is_noted_once(session: Session, patient: Patient) -> None:
    visit = session.scalars(select(Visit).where(Visit.patient_id == patient.id).limit(1)).one()
    for _ in range(2):
        feedback.note(session, visit.id, patient.id, "scores", at=AT)
    assert session.scalars(select(FeedbackShown.what)).all() == ["scores"]
    assert feedback.is_noted(session, visit.id, "scores")
    assert not feedback.is_noted(session, visit.id, "doctor")
