"""The list of patients, enrolment, one patient's page, and personal links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from surveys.lists import patients as lists
from surveys.models import Patient as Row
from surveys.models import Study, Visit
from surveys.schedule import preset
from surveys.store.patient import patients as store
from surveys.store.patient.patients import NewPatient
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from tests.support.answers import finish, send
from tests.support.patient import Patient, in_process
from tests.support.staff import ENROLMENT, Member, signed_in
from tests.support.study import FACE, PHQ9, SAQ, changing, invite, library, one_table, stored

NEW = "/staff/S1/enrol"
LIST = "/staff/S1/patients"
AHEAD = str(datetime.now(UTC).year + 2)

# What is typed, which box the error summary leads to, and what it says.
ENROLMENT_FAULTS = (
    ({"code": ""}, "#code", "Enter a study code"),
    ({"code": "P 7"}, "#code", "no spaces"),
    ({"birth-year": ""}, "#birth-year", "Enter the year of birth"),
    ({"birth-year": "19x0"}, "#birth-year", "must be a whole number"),
    ({"birth-year": "70"}, "#birth-year", "four digits"),
    ({"birth-month": "5"}, "#birth-day", "only the year"),
    ({"birth-year": "1890"}, "#birth-year", "not a possible year of birth"),
    ({"onset-month": "13"}, "#onset-month", "from 1 to 12"),
    ({"onset-day": "30", "onset-month": "2"}, "#onset-day", "no such day"),
    ({"onset-day": "3", "onset-month": ""}, "#onset-month", "Enter the month"),
    ({"onset-year": ""}, "#onset-year", "Enter the year"),
    ({"onset-year": AHEAD}, "#onset-year", "lies after the enrolment"),
    ({"onset-year": "1960"}, "#onset-year", "before the birth"),
    ({"cause": "flu"}, "#cause", "Not a valid choice"),
    ({"email": "ada"}, "#email", "such as name@example.org"),
    ({"treatment_2-year": "2025"}, "#treatment_2-kind", "Choose which treatment"),
    ({"treatment_1-kind": "massage", "treatment_1-month": "2"}, "#treatment_1-year", "Enter the year"),
    ({"treatment_1-kind": "massage", "treatment_1-year": AHEAD}, "#treatment_1-year", "lies ahead"),
    (
        {"treatment_1-kind": "massage", "treatment_1-year": "1960"},
        "#treatment_1-year",
        "before the birth",
    ),
    ({"treatment_1-kind": "massage", "treatment_3-kind": "massage"}, "#treatment_3-kind", "there twice"),
)
TREATMENT_FAULTS = (
    ({}, "#treatment-kind", "Choose a treatment"),
    ({"treatment-kind": "magic"}, "#treatment-kind", "Not a valid choice"),
    ({"treatment-kind": "massage", "treatment-year": AHEAD}, "#treatment-year", "lies ahead"),
    ({"treatment-kind": "massage", "treatment-year": "1960"}, "#treatment-year", "before the patient"),
    ({"treatment-kind": "massage", "treatment-day": "1"}, "#treatment-year", "Enter the year"),
)


@pytest.fixture
def member(app: Flask) -> Member:
    """The coordinator of S1, where P1 is invited to the first visit."""
    invite(app)
    return signed_in(app)


def rows(member: Member) -> dict[str, str]:
    """The list as it is shown: each patient's line by study code."""
    html = member.replies[-1].html
    lines = re.findall(r"<tr class=\"govuk-table__row\">(.*?)</tr>", html.partition("<tbody")[2], re.S)
    texts = [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in lines]
    return {text.split()[0]: text for text in texts}


def words(member: Member) -> str:
    """The page's words, cells apart."""
    return " ".join(re.sub(r"<[^>]+>", " ", member.replies[-1].html).split())


def errors(member: Member) -> dict[str, str]:
    """The error summary: what each entry links to, and its words."""
    return {place: said for place, said in member.page.links.items() if re.match("#(?!main)", place)}


def rows_of(member: Member) -> set[str]:
    """The study codes on the first page of the list."""
    member.get(LIST)
    return rows(member).keys()


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


# Enrolment ----------------------------------------------------------------------------------------------


def test_enrolment_stores_patient_palsy_treatments_and_contact_apart(app: Flask, member: Member) -> None:
    """Onset known by month, one treatment by day, one by year, one undated; five visits lie ahead."""
    page = member.post(
        NEW,
        {
            **ENROLMENT,
            "birth-day": "17",
            "birth-month": "5",
            "treatment_1-kind": "oral_corticosteroid",
            "treatment_1-day": "4",
            "treatment_1-month": "3",
            "treatment_1-year": "2024",
            "treatment_2-kind": "botulinum_toxin",
            "treatment_2-year": "2025",
            "treatment_3-kind": "massage",
            "name": "Ada Byron",
            "hospital_number": "H-4711",
            "email": "ada@example.org",
            "telephone": "020 7946 0000",
        },
    )

    assert member.path == f"{LIST}/P-7"
    assert "Patient P-7 was added." in page.text
    patient = next(row for row in one_table(app, "patient") if row["code"] == "P-7")
    assert (patient["birth_year"], patient["sex"], patient["site"]) == (1970, "female", None)
    [palsy] = [row for row in one_table(app, "palsy") if row["patient_id"] == patient["id"]]
    assert (palsy["cause"], palsy["side"], palsy["begin"]) == ("bells_palsy", "left", "sudden")
    assert (palsy["onset_on"], palsy["onset_precision"]) == (date(2024, 3, 1), "month")
    assert [
        (row["kind"], row["started_on"], row["started_precision"]) for row in one_table(app, "treatment")
    ] == [
        ("oral_corticosteroid", date(2024, 3, 4), "day"),
        ("botulinum_toxin", date(2025, 1, 1), "year"),
        ("massage", None, None),
    ]
    [contact] = one_table(app, "contact")
    assert contact["id"] == patient["contact_id"]
    assert (contact["name"], contact["born_on"]) == ("Ada Byron", date(1970, 5, 17))
    assert len([row for row in one_table(app, "visit") if row["patient_id"] == patient["id"]]) == 5
    assert "Mar 2024" in page.text
    assert "Corticosteroid tablets 4 Mar 2024" in page.text
    assert "Massage Not known" in page.text
    assert "ada@example.org" in page.text


def test_a_contact_is_never_in_the_audit_in_plain(app: Flask, member: Member) -> None:
    """The chain holds keyed digests; the values stand apart, where an erasure can remove them."""
    member.post(NEW, {**ENROLMENT, "name": "Ada Byron", "email": "ada@example.org"})
    assert "Byron" not in str(one_table(app, "event"))
    assert "ada@example.org" in str(one_table(app, "event_value"))
    member.get(f"{LIST}/P-7")
    history = member.replies[-1].html.partition("What was done")[2]
    assert "patient.enrolled" in history
    assert "ada@example.org" not in history


def test_nobody_below_the_lowest_age_is_enrolled(app: Flask, member: Member) -> None:
    """The reason is said at the birth date, what was typed is kept, and nothing is stored."""
    before = stored(app)
    year = datetime.now(UTC).year - 17
    member.post(NEW, {**ENROLMENT, "birth-year": str(year), "name": "Ada Byron"})
    assert member.status == 422
    assert "takes people from 18 years on" in errors(member)["#birth-year"]
    html = member.replies[-1].html
    assert 'value="P-7"' in html
    assert 'value="Ada Byron"' in html
    assert stored(app) == before


def test_the_birthday_counts_where_it_is_known(app: Flask, member: Member) -> None:
    """Eighteen tomorrow is seventeen today, whatever the year of birth says."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    born = {"birth-day": str(tomorrow.day), "birth-month": str(tomorrow.month)}
    member.post(NEW, {**ENROLMENT, **born, "birth-year": str(tomorrow.year - 18)})
    assert "17 years old" in errors(member)["#birth-year"]


def test_a_study_code_is_given_once(app: Flask, member: Member) -> None:
    """A second enrolment under a code, in capitals or not, is refused at the code; nothing is stored."""
    before = stored(app)
    for code in ("P1", "p1"):
        member.post(NEW, {**ENROLMENT, "code": code})
        assert member.status == 422
        assert "The study code P1 is taken" in errors(member)["#code"]
        assert stored(app) == before


def test_a_number_too_large_for_the_database_is_not_found(member: Member) -> None:
    """In a path as in a page's number."""
    for address in (f"/staff/S1/visits/{10**20}/missed", "/staff/S1/patients?page=1" + "0" * 20):
        member.get(address)
        assert member.status == 404


@pytest.mark.database
@pytest.mark.parametrize("database_url", ["sqlite_url", "postgres_url"], indirect=True)
def test_two_coordinators_cannot_enrol_the_same_code_at_once(app: Flask, member: Member) -> None:
    """One is told that the code is taken, as if the other had been first by a minute."""
    colleague = signed_in(app, "admin")
    for one in (member, colleague):
        one.get(NEW)
    start = Barrier(2)

    def send(one: Member) -> None:
        start.wait()
        one.post(NEW, ENROLMENT)

    threads = [Thread(target=send, args=(one,)) for one in (member, colleague)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, second = sorted((member, colleague), key=lambda one: one.status)
    assert (first.status, second.status) == (200, 422)
    assert "taken" in errors(second)["#code"]
    assert [row["code"] for row in one_table(app, "patient")] == ["P1", "P-7"]


def test_every_fault_is_said_where_it_is(app: Flask, member: Member) -> None:
    """The summary links to the box; nothing is stored."""
    before = stored(app)
    for typed, place, said in ENROLMENT_FAULTS:
        member.post(NEW, {**ENROLMENT, **typed})
        assert member.status == 422, typed
        assert said in errors(member)[place]
        assert f'id="{place[1:]}"' in member.replies[-1].html
    assert stored(app) == before


def test_all_faults_are_said_at_once(member: Member) -> None:
    """Nobody has to send the form three times to learn of three faults."""
    member.post(NEW, {**ENROLMENT, "code": "", "birth-year": "", "onset-month": "13"})
    assert errors(member).keys() == {"#code", "#birth-year", "#onset-month"}


def test_an_onset_yet_to_come_needs_an_operation(app: Flask, member: Member) -> None:
    """With a tumour as the cause the palsy may follow the enrolment."""
    member.post(NEW, {**ENROLMENT, "cause": "vestibular_schwannoma", "onset-year": AHEAD})
    assert member.path == f"{LIST}/P-7"


def test_more_rows_of_treatments_keep_what_was_typed(app: Flask, member: Member) -> None:
    """One more row is drawn and can be filled in; nothing is stored or complained about before."""
    before = stored(app)
    page = member.post(NEW, {"code": "P-7", "treatment_4-kind": "massage", "rows": "4", "more": "1"})
    assert member.status == 200
    assert errors(member) == {}
    names = {one.name for one in page.steps[-1].inputs}
    assert "treatment_5-kind" in names
    assert "treatment_6-kind" not in names
    assert 'value="P-7"' in member.replies[-1].html
    assert re.search(r'value="massage"\s+selected', member.replies[-1].html)
    assert stored(app) == before

    member.post(NEW, {**ENROLMENT, "rows": "5", "treatment_5-kind": "massage"})
    assert [row["kind"] for row in one_table(app, "treatment")] == ["massage"]


def test_a_member_of_one_site_enrols_there(app: Flask, member: Member) -> None:
    """Whatever site is sent."""
    local = signed_in(app, site="North")
    local.post(NEW, {**ENROLMENT, "site": "South"})
    assert next(row for row in one_table(app, "patient") if row["code"] == "P-7")["site"] == "North"
    assert rows_of(local) == {"P-7"}
    assert rows_of(member) == {"P-7", "P1"}


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
        session.add_all(Visit(patient_id=row.id, name="v", battery=["face"], **days) for row in added)
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
    assert "response.stored" in page.text


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
    """However many visits and treatments there are."""
    with counted_statements() as few:
        member.get(f"{LIST}/P1")
    for kind in ("massage", "antiviral", "myectomy"):
        member.post("/staff/S1/treatments/P1", {"treatment-kind": kind})
    for _ in range(3):
        member.post("/staff/S1/unscheduled/P1", {"battery": "phq9"})
    member.get(f"{LIST}/P1")
    with counted_statements() as many:
        member.get(f"{LIST}/P1")
    assert len(many) <= len(few) + 1 <= 21  # one more for the names of those who did it


def test_a_treatment_is_added_later(app: Flask, member: Member) -> None:
    """With a date as exactly as known; once."""
    typed = {"treatment-kind": "botulinum_toxin", "treatment-month": "5", "treatment-year": "2025"}
    page = member.post("/staff/S1/treatments/P1", typed)
    assert "Botulinum toxin May 2025 – Given" in page.text
    member.post("/staff/S1/treatments/P1", typed)
    assert member.status == 422
    assert "recorded already" in errors(member)["#treatment-kind"]
    [row] = one_table(app, "treatment")
    assert (row["started_on"], row["started_precision"]) == (date(2025, 5, 1), "month")


def test_an_impossible_treatment_is_refused(app: Flask, member: Member) -> None:
    """At its box, and nothing is stored."""
    before = stored(app)
    for typed, place, said in TREATMENT_FAULTS:
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


# Personal links -----------------------------------------------------------------------------------------


def link_of(member: Member, visit_id: int) -> str:
    """Make a link to the visit; its token, as the page shows it."""
    member.post(f"/staff/S1/visits/{visit_id}/link", {})
    found = re.search(r"http://localhost/s/([\w-]+)<", member.replies[-1].html)
    assert found, member.page.text
    return found[1]


def test_a_link_is_shown_once_with_its_picture_and_opens_the_visit(app: Flask) -> None:
    """The whole address and a QR code without a style or a data address; only a digest is stored."""
    invited = invite(app)
    member = signed_in(app)
    token = link_of(member, invited.visit_id)
    html = member.replies[-1].html
    assert "<svg" in html
    assert "style=" not in html
    assert "data:" not in html
    assert token not in str(stored(app))
    assert member.replies[-1].header("Cache-Control") == "no-store"
    walker = Patient(in_process(app))
    walker.open(token)
    assert walker.status == 200
    walker.open(invited.token)
    assert walker.status == 200, "links made before go on working"


def test_revoked_links_open_nothing(app: Flask) -> None:
    """All of the visit at once; a new one may be made afterwards."""
    invited = invite(app)
    member = signed_in(app)
    token = link_of(member, invited.visit_id)
    page = member.post(f"/staff/S1/visits/{invited.visit_id}/revoke", {})
    assert "2 links were revoked." in page.text
    for revoked in (token, invited.token):
        walker = Patient(in_process(app))
        walker.open(revoked)
        assert walker.status == 410
    walker = Patient(in_process(app))
    walker.open(link_of(member, invited.visit_id))
    assert walker.status == 200


def test_no_link_to_what_is_over_or_left(app: Flask) -> None:
    """A finished visit, a closed one, and somebody who takes part no longer: the reason is said."""
    now = datetime.now(UTC)
    done, missed, left = (
        invite(app, "A"),
        invite(app, "B", at=now - timedelta(days=60)),
        invite(app, "C"),
    )
    finish(app, done.token, FACE, PHQ9, SAQ)
    with changing(app) as session:
        session.get_one(Row, left.patient_id).status = "left"
    member = signed_in(app)
    before = one_table(app, "link")
    for invited, reason in (
        (done, "everything asked at this visit is answered"),
        (missed, "this visit is over"),
        (left, "takes part no longer"),
    ):
        page = member.post(f"/staff/S1/visits/{invited.visit_id}/link", {})
        assert reason in page.text
    assert one_table(app, "link") == before


def test_a_draft_study_makes_no_links_and_says_what_is_missing(app: Flask) -> None:
    """On the list, on the patient's page, and when a link is asked for all the same."""
    with changing(app) as session:
        studies.create(
            session,
            NewStudy("S1", lowest_age=18),
            preset("registry"),
            library(app),
            at=datetime.now(UTC),
            actor="test",
        )
    member = signed_in(app)
    page = member.get(LIST)
    assert "This study is a draft" in page.text
    assert "The text of FaCE is a working wording" in page.text
    page = member.post(NEW, ENROLMENT)
    assert member.path == f"{LIST}/P-7"
    assert "Make a link" not in page.text
    [*_, visit] = one_table(app, "visit")
    page = member.post(f"/staff/S1/visits/{visit['id']}/link", {})
    assert "No links yet: the study is not active." in page.text
    assert one_table(app, "link") == []
