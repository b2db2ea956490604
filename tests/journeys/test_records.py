"""A coordinator keeps one patient's records: contact, injections, gradings, a pause, a death."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tests.support.present import today
from tests.support.staff import ENROLMENT, Member, signed_in
from tests.support.study import invite, one_table

PATIENT = "/staff/S1/patients/P-7"
BOTH = pytest.mark.parametrize("database_url", ["sqlite_url", "postgres_url"], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite; a test marked `BOTH` runs on PostgreSQL too."""
    return str(request.getfixturevalue(getattr(request, "param", "sqlite_url")))


@pytest.fixture
def member(app: Flask) -> Member:
    """A coordinator of S1 and S2 who enrols P-7, a person of both."""
    invite(app, "A", study="S2")
    invite(app, "B", study="S1")
    one = signed_in(app, study="S2")
    one.post("/staff/S2/enrol", {**ENROLMENT, "code": "Q-7", "hospital_number": "H-1"})
    one = signed_in(app)
    one.post("/staff/S1/enrol", {**ENROLMENT, "hospital_number": "h-1", "known": "same"})
    assert one.path == PATIENT
    return one


def test_a_contact_is_changed_in_both_studies(app: Flask, member: Member) -> None:
    """With old and new beside the audit, not in it; a birth date of another year is refused at its box."""
    typed = {"name": "Ada Byron", "hospital_number": "H-1", "born_on": "1971-05-17", "locale": "en"}
    page = member.post("/staff/S1/contact/P-7", typed)
    assert member.status == 422
    assert "#born_on" in page.links
    page = member.post("/staff/S1/contact/P-7", {**typed, "born_on": "1970-05-17"})
    assert member.path == PATIENT
    assert "Ada Byron" in page.text
    assert len(one_table(app, "contact")) == 1
    assert "Byron" not in str(one_table(app, "event"))
    assert "Byron" in str(one_table(app, "event_value"))
    page = member.get("/staff/S1/contact/P-7")
    assert "takes part in 1 other study" in page.text


def test_an_injection_is_planned_given_and_read(member: Member) -> None:
    """With product, dose and unit."""
    ahead = today() + timedelta(days=10)
    typed = {
        "treatment-kind": "botulinum_toxin",
        "treatment-day": str(ahead.day),
        "treatment-month": str(ahead.month),
        "treatment-year": str(ahead.year),
        "product": "Toxin A",
        "dose": "12.5",
        "unit": "",
    }
    page = member.post("/staff/S1/treatments/P-7", {**typed, "state": "given", "unit": "U"})
    assert "lies ahead" in page.text
    page = member.post("/staff/S1/treatments/P-7", {**typed, "state": "planned"})
    assert "Enter the unit of the dose." in page.text
    page = member.post("/staff/S1/treatments/P-7", {**typed, "state": "planned", "dose": "NaN", "unit": "U"})
    assert "Enter a number." in page.text
    page = member.post(
        "/staff/S1/treatments/P-7", {**typed, "state": "planned", "dose": "1e400", "unit": "U"}
    )
    assert "Enter a number." in page.text
    page = member.post("/staff/S1/treatments/P-7", {**typed, "state": "planned", "dose": "12,5", "unit": "U"})
    assert "Planned Toxin A 12.5 U" in page.text
    [address] = [link for link in page.links if link.startswith("/staff/S1/treatment/")]
    page = member.post(address, {"state": "given"})
    assert "lies ahead" in page.text
    for day in ("0024-05-31", "2207-03-14", "9999-12-31"):
        page = member.post(address, {"state": "planned", "on": day})
        assert "On: the year must be from 1880" in page.text
    page = member.post(address, {"state": "given", "on": today().isoformat()})
    assert "Given Toxin A 12.5 U" in page.text


def test_gradings_palsies_and_notes_are_kept(app: Flask, member: Member) -> None:
    """A part left out is named; the composite is computed."""
    parts = {f"q{n}": value for n, value in enumerate("1103432310112", 1)}
    address = "/staff/S1/grading/P-7?scale=sunnybrook"
    told = {"graded_on": today().isoformat(), "mode": "photo"}
    page = member.post(address, {**parts, **told, "q5": ""})
    assert "Choose one: Movement: gentle eye closure." in page.text
    page = member.post(address, {**parts, **told, "q5": "4", "q8": "3"})
    assert member.path == PATIENT
    [grading] = one_table(app, "grading")
    assert f"Sunnybrook {grading['value']} was recorded." in page.text
    page = member.post("/staff/S1/palsy/P-7", {"side": "right", "cause": "bells_palsy", "begin": "sudden"})
    assert "Palsy 2" in page.text
    changed = {"side": "right", "cause": "bells_palsy", "begin": "sudden", "onset-year": "2024"}
    page = member.post("/staff/S1/palsy/P-7?number=1", changed)
    assert "Say why what was recorded is changed." in page.text
    page = member.post("/staff/S1/palsy/P-7?number=1", {**changed, "reason": "the letter"})
    assert "The palsy was corrected." in page.text
    page = member.post("/staff/S1/note/P-7", {"text": "Prefers mornings"})
    assert "Prefers mornings" in page.text


@BOTH
def test_a_death_holds_everywhere_and_links_stop(app: Flask, member: Member) -> None:
    """A pause here alone leaves the other study as it is; who died is never paused there."""
    since = {"since": today().isoformat()}
    member.post("/staff/S1/status/P-7", {"status": "paused", "where": "here", **since})
    assert {row["code"]: row["status"] for row in one_table(app, "patient")}["Q-7"] == "active"
    page = member.post("/staff/S1/status/P-7", {"status": "died", "where": "here", **since})
    assert "Died: are you sure?" in page.text
    assert "It can be undone" in page.text
    assert {row["status"] for row in one_table(app, "patient")} == {"paused", "active"}
    page = member.post("/staff/S1/status/P-7", {"status": "died", "where": "here", "sure": "yes", **since})
    assert "here and elsewhere: 2 studies" in page.text
    statuses = {row["code"]: row["status"] for row in one_table(app, "patient")}
    assert (statuses["P-7"], statuses["Q-7"]) == ("died", "died")
    page = member.post("/staff/S1/status/P-7", {"status": "active", "where": "here", **since})
    assert "Say why: this patient had left or died." in page.text


def test_a_visit_is_missed_with_its_reason(app: Flask, member: Member) -> None:
    """And opened again for a late answer."""
    visit = invite(app, "C", study="S1").visit_id
    page = member.post(f"/staff/S1/visits/{visit}/missed", {"reason": "away"})
    assert "Missed: away." in page.text
    page = member.post(f"/staff/S1/visits/{visit}/late", {})
    assert "The visit is open until" in page.text
    assert "Missed: away." not in page.text
