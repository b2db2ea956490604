"""From the link: stop taking part, no more messages, and a request to be removed by name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from tests.support.answers import arrived
from tests.support.patient import Patient
from tests.support.staff import signed_in
from tests.support.study import FACE, Invited, invite, one_table


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody invited to FaCE, PHQ-9 and SAQ."""
    return invite(app)


@pytest.fixture
def patient(app: Flask, invited: Invited) -> Patient:
    """Who has answered a little."""
    return arrived(app, invited.token, draft=FACE[:3])


def wish(patient: Patient, link: str) -> None:
    """By links alone to the page of that decision, and press its one button."""
    for words in ("Taking part", link):
        patient.get(next(path for path, said in patient.page.links.items() if said == words))
    patient.next()


def actions(app: Flask) -> list[str]:
    return [event["action"] for event in one_table(app, "event") if event["actor"] == "patient"]


def test_stopping_acts_at_once(app: Flask, patient: Patient, invited: Invited) -> None:
    """A kind end; the link opens nothing any more, and what was answered is kept."""
    wish(patient, "Stop taking part")
    assert patient.page.heading == "That is all right"
    [row] = one_table(app, "patient")
    assert (row["status"], row["status_since"]) == ("left", datetime.now(UTC).date())
    assert row["messages_stopped_at"] is not None
    assert actions(app) == ["patient.left"]
    patient.open(invited.token)
    assert (patient.status, patient.page.heading) == (410, "You are not taking part any more")
    assert len(one_table(app, "draft")[0]["answers"]) == 3


def test_a_decision_from_before_the_session_was_lost_decides_nothing(
    app: Flask, patient: Patient, invited: Invited
) -> None:
    """The visit goes on from where it stands, and says nothing of a fault."""
    patient._ask(
        "POST", f"/visit/{invited.visit_id}/taking-part/stop", [("csrf_token", "of another session")]
    )
    assert patient.status == 200
    assert actions(app) == []


def test_no_more_messages_leaves_the_questions_open(app: Flask, patient: Patient) -> None:
    """The flag stands at once; one goes on where one was."""
    wish(patient, "No more messages")
    assert patient.page.heading == "You get no more messages"
    assert patient.page.steps == []
    [row] = one_table(app, "patient")
    assert (row["status"], row["removal_requested_at"]) == ("active", None)
    assert row["messages_stopped_at"] is not None
    assert actions(app) == ["patient.messages_stopped"]
    patient.get(next(path for path, said in patient.page.links.items() if said == "Back to the questions"))
    assert patient.asked == "face/4"


def test_removal_is_a_request_to_the_staff(app: Flask, patient: Patient) -> None:
    """Messages stop; the list and the patient's page say so, and nothing is removed."""
    wish(patient, "Remove my name and contact details")
    assert patient.page.heading == "Your request is with the clinic"
    [row] = one_table(app, "patient")
    assert row["messages_stopped_at"] == row["removal_requested_at"]
    assert actions(app) == ["patient.removal_requested"]
    member = signed_in(app)
    for page in ("/staff/S1/patients", "/staff/S1/patients/P1"):
        assert "Asks to be removed" in member.get(page).text


def test_there_is_no_other_decision(patient: Patient, invited: Invited) -> None:
    """Made-up addresses lead nowhere, by form neither."""
    for path in ("everything", "everything/done", "stop/done"):
        patient.get(f"/visit/{invited.visit_id}/taking-part/{path}")
        assert patient.status == 404
    patient.post(f"/visit/{invited.visit_id}/taking-part/everything", {})
    assert patient.status == 404
