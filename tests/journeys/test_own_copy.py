"""A copy of one's own answers: right after sending them, where they were sent, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from tests.support.answers import PHONE, Values, arrived, send
from tests.support.patient import Patient, in_process
from tests.support.staff import signed_in
from tests.support.study import FACE, PHQ9, SAQ, Invited, invite

LINK = "See or print your answers"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough here: what is read is read elsewhere too."""
    return sqlite_url


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody invited to FaCE, PHQ-9 and SAQ."""
    return invite(app)


@pytest.fixture
def patient(app: Flask, invited: Invited) -> Patient:
    """Who has just sent everything."""
    walker = Patient(in_process(app, device=PHONE))
    walker.open(invited.token)
    send_from(walker, app, invited, FACE, PHQ9, SAQ)
    walker.answer("patient")
    return walker


def send_from(walker: Patient, app: Flask, invited: Invited, *questionnaires: Values) -> None:
    """Answer one after the other on this device, and send each from its review there."""
    for values in questionnaires:
        send(app, invited.token, draft=values)
        walker.get(f"/visit/{invited.visit_id}")
        walker.next()


def copy_of(patient: Patient, invited: Invited) -> str:
    """What the page of the copy shows, or what it leads to."""
    return patient.get(f"/visit/{invited.visit_id}/copy").heading


def test_the_thanks_lead_to_the_copy(patient: Patient, invited: Invited) -> None:
    """Every question with its answer, the questionnaire's notice, and nothing to press but Print."""
    assert patient.page.links[f"/visit/{invited.visit_id}/copy"] == LINK
    assert copy_of(patient, invited) == "Your answers"
    assert patient.page.text.count("Nearly every day") == PHQ9.count(3)
    assert patient.page.steps == []
    assert "Pfizer" in patient.page.text


def test_a_link_opened_again_reveals_nothing(app: Flask, patient: Patient, invited: Invited) -> None:
    """On the same device as on any other."""
    stranger = Patient(in_process(app))
    for device in (stranger, patient):
        device.open(invited.token)
        assert LINK not in device.page.text
        assert copy_of(device, invited) == "Thank you"


def test_an_hour_later_it_is_gone(patient: Patient, invited: Invited) -> None:
    """Whoever finds the page open later."""
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=False):
        assert copy_of(patient, invited) == "Thank you"


def test_not_before_everything_is_sent(app: Flask, invited: Invited) -> None:
    """The way goes on instead."""
    walker = arrived(app, invited.token, draft=FACE)
    walker.next()
    walker.get(f"/visit/{invited.visit_id}/copy")
    assert walker.asked == "phq9/1"


def test_parts_sent_before_a_rest_are_in_it(app: Flask, invited: Invited) -> None:
    """Opening the link hides what was sent; sending more from the same device shows it with the rest."""
    walker = arrived(app, invited.token, draft=FACE)
    walker.next()
    walker.open(invited.token)
    send_from(walker, app, invited, PHQ9, SAQ)
    walker.answer("patient")
    copy_of(walker, invited)
    for asked in ("Some of my face", "Feeling tired", "dents in my chin"):
        assert asked in walker.page.text


def test_what_another_device_sent_or_answered_is_not_in_it(app: Flask, invited: Invited) -> None:
    """Neither its questionnaires nor answers that were hidden here."""
    send(app, invited.token, FACE, draft=(3, 3), device="another")
    tablet = Patient(in_process(app, device=PHONE))
    tablet.open(invited.token)
    send_from(tablet, app, invited, PHQ9[2:], SAQ)
    tablet.answer("patient")
    copy_of(tablet, invited)
    assert tablet.page.text.count("Answered earlier") == 2
    assert tablet.page.text.count("Nearly every day") == PHQ9[2:].count(3)
    assert "In the past week" not in tablet.page.text
    assert "Some of my face" not in tablet.page.text


def test_a_skipped_item_says_so(app: Flask, invited: Invited) -> None:
    """As the review said it."""
    walker = arrived(app, invited.token, draft=(None, *FACE[1:]))
    walker.next()
    send_from(walker, app, invited, PHQ9, SAQ)
    walker.answer("patient")
    copy_of(walker, invited)
    assert walker.page.text.count("Not answered") == 1


def test_what_was_said_of_oneself_stands_first(app: Flask) -> None:
    """Where the study asks of the face and its treatment."""
    invited = invite(app, "B1", study="B", asks_background=True)
    walker = Patient(in_process(app, device=PHONE))
    walker.open(invited.token)
    walker.next()
    while walker.page.heading != "Check your answers":
        walker.skip()
    walker.next()
    send_from(walker, app, invited, FACE, PHQ9, SAQ)
    walker.answer("patient")
    copy_of(walker, invited)
    assert walker.page.text.index("When did the trouble with your face begin?") < walker.page.text.index(
        "Some of my face"
    )


def test_the_clinics_tablet_offers_none(app: Flask, invited: Invited) -> None:
    """Nothing stays on it."""
    member = signed_in(app)
    member.post(f"/staff/S1/visits/{invited.visit_id}/tablet", {})
    member.finish(FACE, PHQ9, SAQ)
    assert LINK not in member.page.text
    assert copy_of(member, invited) == "Please hand back the tablet"


def test_help_is_said_again_only_where_it_was_said(app: Flask, invited: Invited) -> None:
    """A link opened elsewhere after the end does not tell what was answered."""
    walker = arrived(app, invited.token, FACE, draft=(*PHQ9[:8], 1))
    walker.next()
    walker.next()
    send_from(walker, app, invited, SAQ)
    walker.answer("patient")
    assert "Thank you for telling us" in walker.page.text
    stranger = Patient(in_process(app))
    stranger.open(invited.token)
    assert stranger.page.heading == "Thank you"
    assert "Thank you for telling us" not in stranger.page.text
