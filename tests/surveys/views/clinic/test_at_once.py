"""Many patients or visits at once: looked at first, then all in one transaction."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from surveys.models import Patient, Visit
from surveys.store.patient import participation
from tests.support.present import today
from tests.support.staff import Member, signed_in
from tests.support.study import Invited, changing, invite, one_table, stored

STATUS, MISSED = "/staff/S1/at-once/status", "/staff/S1/at-once/missed"


@pytest.fixture
def invited(app: Flask) -> list[Invited]:
    return [invite(app, code) for code in ("P1", "P2", "P3")]


@pytest.fixture
def member(app: Flask, invited: list[Invited]) -> Member:
    return signed_in(app)


def chosen(*numbers: int) -> list[tuple[str, str]]:
    return [("chosen", str(number)) for number in numbers]


def test_a_status_is_given_to_many(app: Flask, member: Member, invited: list[Invited]) -> None:
    """Who cannot have it is named with the reason; the others change together, each with an event."""
    ids = [one.patient_id for one in invited]
    with changing(app) as session:
        found = session.get_one(Patient, ids[2])
        at = datetime.now(UTC)
        told = {"on": at.date(), "at": at, "actor": "test", "why": "burden"}
        participation.change_status(session, found, "left", **told)
    known = [
        ("status", "left"),
        ("since", today().isoformat()),
        ("where", "here"),
        ("why", "burden"),
        ("reason", ""),
    ]
    assert {"P1", "P2", "P3"} <= set(member.get(STATUS).text.split())
    before = stored(app, "patient", "event")
    page = member.post(STATUS, [*known, *chosen(*ids), ("do", "look")])
    assert "P3 Left the study → Left the study This is recorded already." in page.text
    assert "P1 Taking part → Left the study" in page.text
    assert "links stop working at once" in page.text
    assert "and stops 2 links, in 1 study." in page.text
    assert stored(app, "patient", "event") == before
    [form] = [one for one in page.steps if one.action == STATUS]
    sent = [(one.name, one.value) for one in form.inputs if one.name != "csrf_token"]
    page = member.post(STATUS, [*sent, ("do", "change")])
    assert "2 were changed." in page.text
    rows = {row["code"]: row["status"] for row in one_table(app, "patient")}
    assert set(rows.values()) == {"left"}
    told = [row["patient_id"] for row in one_table(app, "event") if row["action"] == "patient.status"]
    assert sorted(told) == sorted(ids)


def test_all_or_none(app: Flask, member: Member, invited: list[Invited]) -> None:
    """One that cannot be changed any more keeps the others as they are; nobody chosen is said."""
    known = [("status", "paused"), ("since", today().isoformat()), ("where", "here")]
    ids = [one.patient_id for one in invited]
    with changing(app) as session:
        session.get_one(Patient, ids[1]).enrolled_on = date(2100, 1, 1)
    before = stored(app, "patient", "event")
    page = member.post(STATUS, [*known, *chosen(*ids), ("do", "change")])
    assert member.status == 422
    assert "before the enrolment" in page.text
    assert "Choose at least one." in member.post(STATUS, [*known, ("do", "look")]).text
    assert stored(app, "patient", "event") == before


def test_the_reason_of_missed_visits_is_asked_once(
    app: Flask, member: Member, invited: list[Invited]
) -> None:
    ids = [one.visit_id for one in invited[:2]]
    with changing(app) as session:
        for number in ids:
            visit = session.get_one(Visit, number)
            days = timedelta(days=10)
            visit.opens_on, visit.due_on, visit.closes_on = (
                day - 6 * days for day in (visit.opens_on, visit.due_on, visit.opens_on + 5 * days)
            )
    page = member.get(MISSED)
    assert "P1" in page.text
    assert "P3" not in page.text
    page = member.post(MISSED, [("reason", "The clinic was closed"), *chosen(*ids), ("do", "look")])
    assert "P2 First visit: missed" in page.text
    page = member.post(MISSED, [("reason", "The clinic was closed"), *chosen(*ids), ("do", "change")])
    assert "2 were changed." in page.text
    reasons = {row["id"]: row["missed_reason"] for row in one_table(app, "visit") if row["missed_reason"]}
    assert reasons == dict.fromkeys(ids, "The clinic was closed")
