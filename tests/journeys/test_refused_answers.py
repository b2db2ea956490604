"""Answers that are none: a sentence that says what to do, the right status, and nothing stored."""

from __future__ import annotations

from functools import partial

import pytest
from flask import Flask

from tests.support.answers import arrived
from tests.support.patient import Patient, in_process
from tests.support.study import Invited, invite, one_table, stored

long = partial(pytest.param, marks=pytest.mark.long)  # one value of its family that the proofs take


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody invited to FaCE, PHQ-9 and SAQ."""
    return invite(app)


@pytest.fixture
def patient(app: Flask, invited: Invited) -> Patient:
    """Who stands at the second item of FaCE."""
    return arrived(app, invited.token, draft=[3])


NO_CHOICE = [
    [("answer", "7")],
    long([("answer", "0")]),
    long([("answer", "-1")]),
    long([("answer", "x")]),
    long([("answer", "1.5")]),
    [("answer", "")],
    long([("answer", " 1")]),
    long([("answer", "1_")]),
    long([("answer", "0_1")]),
    [("answer", "１")],
    long([("answer", "9" * 5000)]),
    [("answer", "1\x00")],
    [("answer", "1"), ("answer", "2")],
    [("answer", "7"), ("go", "back")],
    long([("answer", "7"), ("change", "1")]),
]


@pytest.mark.parametrize("fields", NO_CHOICE, ids=str)
def test_an_answer_outside_the_choices_is_refused(
    app: Flask, patient: Patient, fields: list[tuple[str, str]]
) -> None:
    """422, the question again with what to do, nothing stored."""
    before = stored(app)
    patient.post(patient.path, fields)
    assert (patient.status, patient.asked) == (422, "face/2")
    assert "That is not one of the answers. Please choose one from the list." in patient.page.text
    assert patient.step.checked is None
    assert stored(app) == before


@pytest.mark.parametrize(
    "path",
    [
        "face/99",
        "face/0",
        long("face/16"),
        "phq9/10",
        "gad7/1",
        long("nope/1"),
        long("face/x"),
        long("face/-1"),
        long("gad7/review"),
    ],
)
def test_what_the_visit_does_not_ask_is_not_found(
    app: Flask, patient: Patient, invited: Invited, path: str
) -> None:
    """An item that does not exist, or a questionnaire outside the visit's battery: 404, nothing stored."""
    before = stored(app)
    patient.get(f"/visit/{invited.visit_id}/{path}")
    assert patient.status == 404
    assert "Please check" in patient.page.text
    patient.post(f"/visit/{invited.visit_id}/{path}", {"answer": "1"})
    assert patient.status == 404
    assert stored(app) == before


def test_an_answer_within_another_instruments_choices_is_refused(
    app: Flask, patient: Patient, invited: Invited
) -> None:
    """0 is an answer of the PHQ-9 and none of FaCE; 5 the other way round."""
    patient.post(f"/visit/{invited.visit_id}/face/2", {"answer": "0"})
    assert patient.status == 422
    patient.post(f"/visit/{invited.visit_id}/phq9/1", {"answer": "5"})
    assert patient.status == 422
    assert [row["instrument"] for row in one_table(app, "draft")] == ["face"]


def test_another_visit_is_refused_with_my_session(app: Flask, patient: Patient) -> None:
    """An address of somebody else's visit, or of none: 403, what to do, nothing stored."""
    other = invite(app, "P2")
    before = stored(app)
    for visit_id in (other.visit_id, 99_999):
        for path in ("", "/face/1", "/face/review", "/saved", "/help", "/thanks", "/pause"):
            patient.get(f"/visit/{visit_id}{path}")
            assert patient.status == 403, path
            assert "Open the link in your message or letter" in patient.page.text
        for path in ("", "/face/1", "/face/review", "/saved", "/help"):
            patient.post(f"/visit/{visit_id}{path}", {"answer": "1"})
            assert patient.status == 403, path
    patient.get(f"/visit/{2**80}/face/1")  # larger than any number that a database keeps
    assert patient.status == 404
    assert stored(app) == before


def test_without_a_session_nothing_opens(app: Flask, invited: Invited) -> None:
    """A browser that never opened the link, or forgot: what to do, nothing stored."""
    stranger = Patient(in_process(app))
    before = stored(app)
    stranger.get(f"/visit/{invited.visit_id}/face/1")
    assert stranger.status == 403
    assert "Open the link in your message or letter" in stranger.page.text
    stranger.post(f"/visit/{invited.visit_id}/face/1", {"answer": "1"})
    assert stranger.status == 403
    assert "open your personal link" in stranger.page.text
    assert stored(app) == before


def test_a_form_without_its_token_is_refused(app: Flask, patient: Patient) -> None:
    """A form that this session did not show stores nothing, and shows what was chosen to be sent again."""
    before = stored(app)
    reply = patient.send("POST", patient.path, [("answer", "1")])
    assert reply.status == 422
    assert "Your answer was not sent yet." in reply.html
    assert stored(app) == before


def test_a_session_that_was_tampered_with_opens_nothing(app: Flask, invited: Invited) -> None:
    """A cookie of one's own making is no session."""
    client = app.test_client()
    client.set_cookie("seventh", "eyJsaW5rIjoxfQ.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert client.get(f"/visit/{invited.visit_id}").status_code == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(app: Flask, patient: Patient, method: str) -> None:
    """Only GET and POST mean anything here."""
    before = stored(app)
    assert patient.send(method, patient.path, []).status in {400, 405}
    assert stored(app) == before
