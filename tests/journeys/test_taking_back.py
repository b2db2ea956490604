"""Decisions that can be taken back: declining, messages, each part of a consent; and what was agreed to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from surveys.models import Patient as PatientRow
from surveys.models import Visit
from tests.support.patient import Patient, in_process
from tests.support.study import CONTACT, Invited, ask_consent, changing, invite, one_table


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is written is tested on both databases beside the store."""
    return sqlite_url


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody invited in a study that asks for consent."""
    made = invite(app)
    ask_consent(app)
    return made


@pytest.fixture
def patient(app: Flask, invited: Invited) -> Patient:
    """Who is asked for consent."""
    walker = Patient(in_process(app))
    walker.open(invited.token)
    walker.next()
    return walker


def follow(patient: Patient, *links: str) -> None:
    """By links alone."""
    for words in links:
        patient.get(next(path for path, said in patient.page.links.items() if said == words))


def decisions(app: Flask) -> list[str]:
    return [consent["decision"] for consent in one_table(app, "consent")]


def test_declining_says_what_follows_and_asks_once(app: Flask, patient: Patient) -> None:
    """Back leads to the text, and nothing is stored."""
    patient.press("I decline")
    assert "If you decline" in patient.page.text
    assert CONTACT in patient.page.text
    patient.press("Back")
    assert patient.page.heading == "Would you like to take part?"
    assert decisions(app) == []
    assert one_table(app, "patient")[0]["status"] == "active"


def test_a_changed_mind_is_a_new_row(app: Flask, patient: Patient, invited: Invited) -> None:
    """While the visit is open: the link leads to the text again, and the patient takes part as before."""
    patient.press("I decline")
    patient.press("Yes, I decline")
    assert CONTACT in patient.page.text
    other = Patient(in_process(app))
    other.open(invited.token)
    other.get(f"/visit/{invited.visit_id}/face/1")
    assert other.page.heading == "That is all right"
    follow(other, "I have changed my mind")
    other.post(other.path, [("parts", "research"), ("decision", "agree")])
    assert other.asked == "face/1"
    assert decisions(app) == ["declined", "agreed"]
    [row] = one_table(app, "patient")
    assert (row["status"], row["status_since"]) == ("active", datetime.now(UTC).date())
    assert row["messages_stopped_at"] is None
    actions = [event["action"] for event in one_table(app, "event") if event["actor"] == "patient"]
    assert actions[-2:] == ["consent.agreed", "patient.status"]


def test_a_changed_mind_may_come_too_late(app: Flask, patient: Patient, invited: Invited) -> None:
    """Once the window is over the link says so; what staff recorded is not the link's to change either."""
    patient.press("I decline")
    patient.press("Yes, I decline")
    with changing(app) as session:
        session.execute(update(PatientRow).values(status="died", status_reason=None))
    patient.open(invited.token)
    assert patient.status == 410
    with changing(app) as session:
        past = {"opens_on": date(2026, 1, 1), "due_on": date(2026, 1, 1)}
        over = datetime.now(UTC).date() - timedelta(days=30)
        session.execute(update(PatientRow).values(status="left"))
        session.execute(update(Visit).where(Visit.id == invited.visit_id).values(closes_on=over, **past))
    patient.open(invited.token)
    assert (patient.status, patient.page.heading) == (410, "The time for these questions has passed")


def test_what_was_agreed_to_can_be_read_and_changed(app: Flask, patient: Patient) -> None:
    """Text, version, day and parts at any time; each part by itself, as a new row."""
    patient.post(patient.path, [("parts", "research"), ("decision", "agree")])
    follow(patient, "Taking part", "What you agreed to")
    for words in ("Taking part is up to you.", "Use my answers.", "Version of the text 1", CONTACT):
        assert words in patient.page.text
    boxes = {one.value: one.checked for one in patient.step.inputs if one.kind == "checkbox"}
    assert boxes == {"research": True, "keep_answers": False}
    patient.post(patient.path, [("parts", "keep_answers"), ("parts", "nonsense")])
    patient.post(patient.path, [("parts", "keep_answers")])
    first, second = one_table(app, "consent")
    assert first["parts"] == {"research": True, "keep_answers": False}
    assert second["parts"] == {"research": False, "keep_answers": True}
    assert (second["how"], second["recorded_by"]) == ("link", "patient")
    follow(patient, "Taking part", "Stop taking part")
    assert "stays with the study under a code, as you agreed" in patient.page.text


def test_messages_can_be_had_again(app: Flask, patient: Patient) -> None:
    """Stopped, they are offered again; what was asked only once says what follows if."""
    patient.press("I agree")
    follow(patient, "Taking part", "No more messages")
    assert "If you choose this" in patient.page.text
    patient.next()
    assert one_table(app, "patient")[0]["messages_stopped_at"] is not None
    follow(patient, "Taking part", "Get messages again")
    patient.next()
    assert patient.page.heading == "You get messages again"
    assert one_table(app, "patient")[0]["messages_stopped_at"] is None
    follow(patient, "Taking part", "No more messages")


def test_stopping_says_what_becomes_of_the_answers(patient: Patient) -> None:
    """Without consent to keep them they go with the name; the end names the contact."""
    patient.press("I agree")
    follow(patient, "Taking part", "Stop taking part")
    assert "your answers are removed too" in patient.page.text
    patient.next()
    assert patient.page.heading == "That is all right"
    assert CONTACT in patient.page.text
