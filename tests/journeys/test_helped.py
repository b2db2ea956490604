"""Whether anyone helped: asked once at the end of a visit, kept, and heeded by the analysis."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from analysis.data.frame import scored
from surveys.db import db
from surveys.frames import study_frames
from surveys.models import Study
from tests.support.answers import arrived
from tests.support.patient import Patient, in_process
from tests.support.study import FACE, PHQ9, SAQ, Invited, invite, library, one_table, stored


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody invited to FaCE, PHQ-9 and SAQ."""
    return invite(app)


@pytest.fixture
def patient(app: Flask, invited: Invited) -> Patient:
    """Who submitted everything and is asked whether anyone helped."""
    walker = arrived(app, invited.token, FACE, PHQ9, draft=SAQ)
    walker.next()
    return walker


def test_it_is_asked_after_the_last_review(patient: Patient) -> None:
    """Four answers, none of them chosen; everything is saved by then."""
    assert patient.page.heading == "Did anyone help you?"
    assert len(patient.step.radios) == 4
    assert patient.step.checked is None
    assert patient.step.radios[0].value == "patient"


@pytest.mark.parametrize("said", ["patient", "typed_by_other", "chosen_by_other", "interpreter"])
def test_what_was_said_is_kept(app: Flask, patient: Patient, said: str) -> None:
    """With its event; then come the thanks."""
    patient.answer(said)
    assert patient.page.heading == "Thank you"
    assert [row["answered_by"] for row in one_table(app, "assistance")] == [said]
    assert "visit.help_told" in [event["action"] for event in one_table(app, "event")]


def test_it_may_be_passed_over(app: Flask, patient: Patient) -> None:
    """Going on without an answer is kept as such, and nobody asks again."""
    patient.next()
    assert patient.page.heading == "Thank you"
    assert [row["answered_by"] for row in one_table(app, "assistance")] == [None]


def test_it_waits_for_whoever_left_before(app: Flask, patient: Patient, invited: Invited) -> None:
    """The link leads back to it, as do the thanks; once said, what was said first stands."""
    other = Patient(in_process(app))
    other.open(invited.token)
    assert other.page.heading == "Did anyone help you?"
    other.get(f"/visit/{invited.visit_id}/thanks")
    other.answer("interpreter")
    before = stored(app)
    patient.answer("patient")
    assert patient.page.heading == "Thank you"
    assert stored(app) == before


def test_nobody_tells_before_the_end(app: Flask, invited: Invited) -> None:
    """The form sent early stores nothing and leads to what is open."""
    patient = Patient(in_process(app))
    patient.open(invited.token)
    patient.next()
    patient.post(f"/visit/{invited.visit_id}/helped", {"answer": "patient"})
    assert patient.page.heading == "How is your face, and how are you?"
    assert one_table(app, "assistance") == []


@pytest.mark.parametrize(("said", "phq9"), [("chosen_by_other", 0), ("typed_by_other", 1)])
def test_mood_that_somebody_else_chose_is_not_analysed(
    app: Flask, patient: Patient, said: str, phq9: int
) -> None:
    """The PHQ-9 stays stored but counts nowhere; the other questionnaires do."""
    patient.answer(said)
    with app.app_context():
        study = db.session.scalars(select(Study)).one()
        frames = study_frames(db.session, study, library(app))
    assert set(frames.scores["answered_by"]) == {said}
    assert frames.scores["value"].notna().all()
    counted = scored(frames).dropna(subset="value")
    assert (counted["scale"] == "phq9.total").sum() == phq9
    assert (counted["scale"] == "face.total").sum() == 1
