"""Alerts as staff see them: waiting with a clock, taken on, from old answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.models import Alert, Study
from surveys.store import responses, versions
from surveys.store.responses import NewResponse
from tests.support.patient import Patient, in_process
from tests.support.staff import Member, signed_in
from tests.support.study import FACE, changing, invite, library, one_table, stored

ALERTS = "/staff/S1/alerts"


@pytest.fixture
def member(app: Flask) -> Member:
    """The coordinator of S1, where P1 has answered item 9 of the PHQ-9 with 2 and then with 0."""
    invited = invite(app)
    walker = Patient(in_process(app))
    walker.open(invited.token)
    walker.finish(FACE)
    walker.next()
    walker.fill((0,) * 8)
    walker.answer(2)
    walker.next()
    walker.get(f"/visit/{invited.visit_id}/phq9/9?change=1")
    walker.answer(0)
    return signed_in(app)


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


def test_words_for_a_rule_that_its_definition_no_longer_has(app: Flask, member: Member) -> None:
    """An old rule's alert is still shown, by its name and the code answered."""
    with changing(app) as session:
        study = session.scalars(select(Study)).one()
        assert study.code == "S1"
        session.scalars(select(Alert)).one().rule = "item99"
    page = member.get(ALERTS)
    assert "PHQ-9: item99" in page.text
