"""Consent before the first question: agreed to, declined, or recorded from paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from surveys.models import Study
from tests.support.patient import Patient, in_process
from tests.support.staff import signed_in
from tests.support.study import FACE, Invited, ask_consent, changing, invite, one_table, stored

ASKS = "Would you like to take part?"


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody invited in a study that asks for consent."""
    made = invite(app)
    ask_consent(app)
    return made


@pytest.fixture
def patient(app: Flask, invited: Invited) -> Patient:
    """Who read the introduction and is asked for consent."""
    walker = Patient(in_process(app))
    walker.open(invited.token)
    walker.next()
    return walker


def test_it_is_asked_before_the_first_question(patient: Patient) -> None:
    """One form: unticked boxes for the parts, "I agree" first, then "I decline"."""
    assert patient.page.heading == ASKS
    assert "Taking part is up to you." in patient.page.text
    assert [button.text for button in patient.step.buttons] == ["I agree", "I decline"]
    boxes = [one for one in patient.step.inputs if one.kind == "checkbox"]
    assert [(box.value, box.checked) for box in boxes] == [("research", False), ("keep_answers", False)]


def test_the_privacy_notice_can_be_read_first(app: Flask, patient: Patient, invited: Invited) -> None:
    """From the introduction and the consent page by a link; a study without one has no link."""
    link = f"/visit/{invited.visit_id}/privacy"
    assert link not in patient.page.links
    with changing(app) as session:
        session.get_one(Study, invited.study_id).privacy_notices = {"en": "Kept for ten years.\nAsk Dr Abel."}
    patient.get(patient.path)
    assert patient.page.links[link] == "How we look after your answers"
    patient.get(link)
    assert "Kept for ten years." in patient.page.text
    patient.get(f"/visit/{invited.visit_id}")
    assert link in patient.page.links, "on the introduction too"


def test_nothing_is_asked_or_kept_before(app: Flask, patient: Patient, invited: Invited) -> None:
    """Neither an item's address nor its form leads past it."""
    patient.get(f"/visit/{invited.visit_id}/face/1")
    assert patient.page.heading == ASKS
    patient.post(f"/visit/{invited.visit_id}/face/1", {"answer": "3"})
    assert patient.page.heading == ASKS
    assert one_table(app, "draft") == []


def test_agreeing_leads_to_the_questions(app: Flask, patient: Patient, invited: Invited) -> None:
    """What was ticked is kept; nobody asks again, on another device neither."""
    patient.post(patient.path, [("parts", "research"), ("parts", "nonsense"), ("decision", "agree")])
    assert patient.asked == "face/1"
    [consent] = one_table(app, "consent")
    assert (consent["decision"], consent["how"], consent["recorded_by"]) == ("agreed", "link", "patient")
    assert consent["parts"] == {"research": True, "keep_answers": False}
    assert "consent.agreed" in [event["action"] for event in one_table(app, "event")]
    patient.fill(FACE[:2])
    other = Patient(in_process(app))
    other.open(invited.token)
    assert other.asked == "face/3"
    before = stored(app)
    other.post(f"/visit/{invited.visit_id}/consent", {"decision": "decline"})
    assert other.asked == "face/3"
    assert stored(app) == before


def test_declining_ends_kindly(app: Flask, patient: Patient, invited: Invited) -> None:
    """Asked once more first; then no question, no further form, and the patient takes part no longer."""
    patient.press("I decline")
    assert patient.page.heading == "Would you like to decline?"
    assert one_table(app, "consent") == []
    patient.press("Yes, I decline")
    assert patient.page.heading == "That is all right"
    assert patient.page.steps == []
    [row] = one_table(app, "patient")
    assert (row["status"], row["status_since"]) == ("left", datetime.now(UTC).date())
    assert [consent["decision"] for consent in one_table(app, "consent")] == ["declined"]
    patient.open(invited.token)
    assert (patient.status, patient.page.heading) == (200, "That is all right")


def test_a_consent_from_paper_is_not_asked_again(app: Flask, invited: Invited) -> None:
    """A coordinator records it once, with its day and parts; a day that lies ahead is refused."""
    member = signed_in(app)
    member.get("/staff/S1/patients/P1")
    assert "Not asked yet" in member.page.text
    today = datetime.now(UTC).date()
    for day, status in ((today + timedelta(days=1), 422), (today, 200), (today, 200)):
        fields = {"how": "paper", "signed_on": day.isoformat(), "parts": "research"}
        member.post("/staff/S1/consent/P1", fields)
        assert member.status == status
    assert "Agreed on paper" in member.get("/staff/S1/patients/P1").text
    [consent] = one_table(app, "consent")
    assert (consent["how"], consent["parts"]) == ("paper", {"research": True, "keep_answers": False})
    walker = Patient(in_process(app))
    walker.open(invited.token)
    walker.next()
    assert walker.asked == "face/1"


def test_an_older_text_may_have_been_signed(app: Flask, invited: Invited) -> None:
    """Whoever records it says which; only its own parts are kept, and the link asks for none again."""
    ask_consent(app, "2", {"sharing": "Share my answers."})
    older, _ = (row["id"] for row in one_table(app, "consent_text"))
    member = signed_in(app)
    member.get("/staff/S1/patients/P1")
    assert "version 2, English" in member.page.text
    today = datetime.now(UTC).date().isoformat()
    ticked = [("parts", "research"), ("parts", "sharing")]
    fields = [("text", "99"), ("how", "paper"), ("signed_on", today), *ticked]
    member.post("/staff/S1/consent/P1", fields)
    assert (member.status, one_table(app, "consent")) == (422, [])
    member.post("/staff/S1/consent/P1", [("text", str(older)), *fields[1:]])
    assert "(version 1, English)" in member.page.text
    [consent] = one_table(app, "consent")
    assert consent["consent_text_id"] == older
    assert consent["parts"] == {"research": True, "keep_answers": False}
    walker = Patient(in_process(app))
    walker.open(invited.token)
    walker.next()
    assert walker.asked == "face/1"


def test_a_study_without_a_text_asks_for_none(app: Flask) -> None:
    """The introduction leads straight to the questions."""
    walker = Patient(in_process(app))
    walker.open(invite(app).token)
    walker.next()
    assert walker.asked == "face/1"
