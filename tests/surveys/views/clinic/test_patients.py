"""The list of patients, and one patient's page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from surveys.lists import patients as lists
from surveys.models import Study, Visit
from surveys.store.patient import patients as store
from surveys.store.patient.patients import NewPatient
from surveys.store.study import studies
from tests.support.answers import finish, send
from tests.support.patient import Patient, in_process
from tests.support.patients_list import LIST, NEW, errors, link_of, rows, words
from tests.support.present import year_ahead
from tests.support.staff import ENROLMENT, Member, signed_in
from tests.support.study import FACE, PHQ9, SAQ, changing, invite, one_table, stored

TREATMENT_FAULTS = (
    ({}, "#treatment-kind", "Choose a treatment"),
    ({"treatment-kind": "magic"}, "#treatment-kind", "Not a valid choice"),
    ({"treatment-kind": "massage", "treatment-year": "1960"}, "#treatment-year", "before the patient"),
    ({"treatment-kind": "massage", "treatment-day": "1"}, "#treatment-year", "Enter the year"),
)


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """The SQL sent to the database while the block runs."""
    sent: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_a_number_too_large_for_the_database_is_not_found(member: Member) -> None:
    """In a path as in a page's number."""
    for address in (f"/staff/S1/visits/{10**20}/missed", "/staff/S1/patients?page=1" + "0" * 20):
        member.get(address)
        assert member.status == 404


# The list -----------------------------------------------------------------------------------------------


def test_the_list_says_who_is_due_in_progress_done_and_missed(app: Flask) -> None:
    """By the visit that matters now; the next one is named after a finished one."""
    now = datetime.now(UTC)
    _, begun, done = (invite(app, code) for code in ("due", "begun", "done"))
    member = signed_in(app)
    invite(app, "missed", at=now - timedelta(days=60))
    send(app, begun.token, draft=FACE[:1])
    finish(app, done.token, FACE, PHQ9, SAQ)
    with changing(app) as session:
        [study] = session.scalars(select(Study))
        gone = NewPatient("gone", studies.today(study, now), 1970, status="left")
        store.add(session, study, [gone], at=now, actor="test")

    page = member.get(LIST)
    shown = rows(member)
    assert shown["due"].startswith("due Due First visit then 3 months")
    assert shown["begun"].startswith("begun In progress First visit")
    assert shown["done"].startswith("done Done First visit then 3 months")
    assert shown["missed"].startswith("missed Missed First visit")
    assert shown["gone"].startswith("gone Left")
    assert "Due (1)" in page.text
    assert "Done (1)" in page.text

    for state, code in (
        ("due", "due"),
        ("in_progress", "begun"),
        ("done", "done"),
        ("missed", "missed"),
        ("left", "gone"),
    ):
        member.get(f"{LIST}?state={state}")
        assert rows(member).keys() == {code}


def test_a_begun_visit_may_be_finished_a_week_longer(app: Flask) -> None:
    """In progress until then, missed afterwards; what was sent before the end stays."""
    now = datetime.now(UTC)
    begun = invite(app, at=now - timedelta(days=33))
    member = signed_in(app)
    with changing(app) as session:
        visit = session.get_one(Visit, begun.visit_id)
        visit.closes_on = now.date() + timedelta(days=1)
    send(app, begun.token, FACE)
    for closed_since, state in ((7, "In progress"), (8, "Missed")):
        with changing(app) as session:
            session.get_one(Visit, begun.visit_id).closes_on = now.date() - timedelta(days=closed_since)
        member.get(LIST)
        assert f"P1 {state}" in rows(member)["P1"]


def test_the_list_is_searched_by_code(app: Flask, member: Member) -> None:
    """By any part, in capitals or not; signs that mean something to a database mean themselves."""
    for code in ("P12", "Q_1", "QX1"):
        invite(app, code)
    for search, found in (("p1", {"P1", "P12"}), ("Q_", {"Q_1"}), ("%", set())):
        member.get(f"{LIST}?search={search.replace('%', '%25')}")
        assert rows(member).keys() == found


def test_a_list_that_is_not_there_is_not_found(member: Member) -> None:
    """Pages and states beyond the list."""
    for query in ("page=0", "page=2", "page=x&state=nonsense", "state=nonsense"):
        member.get(f"{LIST}?{query}")
        assert member.status == 404, query


def test_a_long_list_is_paged_with_the_same_few_statements(app: Flask, member: Member) -> None:
    """Fifty a page; a list a hundred times longer asks the database no more often."""
    with counted_statements() as few:
        member.get(LIST)
    with changing(app) as session:
        [study] = session.scalars(select(Study))
        people = [NewPatient(f"X{number:03}", date(2026, 1, 5), 1970) for number in range(120)]
        added = store.add(session, study, people, at=datetime.now(UTC), actor="test")
        days = {"opens_on": date(2026, 1, 5), "due_on": date(2026, 1, 5), "closes_on": date(2026, 2, 5)}
        session.add_all(
            Visit(patient_id=one, study_id=study.id, name="v", battery=["face"], **days) for one in added
        )
    with counted_statements() as many:
        member.get(LIST)
    assert len(rows(member)) == lists.PAGE
    assert len(many) == len(few) <= 10
    assert "Page 3" in member.replies[-1].html
    member.get(f"{LIST}?page=3")
    assert len(rows(member)) == 21


# One patient --------------------------------------------------------------------------------------------


def test_scores_stand_with_direction_missing_items_and_wording(app: Flask) -> None:
    """Value to one decimal, what is missing, what was estimated, and that the wording is ours."""
    invited = invite(app)
    member = signed_in(app)
    send(app, invited.token, FACE, (*PHQ9[:8], None))

    page = member.get(f"{LIST}/P1")
    assert "FaCE (0–100, higher is better)" in page.text
    assert "PHQ-9 (0–27, higher is worse)" in page.text
    assert "PHQ-9 total 13.5 Prorated from 8 of 9 items. Item 9 was not answered." in words(member)
    assert "Missing answers: With one or two items missing, the total is" in page.text
    assert "Project decision: The whole rule is this project's decision." in page.text
    assert page.links["/staff/S1/instruments/phq9"] == "How PHQ-9 is scored"
    assert "Working wording" in page.text
    assert "FaCE: answered on" in page.text
    assert "SAQ: not begun" in page.text
    assert "Answers were stored" in page.text


def test_an_unknown_patient_is_not_found(member: Member) -> None:
    """Nor is anything added to nobody."""
    assert member.get(f"{LIST}/P2").heading == "We cannot find this page"
    assert member.status == 404
    member.post("/staff/S1/treatments/P2", {"treatment-kind": "massage"})
    assert member.status == 404


def test_a_code_may_hold_a_slash(app: Flask, member: Member) -> None:
    """Codes such as A/17 are in use; every action on the page still reaches the patient."""
    member.post(NEW, {**ENROLMENT, "code": "A/17"})
    assert member.path == f"{LIST}/A/17"
    member.post("/staff/S1/treatments/A/17", {"treatment-kind": "massage"})
    assert member.path == f"{LIST}/A/17"
    assert "Massage" in member.page.text


def test_the_patients_page_asks_the_database_a_fixed_number_of_times(app: Flask, member: Member) -> None:
    """However many visits and treatments there are, once it is noted who reads."""
    member.get(f"{LIST}/P1")
    with counted_statements() as few:
        member.get(f"{LIST}/P1")
    for kind in ("massage", "antiviral", "myectomy"):
        member.post("/staff/S1/treatments/P1", {"treatment-kind": kind})
    for _ in range(3):
        member.post("/staff/S1/unscheduled/P1", {"battery": "phq9"})
    member.get(f"{LIST}/P1")
    with counted_statements() as many:
        member.get(f"{LIST}/P1")
    # one of them, at every page, asks whether another process changed own forms
    assert len(many) <= len(few) <= 16


def test_a_treatment_is_added_later(app: Flask, member: Member) -> None:
    """With a date as exactly as known; once."""
    typed = {"treatment-kind": "botulinum_toxin", "treatment-month": "5", "treatment-year": "2025"}
    page = member.post("/staff/S1/treatments/P1", typed)
    assert "Botulinum toxin May 2025 · Given" in page.text
    member.post("/staff/S1/treatments/P1", typed)
    assert member.status == 422
    assert "recorded already" in errors(member)["#treatment-kind"]
    [row] = one_table(app, "treatment")
    assert (row["started_on"], row["started_precision"]) == (date(2025, 5, 1), "month")


def test_an_impossible_treatment_is_refused(app: Flask, member: Member) -> None:
    """At its box, and nothing is stored."""
    before = stored(app)
    ahead = {"treatment-kind": "massage", "treatment-year": year_ahead()}
    for typed, place, said in (*TREATMENT_FAULTS, (ahead, "#treatment-year", "lies ahead")):
        member.post("/staff/S1/treatments/P1", typed)
        assert member.status == 422, typed
        assert said in errors(member)[place]
    assert stored(app) == before


def test_an_unscheduled_visit_opens_today(app: Flask, member: Member) -> None:
    """It asks what was chosen, PHQ-9 never last; a second one is told apart, a second press refused."""
    page = member.post("/staff/S1/unscheduled/P1", [("battery", "saq"), ("battery", "phq9")])
    assert "The visit was added" in page.text
    page = member.post("/staff/S1/unscheduled/P1", [("battery", "phq9"), ("battery", "saq")])
    assert "was opened today and is not answered yet" in page.text
    member.post("/staff/S1/unscheduled/P1", {"battery": "face"})
    added = [row for row in one_table(app, "visit") if row["timepoint_id"] is None]
    assert [(row["name"], row["occurrence"], row["battery"]) for row in added] == [
        ("unscheduled", 1, ["phq9", "saq"]),
        ("unscheduled", 2, ["face"]),
    ]
    token = link_of(member, added[1]["id"])
    walker = Patient(in_process(app))
    walker.open(token)
    assert walker.status == 200


def test_an_unscheduled_visit_must_ask_something_known(app: Flask, member: Member) -> None:
    """Nothing chosen, or a questionnaire that does not exist."""
    before = stored(app)
    for battery in ({}, {"battery": "nonsense"}):
        member.post("/staff/S1/unscheduled/P1", battery)
        assert member.status == 422
        assert "#battery" in errors(member)
    assert stored(app) == before
