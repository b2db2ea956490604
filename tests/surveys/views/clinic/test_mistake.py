"""The page that closes a patient as entered in error."""

from __future__ import annotations

from flask import Flask

from tests.support.answers import send
from tests.support.staff import Member, signed_in
from tests.support.study import FACE, invite

PAGE = "/staff/S1/mistake/P1"


def test_a_patient_entered_in_error_leaves(app: Flask, member: Member) -> None:
    """With a reason, from a link on the patient's page, which is then no more."""
    assert PAGE in member.get("/staff/S1/patients/P1").links
    member.get(PAGE)
    member.post(PAGE, {"reason": ""})
    assert member.status == 422
    member.post(PAGE, {"reason": "a test"})
    assert member.path == "/staff/S1/patients"
    assert "P1 was closed as entered in error." in member.page.text
    member.get("/staff/S1/patients/P1")
    assert member.status == 404
    log = member.get("/staff/S1/log").text
    assert "The patient was closed as entered in error" in log
    assert "a test" in log


def test_where_somebody_answered_the_page_says_what_to_do(app: Flask) -> None:
    """Withdraw, annul, erase; and a form from before closes nobody."""
    invited = invite(app)
    member = signed_in(app)
    member.get(PAGE)
    send(app, invited.token, FACE)
    member.post(PAGE, {"reason": "a test"})
    assert "cannot be closed as entered in error" in member.page.text
    links = member.page.links
    assert {"/staff/S1/status/P1", "/staff/S1/removal/P1", "/staff/S1/patients/P1"} <= set(links)
