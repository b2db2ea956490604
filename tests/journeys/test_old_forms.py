"""A form from before the session was lost: nothing typed is lost, nothing is stored unasked."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.patient import Patient, in_process
from tests.support.study import FACE, Invited, invite, one_table


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody invited to FaCE, PHQ-9 and SAQ."""
    return invite(app)


@pytest.fixture
def patient(app: Flask, invited: Invited) -> Patient:
    """Who stands at the second item."""
    walker = Patient(in_process(app))
    walker.open(invited.token)
    walker.next()
    walker.answer(1)
    return walker


def forget(patient: Patient, fields: dict[str, str]) -> None:
    """Send a form whose token this session does not know."""
    patient._ask("POST", patient.path, [("csrf_token", "of another session"), *fields.items()])


def test_what_was_chosen_is_shown_and_goes_with_one_more_press(app: Flask, patient: Patient) -> None:
    """The page says that it was not sent yet; the choice stands; a press stores it."""
    forget(patient, {"answer": "4"})
    assert patient.status == 422
    assert "Your answer was not sent yet." in patient.replies[-1].html
    assert patient.step.checked == "4"
    assert list(one_table(app, "draft")[0]["answers"]) == ["q1"]
    patient.next()
    assert patient.asked == "face/3"
    assert one_table(app, "draft")[0]["answers"]["q2"][-1]["value"] == 4


def test_what_is_no_answer_is_not_shown(patient: Patient) -> None:
    """Only an answer of the item can come back to the page."""
    for said in ("99", "<b>", ""):
        forget(patient, {"answer": said})
        assert patient.step.checked is None
        assert "<b>" not in patient.replies[-1].html


def test_a_form_without_an_answer_shows_again(app: Flask, patient: Patient, invited: Invited) -> None:
    """The review is drawn anew; nothing is submitted."""
    patient.fill(FACE[1:])
    forget(patient, {})
    assert patient.status == 200
    assert patient.path.endswith("/face/review")
    assert one_table(app, "response") == []
    patient.next()
    assert len(one_table(app, "response")) == 1


def test_without_a_link_the_page_asks_to_open_it(app: Flask, patient: Patient) -> None:
    """On a device that has forgotten everything."""
    stranger = Patient(in_process(app))
    stranger.path = patient.path
    forget(stranger, {"answer": "4"})
    assert stranger.status == 403
    assert "Please open your personal link" in stranger.replies[-1].html


def test_another_visit_is_not_shown(app: Flask, patient: Patient) -> None:
    """The link that is open says whose answers may be seen."""
    other = invite(app, "P2")
    reader = Patient(in_process(app))
    reader.open(other.token)
    reader.path = patient.path
    forget(reader, {"answer": "4"})
    assert reader.status == 403
