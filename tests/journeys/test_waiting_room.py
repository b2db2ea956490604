"""A visit on the clinic's tablet: staff start it and are signed out, and the next patient finds nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from surveys.views.form.tablet import ENDS_AFTER, STILL_THERE_AFTER
from tests.support.answers import arrived, finish, send
from tests.support.patient import Patient, in_process
from tests.support.staff import Member, signed_in
from tests.support.study import CRISIS, FACE, PHQ9, SAQ, Invited, ask_consent, invite, one_table

END = "Please hand back the tablet"
PERSON = "You can also speak to the person who gave you this tablet."


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough here: what is written is tested on both beside the store."""
    return sqlite_url


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody whose visit is open."""
    return invite(app)


@pytest.fixture
def tablet(app: Flask, invited: Invited) -> Member:
    """A tablet on which a coordinator has started the visit."""
    member = signed_in(app)
    member.get("/staff/S1/patients/P1")
    assert "Answer on this tablet" in [
        form.buttons[0].text.partition(" at ")[0] for form in member.page.steps
    ]
    start(member, invited)
    return member


def start(member: Member, invited: Invited) -> None:
    """Press the button of the patient's page."""
    member.post(f"/staff/S1/visits/{invited.visit_id}/tablet", {})


def opens_nothing(device: Patient, invited: Invited) -> None:
    """Neither the visit nor a page of staff."""
    for path in ("", "/face/1", "/face/review", "/thanks", "/taking-part"):
        device.get(f"/visit/{invited.visit_id}{path}")
        assert device.page.heading == END
    for path in ("/staff/", "/staff/S1/patients/P1"):
        device.get(path)
        assert device.path.startswith("/login")


def test_a_visit_on_the_tablet(app: Flask, tablet: Member, invited: Invited) -> None:
    """From the introduction to the thanks; responses say where; then it is all gone."""
    assert tablet.page.heading == "How is your face, and how are you?"
    tablet.finish(FACE, PHQ9, SAQ)
    assert tablet.page.heading == "Thank you"
    assert tablet.page.steps == []
    assert "hand back the tablet" in tablet.page.text
    assert (tablet.replies[-1].header("Refresh") or "").endswith("url=/tablet/end")
    assert {row["source"] for row in one_table(app, "response")} == {"kiosk"}
    assert [row["revoked_at"] is None for row in one_table(app, "link")] == [True, False]
    opens_nothing(tablet, invited)


def test_whoever_started_it_is_signed_out_here_only(app: Flask, tablet: Member, invited: Invited) -> None:
    """On the tablet no page of staff opens; the coordinator's own computer stays signed in."""
    tablet.get("/staff/S1/patients/P1")
    assert tablet.path.startswith("/login")
    tablet.get(f"/visit/{invited.visit_id}")
    assert tablet.status == 403


def test_an_address_that_leads_nowhere_ends_nothing(tablet: Member) -> None:
    """Browsers ask for icons by themselves."""
    tablet.get("/favicon.ico")
    assert tablet.status == 404
    tablet.get("/tablet/still-there")
    tablet.next()
    assert tablet.page.heading == "How is your face, and how are you?"


def test_staff_who_sign_in_on_it_end_the_visit(tablet: Member, invited: Invited) -> None:
    """Their session and a patient's never share a device."""
    tablet.sign_in("coordinator-everywhere-S1@example.org")
    tablet.get("/staff/S1/patients/P1")
    assert tablet.status == 200
    assert tablet.replies[-1].header("Refresh") is None
    tablet.get(f"/visit/{invited.visit_id}")
    assert tablet.status == 403


def test_nobody_there_ends_it(app: Flask, tablet: Member, invited: Invited) -> None:
    """The page asks by itself; without an answer it ends, and what was answered is kept."""
    tablet.next()
    tablet.answer(2)
    at = datetime.now(UTC)
    assert tablet.replies[-1].header("Refresh") == "300; url=/tablet/still-there"
    with time_machine.travel(at + STILL_THERE_AFTER + timedelta(seconds=20), tick=False):
        tablet.get("/tablet/still-there")
        assert tablet.page.heading == "Are you still there?"
        assert tablet.replies[-1].header("Refresh") == "60; url=/tablet/end"
    with time_machine.travel(at + ENDS_AFTER + timedelta(seconds=20), tick=False):
        tablet.get(f"/visit/{invited.visit_id}/face/2")
        assert tablet.page.heading == END
        opens_nothing(tablet, invited)
    assert one_table(app, "draft")[0]["answers"]["q1"][0]["value"] == 2
    assert one_table(app, "draft")[0]["source"] == "kiosk"


def test_whoever_is_there_goes_on(tablet: Member) -> None:
    """One press leads back to the open item, and the time begins anew."""
    tablet.next()
    tablet.answer(2)
    at = datetime.now(UTC)
    with time_machine.travel(at + STILL_THERE_AFTER, tick=False):
        tablet.get("/tablet/still-there")
        tablet.next()
        assert tablet.asked == "face/2"
    with time_machine.travel(at + ENDS_AFTER + timedelta(minutes=1), tick=False):
        tablet.answer(3)
        assert tablet.asked == "face/3"


def test_handed_back_in_the_middle(tablet: Member, invited: Invited) -> None:
    """ "Stop for now" says so, and its link ends everything."""
    tablet.next()
    tablet.get(f"/visit/{invited.visit_id}/pause")
    assert tablet.page.links["/tablet/end"] == "Hand back the tablet"
    tablet.get("/tablet/end")
    assert tablet.page.heading == END
    opens_nothing(tablet, invited)


def test_the_next_patient_begins_on_a_clean_tablet(app: Flask, tablet: Member, invited: Invited) -> None:
    """Neither language nor answers are left, also where the same patient comes back."""
    tablet.next()
    tablet.answer(2)
    tablet.post("/language", {"language": "de", "next": f"/visit/{invited.visit_id}"})
    tablet.get("/tablet/end")
    assert tablet.page.heading == "Bitte geben Sie das Tablet zurück"
    tablet.get("/tablet/end")
    assert tablet.page.heading == END
    tablet.sign_in("coordinator-everywhere-S1@example.org")
    start(tablet, invite(app, "P2"))
    assert tablet.page.heading == "How is your face, and how are you?"
    tablet.get("/tablet/end")
    tablet.sign_in("coordinator-everywhere-S1@example.org")
    start(tablet, invited)
    assert tablet.path.endswith("/birth-year")


def test_somebody_to_speak_to(app: Flask, tablet: Member, invited: Invited) -> None:
    """The crisis text adds it, again at the end; at home there is nobody."""
    send(app, invited.token, FACE, draft=PHQ9[:8])
    tablet.get(f"/visit/{invited.visit_id}")
    tablet.next()  # without telling the year of birth
    tablet.answer(1)
    assert CRISIS.splitlines()[1] in tablet.page.text
    assert PERSON in tablet.page.text
    tablet.next()
    tablet.next()
    finish(app, invited.token, SAQ)
    tablet.get(f"/visit/{invited.visit_id}")
    assert PERSON in tablet.page.text


def test_at_home_there_is_nobody_to_speak_to(app: Flask, invited: Invited) -> None:
    """The crisis text of a personal link speaks of no tablet."""
    phone = arrived(app, invited.token, FACE, draft=PHQ9[:8])
    phone.answer(1)
    assert PERSON not in phone.page.text
    assert phone.replies[-1].header("Refresh") is None


def test_declining_ends_it_too(app: Flask, invited: Invited) -> None:
    """Kindly, with the tablet to be handed back."""
    ask_consent(app)
    member = signed_in(app)
    start(member, invited)
    member.next()
    member.press("I decline")
    member.press("Yes, I decline")
    assert "Please hand back the tablet." in member.page.text
    opens_nothing(member, invited)


def test_a_visit_that_may_not_be_answered_starts_nothing(app: Flask, invited: Invited) -> None:
    """Too early: whoever pressed stays signed in and reads why."""
    early = invite(app, "P2", visit="month_6")
    member = signed_in(app)
    start(member, early)
    assert member.path == "/staff/S1/patients/P2"
    assert "this visit is not open" in member.page.text


def test_who_may_not_make_links_starts_nothing(app: Flask, invited: Invited) -> None:
    """An investigator reads only."""
    member = signed_in(app, "investigator")
    start(member, invited)
    assert member.status == 403


def test_a_personal_link_opened_on_the_tablet_keeps_working_elsewhere(
    app: Flask, tablet: Member, invited: Invited
) -> None:
    """The end revokes the link that staff made for the tablet, no other."""
    tablet.get(invited.path)
    tablet.get("/tablet/end")
    phone = Patient(in_process(app))
    phone.open(invited.token)
    assert phone.status == 200
