"""A coordinator's day: the list by hospital number, what is due, the tick when it is done, what waits."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import event, select

from surveys.db import db
from surveys.models import Contact, Message, Visit
from surveys.models import Patient as Row
from surveys.store.patient import leaving
from surveys.store.post import messages, settling
from tests.support.answers import finish, send
from tests.support.staff import ENROLMENT, Member, signed_in
from tests.support.study import FACE, PHQ9, SAQ, changing, invite, one_table

CLINIC = "/staff/S1/clinic"
NEEDS = "/staff/S1/needs"
MOST_STATEMENTS = 20
BOTH = pytest.mark.parametrize("database_url", ["sqlite_url", "postgres_url"], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite; a test marked `BOTH` runs on PostgreSQL too."""
    return str(request.getfixturevalue(getattr(request, "param", "sqlite_url")))


@pytest.fixture
def member(app: Flask) -> Member:
    """A coordinator of S1 with two patients, H-1 and H-2."""
    invite(app, "A", study="S1")
    one = signed_in(app)
    for number in (1, 2):
        facts = {"code": f"P-{number}", "hospital_number": f"H-{number}", "name": f"Person {number}"}
        facts |= {"birth-year": str(1960 + number), "telephone": "020 7946 0000"}
        one.post("/staff/S1/enrol", {**ENROLMENT, **facts})
        assert one.path == f"/staff/S1/patients/P-{number}"
    return one


def link_of(app: Flask, member: Member, code: str) -> str:
    """The personal link that staff make for the patient's open visit."""
    with app.app_context():
        visit = db.session.scalars(
            select(Visit.id).join(Row).where(Row.code == code, Visit.name == "baseline")
        ).one()
    page = member.post(f"/staff/S1/visits/{visit}/link", {})
    [address] = [link for link in page.links if "/s/" in link]
    return address.partition("/s/")[2]


def progress(member: Member) -> list[str]:
    member.get(f"{CLINIC}/progress")
    return [one["words"] for one in json.loads(member.replies[-1].html).values()]


@BOTH
def test_the_day_from_the_list_to_the_tick(app: Flask, member: Member) -> None:
    """Whom nobody knows stays in the box; the tick follows what the patient answers."""
    page = member.post(CLINIC, {"numbers": "h-1\nH-2; H-2\tH-404"})
    assert member.status == 422
    assert "2 patients were put on the list. 1 is not enrolled in this study." in page.text
    page = member.post(CLINIC, {"numbers": "A"})
    assert member.path == CLINIC
    assert "0 of 3 done" in page.text
    assert "Person 1 P-1 H-1" in page.text
    assert "Consent: not asked yet" in page.text
    assert "First visit, due" in page.text
    assert progress(member) == ["First visit: 0 of 3"] * 3
    link = link_of(app, member, "P-1")
    send(app, link, FACE)
    assert "First visit: 1 of 3" in progress(member)
    finish(app, link, PHQ9, SAQ)
    assert "Done: First visit" in progress(member)
    page = member.get(CLINIC)
    assert "Done: First visit" in page.text
    assert "1 of 3 done" in page.text
    assert "1 patient has answered" in page.text
    page = member.post(f"{CLINIC}/off/A", {})
    assert "1 of 2 done" in page.text
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    page = member.get(f"{CLINIC}?day={tomorrow}")
    assert "Nobody is on the list of this day yet." in page.text
    member.get(f"{CLINIC}?day=tomorrow")
    assert member.status == 404


def test_a_coordinator_begins_where_the_day_does(app: Flask, member: Member) -> None:
    """With the list, and beside it what needs a person; others where they did."""
    assert member.get("/staff/").heading == "Today"
    assert signed_in(app, "investigator").get("/staff/").heading != "Today"


@BOTH
def test_what_waits_for_a_person(app: Flask, member: Member) -> None:
    """An alert with its clock and telephone, a visit past its day, a visit missed until somebody says why."""
    send(app, link_of(app, member, "P-1"), FACE, draft=(1,) * 9)
    with changing(app) as session:
        today = datetime.now(UTC).date()
        for code, closed in (("A", 3), ("P-2", -3)):
            visit = session.scalars(
                select(Visit).join(Row).where(Row.code == code, Visit.name == "baseline")
            ).one()
            visit.opens_on = visit.due_on = today - timedelta(days=9)
            visit.closes_on = today - timedelta(days=closed)
            visit_id = visit.id
            leaving.request_removal(session, visit.patient_id, at=datetime.now(UTC), actor="test")
    told = member.get(CLINIC).links
    assert told["/staff/S1/alerts?state=new"] == "1 alert is open, for less than a minute: P-1"
    assert told[f"{CLINIC}#overdue"] == "2 visits are overdue"
    assert told[f"{CLINIC}#requests"] == "1 request to remove details"
    page = member.get(NEEDS)
    assert all(f'id="{anchor}"' in member.replies[-1].html for anchor in ("overdue", "requests"))
    assert page.links["/staff/S1/removal/P-2"] == "Decide P-2"
    assert "/staff/S1/removal/A" not in page.links, "nothing is kept that could be removed"
    assert "Person 1" in page.text
    assert "020 7946 0000" in page.text
    assert "less than a minute" in page.text
    assert "Person 2 First visit Due" in page.text
    assert "A First visit Missed" in page.text
    member.post(f"/staff/S1/visits/{visit_id}/missed", {"reason": "in hospital"})
    assert "Person 2 First visit" not in member.get(NEEDS).text


@pytest.mark.long
def test_pages_cost_a_fixed_number_of_statements(app: Flask, member: Member) -> None:
    """However many patients stand on them."""
    told: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: told.append(args[2]))
    counts = []
    for numbers in ("H-1", "H-2\nA"):
        member.post(CLINIC, {"numbers": numbers})
        for path in (CLINIC, f"{CLINIC}/progress", NEEDS):
            told.clear()
            member.get(path)
            counts.append(len(told))
    assert counts[:3] == counts[3:]
    assert max(counts) <= MOST_STATEMENTS


def test_a_line_of_a_clinics_list_may_hold_more(app: Flask, member: Member) -> None:
    """Times and names beside a known number are passed over; a number like it that is unknown is not."""
    typed = '08:30,H-1,"Byron, Ada"\n09:00;H-2;H-3\n10:15,H-9,Carroll'
    page = member.post(CLINIC, {"numbers": typed})
    assert "2 patients were put on the list. 2 are not enrolled in this study." in page.text
    html = member.replies[-1].html
    assert "H-3\n10:15\tH-9\tCarroll</textarea>" in html


def test_an_unscheduled_visit_is_open_at_once(app: Flask, member: Member) -> None:
    """From the list, asking what the plan asks, and the tick counts it."""
    with changing(app) as session:
        visit = session.scalars(select(Visit).join(Row).where(Row.code == "P-1", Visit.name == "baseline"))
        visit.one().missed_reason = "away"
    page = member.post(CLINIC, {"numbers": "H-1"})
    assert "Nothing is due" in page.text
    page = member.post(f"{CLINIC}/unscheduled/P-1", {})
    assert member.path == CLINIC
    assert "unscheduled: 0 of 3" in page.text


@BOTH
def test_calls_letters_and_lost_mail_wait_for_a_person(app: Flask, member: Member) -> None:
    """A call is made, or due again tomorrow; an address that refuses mail leaves once it is corrected."""
    told = {"name": "Person 1", "hospital_number": "H-1", "email": "old@example.org"}
    member.post("/staff/S1/contact/P-1", {**told, "telephone": "020 7946 0000", "channel": "telephone"})
    now = datetime.now(UTC)
    with changing(app) as session:
        messages.plan(session, at=now - timedelta(days=1))
        rows = session.scalars(select(Message).order_by(Message.planned_at)).all()
        assert {row.channel for row in rows} == {"telephone"}
        rows[0].planned_at = now - timedelta(hours=1)
        call = rows[0].id
    page = member.get(NEEDS)
    assert "Call: P-1 Person 1" in page.text
    assert "FaCE" in page.text
    page = member.post(f"/staff/S1/calls/{call}", {"became": "again"})
    assert "Call: P-1" not in page.text
    with changing(app) as session:
        row = session.get_one(Message, call)
        assert row.attempts == 1
        row.retry_at = now - timedelta(minutes=1)
    page = member.post(f"/staff/S1/calls/{call}", {"became": "done"})
    assert "Call: P-1" not in page.text
    with changing(app) as session:
        row = session.get_one(Message, call)
        assert row.outcome == "sent"
        row.channel, row.outcome, row.error = "email", "bounced", "5.1.1"
        contact = session.scalars(select(Contact).where(Contact.hospital_number == "H-1")).one()
        contact.refused_email = "old@example.org"
    assert "Came back 5.1.1" in member.get(NEEDS).text
    assert member.get("/staff/S1/messages").links[f"{CLINIC}#undelivered"].startswith("1 message did not")
    member.post("/staff/S1/contact/P-1", {**told, "email": "new@example.org"})
    assert "Came back" not in member.get(NEEDS).text


def test_what_came_back_for_now_waits_until_mail_arrives(app: Flask, member: Member) -> None:
    """A full mailbox is not refused for good, and somebody should know all the same."""
    now = datetime.now(UTC)
    with changing(app) as session:
        row = session.scalars(select(Row).where(Row.code == "P-1")).one()
        contact = session.get_one(Contact, row.contact_id)
        contact.email = "one@example.org"
        visit = session.scalars(select(Visit).where(Visit.patient_id == row.id)).first()
        assert visit is not None
        facts = {"visit_id": visit.id, "channel": "email", "planned_at": now}
        session.add(Message(**facts, kind="invitation", outcome="sent", outcome_at=now))
        session.flush()
        first = session.scalars(select(Message.id).where(Message.visit_id == visit.id)).one()
        settling.bounced(session, first, "5.2.2", refuses=lambda _: False, at=now, actor="test")
        assert contact.refused_email is None
    assert "Came back 5.2.2" in member.get(NEEDS).text
    with changing(app) as session:
        later = now + timedelta(seconds=1)
        session.add(Message(**facts, kind="reminder", outcome="sent", outcome_at=later))
    assert "Came back" not in member.get(NEEDS).text


def test_patients_of_before_whose_codes_read_the_same_are_told(app: Flask, member: Member) -> None:
    """Until one of them takes part no longer: somebody must look whether they are one person."""
    with changing(app) as session:
        row = session.scalars(select(Row).where(Row.code == "P-2")).one()
        row.code, row.twin = "p–1", 1
        later = row.id
    assert "P-1: P-1 and p–1 are two patients." in member.get(NEEDS).text
    with changing(app) as session:
        session.get_one(Row, later).status = "left"
    assert "read the same" not in member.get(NEEDS).text


def test_a_line_of_the_clinics_own_list(app: Flask, member: Member) -> None:
    """With the time, and one space between name and number."""
    page = member.post(CLINIC, {"numbers": "08:00 Person, One h-1\n08:30 Two, Person H–2"})
    assert "2 patients were put on the list." in page.text


@pytest.mark.database
@BOTH
def test_two_people_paste_the_same_list(app: Flask, member: Member) -> None:
    """At the same moment: everybody is on it once."""
    other = signed_in(app, "admin")
    ready = Barrier(2)

    def paste(one: Member) -> None:
        ready.wait()
        one.post(CLINIC, {"numbers": "H-1\nH-2\nA"})

    for one in (member, other):
        one.get(CLINIC)
    pasting = [Thread(target=paste, args=(one,)) for one in (member, other)]
    for thread in pasting:
        thread.start()
    for thread in pasting:
        thread.join()
    assert [one.status for one in (member, other)] == [200, 200]
    assert len(one_table(app, "appointment")) == 3


def test_no_line_of_a_long_list_vanishes(app: Flask, member: Member) -> None:
    """What nobody is known by comes back; a list that is too long puts nobody on and stays in the box."""
    unknown = [f"X-{number}" for number in range(1, 621)]
    text = "\n".join([*unknown, "H-2"])
    page = member.post(CLINIC, {"numbers": text})
    assert member.status == 422
    assert "620 are not enrolled in this study." in page.text
    assert "1 patient was put on the list." in page.text
    shown = member.replies[-1].html.split('name="numbers"')[1].split("</textarea>")[0]
    assert all(f"{number}\n" in f"{shown}\n" for number in unknown)
    too_many = "\n".join(["H-1", *(f"X-{number}" for number in range(2000))])
    page = member.post(CLINIC, {"numbers": too_many})
    assert member.status == 422
    assert "Nobody was put on the list: these are 2001 lines, and at most 2000 go in at once." in page.text
    assert "X-1999" in member.replies[-1].html
    assert len(one_table(app, "appointment")) == 1
