"""Alerts as staff see them: waiting with a clock, taken on, from old answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.models import Alert, AlertRule, Contact, Study, Visit
from surveys.models import Patient as PatientRow
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.support.answers import arrived
from tests.support.staff import Member, signed_in
from tests.support.study import FACE, changing, invite, library, one_table, stored

ALERTS = "/staff/S1/alerts"


@pytest.fixture
def member(app: Flask) -> Member:
    """The coordinator of S1, where P1 has answered item 9 of the PHQ-9 with 2 and then with 0."""
    invited = invite(app)
    walker = arrived(app, invited.token, FACE, draft=(*(0,) * 8, 2))
    walker.next()
    walker.get(f"/visit/{invited.visit_id}/phq9/9?change=1")
    walker.answer(0)
    return signed_in(app)


@pytest.mark.owner
def test_a_waiting_alert_says_who_what_and_since_when(app: Flask, member: Member) -> None:
    """Patient, rule in words, the answer as first and as last given, and how long it has waited."""
    with changing(app) as session:
        alert = session.scalars(select(Alert)).one()
        alert.raised_at = datetime.now(UTC) - timedelta(hours=5, minutes=10)
    page = member.get(ALERTS)
    assert "P1: PHQ-9 item 9 (Thoughts of death or self-harm) answered above 0" in page.text
    assert "2, More than half the days" in page.text
    assert "0, Not at all" in page.text
    assert "(5 hours ago)" in page.text
    assert "Waiting (1)" in page.text
    assert "Alerts 1 waiting" in page.text, "counted in the navigation"


def test_an_alert_leads_to_its_visit_and_its_answers(app: Flask, member: Member) -> None:
    """With the total beside the item once the questionnaire was sent."""
    [visit_id] = {row["visit_id"] for row in one_table(app, "alert")}
    page = member.get(ALERTS)
    assert "Questionnaire not sent yet" in page.text
    assert f"/staff/S1/patients/P1#visit-{visit_id}" in page.links
    at, phq9 = datetime.now(UTC), library(app).get("phq9")
    with changing(app) as session:
        whole = NewResponse(
            visit_id=visit_id,
            patient_id=session.get_one(Visit, visit_id).patient_id,
            instrument=phq9,
            version_id=versions.freeze(session, phq9, at=at),
            answers={**{item.key: 0 for item in phq9.items}, "q9": 2},
            source="paper",
            submitted_at=at,
            completed_on=at.date(),
        )
        [response_id] = responses.insert_scored(session, [whole], at=at, actor="test")
    page = member.get(ALERTS)
    assert "PHQ-9 total 2.0 (0–27, higher is worse) · All answers" in page.text
    assert f"/staff/S1/responses/{response_id}" in page.links


def test_taking_an_alert_on_is_stored_with_who_when_and_note(app: Flask, member: Member) -> None:
    """It moves to another list, keeps its note, and the navigation counts no more."""
    [alert] = one_table(app, "alert")
    page = member.post(f"{ALERTS}/{alert['id']}", {f"alert-{alert['id']}-note": "Telephoned, safe."})
    assert "No alert is waiting." in page.text
    assert "1 waiting" not in page.text
    [alert] = one_table(app, "alert")
    assert alert["state"] == "acknowledged"
    assert alert["note"] == "Telephoned, safe."
    [account] = one_table(app, "staff")
    assert alert["acknowledged_by"] == f"staff:{account['id']}"
    page = member.get(f"{ALERTS}?state=acknowledged")
    assert "Telephoned, safe." in page.text
    assert f"by {account['email']}" in page.text
    assert "alert.acknowledged" in [row["action"] for row in one_table(app, "event")]


def test_an_alert_is_taken_on_once(app: Flask, member: Member) -> None:
    """Whoever comes second is told; who came first stays."""
    [alert] = one_table(app, "alert")
    colleague = signed_in(app, "investigator")
    colleague.post(f"{ALERTS}/{alert['id']}", {})
    before = stored(app)
    page = member.post(f"{ALERTS}/{alert['id']}", {})
    assert "This alert is acknowledged already." in page.text
    assert stored(app) == before


def test_a_note_that_is_too_long_is_kept_and_refused(app: Flask, member: Member) -> None:
    """The alert goes on waiting."""
    [alert] = one_table(app, "alert")
    name = f"alert-{alert['id']}-note"
    page = member.post(f"{ALERTS}/{alert['id']}", {name: "x" * 2001})
    assert member.status == 422
    assert f"#{name}" in page.links
    assert "x" * 2001 in page.text
    assert one_table(app, "alert")[0]["state"] == "new"


def test_alerts_from_old_answers_stand_apart(app: Flask, member: Member) -> None:
    """Listed and counted, with no clock and nothing in the navigation."""
    now, old = datetime.now(UTC), datetime.now(UTC) - timedelta(days=15)
    other = invite(app, "P2")
    with changing(app) as session:
        phq9 = library(app).get("phq9")
        response = NewResponse(
            visit_id=other.visit_id,
            patient_id=other.patient_id,
            instrument=phq9,
            version_id=versions.freeze(session, phq9, at=now),
            answers={"q9": 3},
            source="import",
            submitted_at=old,
            completed_on=old.date(),
        )
        responses.add(session, [response], at=now, actor="import")
    page = member.get(ALERTS)
    assert "Waiting (1)" in page.text
    assert "From old answers (1)" in page.text
    assert "P2" not in page.text
    page = member.get(f"{ALERTS}?state=historical")
    assert "P2: PHQ-9 item 9" in page.text
    assert "ago)" not in page.text


def test_a_site_hears_of_its_own_alerts(app: Flask, member: Member) -> None:
    """Nothing is counted or listed of patients elsewhere."""
    local = signed_in(app, site="North")
    page = local.get(ALERTS)
    assert "Waiting (0)" in page.text
    assert "waiting" not in page.text.partition("Alerts")[2].partition("Sign out")[0]


def test_a_list_that_is_not_there_is_not_found(member: Member) -> None:
    """States and pages beyond the list."""
    for query in ("state=nonsense", "page=0", "page=2"):
        member.get(f"{ALERTS}?{query}")
        assert member.status == 404, query


@pytest.mark.owner
def test_words_for_a_rule_that_its_definition_no_longer_has(app: Flask, member: Member) -> None:
    """An old rule's alert is still shown, by its name and the code answered."""
    with changing(app) as session:
        study = session.scalars(select(Study)).one()
        assert study.code == "S1"
        session.scalars(select(Alert)).one().rule = "item99"
    page = member.get(ALERTS)
    assert "PHQ-9: item99" in page.text


def test_an_alert_is_followed_to_its_end(app: Flask, member: Member) -> None:
    """Taken on, acted on with what was done, closed: each step on its own list, all of it to be read."""
    [alert] = one_table(app, "alert")
    note = f"alert-{alert['id']}-note"
    member.post(f"{ALERTS}/{alert['id']}", {note: "I call her"})
    page = member.post(f"{ALERTS}/{alert['id']}/act", {note: ""})
    assert member.status == 422
    assert "Say what was done." in page.text
    member.post(f"{ALERTS}/{alert['id']}/act", {note: "Called, safe."})
    page = member.get(f"{ALERTS}?state=acted_on")
    assert "Called, safe." in page.text
    member.post(f"{ALERTS}/{alert['id']}/close", {note: "Seen in the clinic"})
    page = member.get(f"{ALERTS}?state=closed")
    assert [said in page.text for said in ("I call her", "Called, safe.", "Seen in the clinic")] == [True] * 3
    page = member.post(f"{ALERTS}/{alert['id']}/close", {note: ""})
    assert "This alert is closed: it cannot be closed." in page.text


@pytest.mark.owner
def test_whom_to_call_stands_beside_the_alert(app: Flask, member: Member) -> None:
    """Name, telephone, birth date, language; and that somebody may still be in the clinic."""
    with changing(app) as session:
        alert = session.scalars(select(Alert)).one()
        alert.source = "kiosk"
        contact = Contact(name="Anna Abel", telephone="020 7946 0123", born_on=date(1970, 5, 17), locale="de")
        session.add(contact)
        session.flush()
        visit = session.get_one(Visit, alert.visit_id)
        session.get_one(PatientRow, visit.patient_id).contact_id = contact.id
    page = member.get(ALERTS)
    for said in ("Anna Abel", "020 7946 0123", "17 May 1970", "de", "perhaps still in the clinic"):
        assert said in page.text
    with changing(app) as session:
        session.scalars(select(Alert)).one().raised_at = datetime.now(UTC) - timedelta(hours=3)
    assert "perhaps still in the clinic" not in member.get(ALERTS).text


@pytest.mark.owner
def test_a_red_line_stands_on_every_page_until_somebody_takes_the_alert_on(
    app: Flask, member: Member
) -> None:
    """Once an alert has waited longer than the study lets it; whether or not the worker runs."""
    line = "1 alert has waited longer than 24 hours and nobody has taken it on."
    assert line not in member.get("/staff/S1/patients").text
    with changing(app) as session:
        alert = session.scalars(select(Alert)).one()
        alert.raised_at = datetime.now(UTC) - timedelta(hours=25)
    for address in ("/staff/S1/patients", "/staff/S1/dashboard", "/staff/S1/instruments", ALERTS):
        assert line in member.get(address).text, address
    assert "Waited too long" in member.get(ALERTS).text
    [row] = one_table(app, "alert")
    member.post(f"{ALERTS}/{row['id']}", {})
    assert line not in member.get("/staff/S1/patients").text


@pytest.mark.owner
def test_the_month_is_reported(app: Flask, member: Member) -> None:
    """How many, of what, and how soon they were taken on; months without alerts can be asked for too."""
    [row] = one_table(app, "alert")
    raised = datetime.now(UTC) - timedelta(minutes=30)  # perhaps in the month before
    with changing(app) as session:
        session.scalars(select(Alert)).one().raised_at = raised
    member.post(f"{ALERTS}/{row['id']}", {})
    page = member.get(f"/staff/S1/alert-report?month={raised:%Y-%m}")
    assert "PHQ-9 item 9 (Thoughts of death or self-harm) answered above 0 1" in page.text
    assert "Median time until taken on 30 minutes" in page.text
    page = member.get("/staff/S1/alert-report?month=2020-01")
    assert (page.heading, "Raised 0" in page.text) == ("Alerts in Jan 2020", True)
    for month in ("never", "9999-12"):
        member.get(f"/staff/S1/alert-report?month={month}")
        assert member.status == 404


def test_a_study_has_rules_of_its_own(app: Flask, member: Member) -> None:
    """Added and removed by a coordinator; what an instrument always raises stands above."""
    rules = "/staff/S1/alert-rules"
    page = member.get(rules)
    assert "PHQ-9 item 9 (Thoughts of death or self-harm) answered above 0" in page.text
    assert "moderate 10" in page.text
    page = member.post(rules, {"measure": "phq9.total", "kind": "at_least", "at_least": "40"})
    assert member.status == 422
    assert "Enter a number from 0 to 27." in page.text
    page = member.post(rules, {"measure": "phq9.total", "kind": "at_least", "at_least": "10"})
    assert "PHQ-9 total at 10 or above raises an alert" in page.text
    page = member.get(rules)
    assert "PHQ-9 total at 10 or above" in page.text
    [rule] = one_table(app, "alert_rule")
    assert "not for those that are there already" in page.text
    assert "FaCE Total (0–100, higher is better)" in page.text
    member.post(f"{rules}/{rule['id']}", {})
    assert one_table(app, "alert_rule") == []
    page = member.post(rules, {"measure": "face.total", "kind": "this_bad", "at_least": "60"})
    assert "FaCE Total at 60 or below raises an alert" in page.text
    assert "Add a rule" not in signed_in(app, "investigator").get(rules).text


def test_an_old_rule_waits_in_red_until_it_is_confirmed(app: Flask, member: Member) -> None:
    """On both pages with what it would mean; changed, confirmed once, and its past answers judged."""
    with changing(app) as session:
        study_id = session.scalars(select(Study.id)).one()
        rule = AlertRule(study_id=study_id, instrument="face", scale="total", kind="at_least", threshold=60)
        session.add(rule)
        session.flush()
        rule_id = rule.id
    assert "Confirm FaCE Total at 60 or above" in member.get("/staff/S1/needs").text
    reader = signed_in(app, "investigator").get("/staff/S1/alert-rules")
    assert "both ends: FaCE Total at 60 or above, and FaCE Total at 60 or below." in reader.text
    assert "Confirm: this bad or worse" not in reader.text
    page = member.get("/staff/S1/alert-rules")
    assert "Is FaCE Total at 60 or below what you mean?" in page.text
    path, field = f"/staff/S1/alert-rules/{rule_id}/confirm", f"rule-{rule_id}-threshold"
    for number, fault in (("", "Enter a number."), ("101", "Enter a number from 0 to 100.")):
        assert fault in member.post(path, {field: number}).text
        assert member.status == 422
    page = member.post(path, {field: "40"})
    assert "Confirmed: FaCE Total at 40 or below raises an alert." in page.text
    assert "No earlier answer raised another alert." in page.text
    assert "this rule is confirmed already" in member.post(path, {field: "40"}).text.lower()
    assert "Alert rules to confirm" not in member.get("/staff/S1/needs").text
