"""A bad eye: the words of the study at the two worst answers, and an alert where it wants one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.models import Study
from surveys.store.visit import alert_rules
from tests.support.answers import arrived, finish
from tests.support.patient import Patient, in_process
from tests.support.study import FACE, PHQ9, SAQ, Invited, changing, invite, library, one_table

WORDS = "A sore eye? Call us on 020 7946 0000 today."


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody invited to FaCE, PHQ-9 and SAQ."""
    return invite(app, eye_texts={"en": WORDS})


@pytest.fixture
def patient(app: Flask, invited: Invited) -> Patient:
    """Who stands at the FaCE's question about a dry eye."""
    return arrived(app, invited.token, draft=FACE[:4])


def test_the_words_come_once_and_hold_nothing(app: Flask, invited: Invited, patient: Patient) -> None:
    """At a better answer nothing; at a worse one the study's words, then the next question, or the pause."""
    patient.press("Next", 3)
    assert patient.asked == "face/6"
    patient.press("Back")
    patient.press("Next", 2)
    assert (patient.page.heading, patient.asked) == ("Your eye", None)
    assert "A sore eye?" in patient.page.text
    assert "020 7946 0000" in patient.page.links.values()
    assert [button.text for button in patient.step.buttons] == ["Go on with the questions", "Stop for now"]
    elsewhere = Patient(patient.send)
    elsewhere.get(f"/visit/{invited.visit_id}")
    assert elsewhere.asked == "face/6"  # the link leads on, whether the words were passed or not
    patient.press("Stop for now")
    assert patient.page.heading == "Your answers are kept"
    assert "A sore eye?" in patient.page.text
    patient.get(f"/visit/{invited.visit_id}/face/5?change=1")
    patient.press("Save", 1)
    assert patient.asked != "face/5"
    assert patient.page.heading != "Your eye"
    assert one_table(app, "alert") == []


def test_everybody_finds_them_under_where_to_find_help(app: Flask, invited: Invited) -> None:
    """And nobody else is told: a device that did not answer shows no words at the end."""
    other = Patient(in_process(app))
    other.open(invited.token)
    other.get(f"/visit/{invited.visit_id}/find-help")
    assert "A sore eye?" in other.page.text
    bad = (*FACE[:4], 1, *FACE[5:])
    finish(app, invited.token, bad, PHQ9, SAQ)
    other.get(f"/visit/{invited.visit_id}/thanks")
    assert other.page.heading == "Thank you"
    assert "A sore eye?" not in other.page.text


def test_a_change_at_the_review_comes_back_to_it(app: Flask, invited: Invited) -> None:
    """The words of the page stand between, and the answer is kept."""
    patient = arrived(app, invited.token, draft=FACE)
    patient.get(f"/visit/{invited.visit_id}/face/5?change=1")
    patient.press("Save", 1)
    assert patient.page.heading == "Your eye"
    patient.next()
    assert patient.page.heading == "Check your answers"


def test_an_alert_where_the_study_wants_it(app: Flask, invited: Invited, patient: Patient) -> None:
    """As soon as the answer is given, once, with the last answer; sending raises no second one."""
    with changing(app) as session:
        study = session.scalars(select(Study)).one()
        told = {"instrument": "face", "scale": "q5", "kind": "this_bad", "threshold": 2}
        alert_rules.add(session, study, library(app), **told, at=datetime.now(UTC), actor="test")  # type: ignore[arg-type]
    patient.answer(1)
    [alert] = one_table(app, "alert")
    assert (alert["rule"], alert["first_answer"], alert["state"]) == ("q5_at_most_2", 1, "new")
    assert one_table(app, "response") == []
    patient.press("Back")
    patient.answer(4)
    patient.fill(FACE[5:])
    patient.next()
    [alert] = one_table(app, "alert")
    assert (alert["first_answer"], alert["last_answer"]) == (1, 4)
