"""The lists of staff's pages as files: the same rows, the reader's own alone, by code and never by name."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta

import pytest
import python_calamine
from flask import Flask
from sqlalchemy import select, update

from surveys.models import Contact, Patient, Staff, Visit
from surveys.store.visit import responses
from surveys.store.visit import visits as store_visits
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from surveys.views.clinic import list_files
from surveys.views.web import list_files as sending
from tests.support.present import now
from tests.support.staff import Member, signed_in
from tests.support.study import PHQ9, changing, invite, library, one_table

DAY = timedelta(days=1)
NAME = "Änne Jäger"
LISTS = sorted(list_files.LISTS)


@pytest.fixture
def member(app: Flask) -> Member:
    """A coordinator of two patients: P1 of North, who has a name, an alert and a missed visit, and P2."""
    one = invite(app, "P1", at=now() - 100 * DAY)
    invite(app, "P2", at=now() - 100 * DAY)
    with changing(app) as session:
        patient = session.get_one(Patient, one.patient_id)
        patient.site = "North"
        patient.contact = Contact(name=NAME, born_on=date(1970, 5, 1), telephone="0123 4567")
        phq9 = library(app).get("phq9")
        answers = NewResponse(
            visit_id=one.visit_id,
            patient_id=one.patient_id,
            instrument=phq9,
            version_id=versions.freeze(session, phq9, at=now()),
            answers={f"q{number}": value for number, value in enumerate((*PHQ9[:8], 2), 1)},
            source="paper",
            submitted_at=now(),
            completed_on=now().date(),
        )
        responses.add(session, [answers], at=now(), actor="test")
        later = select(Visit).where(Visit.patient_id == one.patient_id, Visit.name == "month_3")
        store_visits.miss(session, session.scalars(later).one(), "=in hospital", at=now(), actor="test")
    return signed_in(app)


def table(member: Member, path: str) -> list[dict[str, str]]:
    """The rows of a CSV file by the names of its columns."""
    member.get(path)
    assert member.status == 200
    text = member.replies[-1].content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_file_has_the_rows_of_the_page(member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is filtered, all its pages, in the page's words."""
    monkeypatch.setattr(sending, "SIZE", 1)
    monkeypatch.setattr(list_files, "SIZE", 1)
    patients = table(member, "/staff/S1/lists/patients.csv")
    assert [(row["Code"], row["Site"]) for row in patients] == [("P1", "North"), ("P2", "")]
    assert patients[0]["Alerts waiting"] == "1"
    assert patients[0]["Last answered"] == now().date().isoformat()
    [chosen] = table(member, f"/staff/S1/lists/patients.csv?search=p2&state={state(patients[1])}")
    assert chosen == patients[1]
    grid = table(member, "/staff/S1/lists/completeness.csv")
    assert [[*row.values()][3] for row in grid] == ["Missed: =in hospital", "Due"]
    [changed] = table(member, "/staff/S1/lists/changes.csv")
    assert (changed["Patient"], changed["PHQ-9 total: change"]) == ("P1", "No earlier score")
    [alert] = table(member, "/staff/S1/lists/alerts.csv")
    assert (alert["Patient"], alert["State"]) == ("P1", "Waiting")
    assert table(member, "/staff/S1/lists/alerts.csv?state=closed") == []
    assert table(member, "/staff/S1/lists/messages.csv") == []


def state(row: dict[str, str]) -> str:
    """The code of a row's state."""
    return row["State"].lower().replace(" ", "_")


@pytest.mark.parametrize("name", LISTS)
def test_no_file_tells_who_it_is(app: Flask, member: Member, name: str) -> None:
    """Scores and alerts stand beside a code, never beside a name; that the file was taken is noted."""
    page = member.get(f"/staff/S1/lists/{name}.xlsx")
    assert member.status == 200, page.text
    content = member.replies[-1].content
    book = python_calamine.load_workbook(io.BytesIO(content))
    cells = [str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row]
    assert not [cell for cell in cells if "Jäger" in cell or "4567" in cell or "1970" in cell]
    taken = [row["facts"]["file"] for row in one_table(app, "event") if row["action"] == "study.downloaded"]
    assert taken == [f"S1-{name}-{now().date().isoformat()}.xlsx"]


def test_a_reader_of_one_site_gets_that_site(app: Flask, member: Member) -> None:
    """In each list; and what is no list, or no state of it, is not found."""
    north = signed_in(app, "investigator", site="North")
    south = signed_in(app, "investigator", site="South")
    assert [row["Code"] for row in table(north, "/staff/S1/lists/patients.csv")] == ["P1"]
    for name in LISTS:
        assert table(south, f"/staff/S1/lists/{name}.csv") == []
    for path in (
        "lists/people.csv",
        "lists/patients.ods",
        "lists/patients.csv?state=x",
        "lists/alerts.csv?state=x",
    ):
        assert member.send("GET", f"/staff/S1/{path}", []).status == 404


def test_each_list_leads_to_its_files(member: Member) -> None:
    """With the filters of the page."""
    pages = {
        "patients?state=due": "lists/patients.xlsx?state=due",
        "completeness": "lists/completeness.xlsx",
        "changes": "lists/changes.xlsx",
        "alerts": "lists/alerts.xlsx?state=new",
        "log?kind=read": "log.xlsx?kind=read",
        "team": "team.xlsx",
    }
    for page, file in pages.items():
        links = member.get(f"/staff/S1/{page}").links
        for one in (file, file.replace(".xlsx", ".csv")):
            assert f"/staff/S1/{one}" in links, page
        table(member, f"/staff/S1/{file}".replace(".xlsx", ".csv"))


def test_what_a_search_found_goes_by_code(member: Member) -> None:
    """Who was found by name, in the order and state of the page; the name is in no address and no file."""
    page = member.post("/staff/S1/patients", {"search": "jager", "sort": "due"})
    [form] = [one for one in page.steps if one.action == "/staff/S1/lists/found.xlsx"]
    sent = {one.name: one.value for one in form.inputs if one.name}
    assert (sent["search"], sent["sort"]) == ("jager", "due")
    for search, found in (("jager", ["P1"]), ("P", ["P1", "P2"]), ("nobody", [])):
        answer = member.send("POST", "/staff/S1/lists/found.csv", [*{**sent, "search": search}.items()])
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        assert [row["Code"] for row in rows] == found
        assert "Jäger" not in answer.content.decode() + str(answer.headers)


@pytest.mark.parametrize(
    ("page", "file"),
    [
        ("patients", "lists/patients.csv"),
        ("completeness", "lists/completeness.csv"),
        ("changes", "lists/changes.csv"),
        ("log", "log.csv"),
        ("team", "team.csv"),
    ],
)
def test_page_and_file_have_the_same_columns(member: Member, page: str, file: str) -> None:
    """In the same words and order; what the page shows within another cell is in the file alone."""
    rows = table(member, f"/staff/S1/{file}")
    member.get(f"/staff/S1/{page}")
    heads = re.findall(r"<th scope=.col.[^>]*>(.*?)</th>", member.replies[-1].content.decode(), re.DOTALL)
    shown = [re.sub(r"<[^>]*>", "", head).strip() for head in heads]
    assert [head for head in rows[0] if head in shown] == [head for head in shown if head != "Action"]
    assert len(shown) >= 3


def test_an_alerts_card_and_its_file_have_the_same_facts(member: Member) -> None:
    """In the same words and order; who it is and how to call them is on the card alone."""
    [row] = table(member, "/staff/S1/lists/alerts.csv")
    member.get("/staff/S1/alerts")
    facts = re.findall(r"<dt>(\w[^<]*)</dt>", member.replies[-1].html)
    assert [head for head in row if head in facts] == [
        "Patient",
        "Visit",
        "Raised",
        "Answered",
        "Answer last given",
    ]
    assert [fact for fact in facts if fact not in row] == ["Questionnaire", "Telephone", "Born", "Speaks"]
    assert row["Answer first given"] == row["Answer last given"]


def test_the_file_of_a_count_has_those_whom_it_counts(member: Member) -> None:
    """*Completeness* as the page is filtered, with every visit of the patients."""
    member.get("/staff/S1/completeness")
    *_, behind = [link for link in member.page.links if link.endswith("state=missed")]
    [file] = [link for link in member.get(behind).links if "completeness.csv" in link]
    assert file.partition("?")[2] == behind.partition("?")[2]
    [row] = table(member, file)
    assert row["Patient"] == "P1"
    assert "Missed: =in hospital" in row.values()
    assert member.send("GET", file.replace("missed", "nonsense"), []).status == 404


@pytest.mark.parametrize(
    ("page", "file", "sort", "first"),
    [("changes", "lists/changes.csv", "code", "P1"), ("team", "team.csv", "role", "Coordinator")],
)
def test_a_list_sorts_by_a_link_and_so_does_its_file(
    member: Member, page: str, file: str, sort: str, first: str
) -> None:
    """The heading says by what, and every other one leads to its order; another order is not found."""
    links = member.get(f"/staff/S1/{page}").links
    assert f"/staff/S1/{page}?sort={sort}" in links
    links = member.get(f"/staff/S1/{page}?sort={sort}").links
    assert 'aria-sort="ascending"' in member.replies[-1].html
    assert f"/staff/S1/{page}?sort={sort}" not in links
    assert f"/staff/S1/{file}?sort={sort}" in links
    assert first in [*table(member, f"/staff/S1/{file}?sort={sort}")[0].values()]
    for path in (page, file):
        assert member.send("GET", f"/staff/S1/{path}?sort=x", []).status == 404


def test_a_file_is_in_the_readers_language(app: Flask, member: Member) -> None:
    """Its headings and its coded cells, as the page is."""
    with changing(app) as session:
        session.execute(update(Staff).values(language="de"))
    [first, *_] = table(member, "/staff/S1/lists/completeness.csv")
    assert (first["Patient"], first["Status"]) == ("P1", "Nimmt teil")
    [first, *_] = table(member, "/staff/S1/lists/patients.csv")
    assert {"Code", "Stand", "Zuletzt geantwortet"} <= first.keys()


def test_the_file_of_the_log_says_what_was_done_in_words(member: Member) -> None:
    """As the page does: no code of an action, which has a full stop in it."""
    member.get("/staff/S1/log")
    said = {row["What"] for row in table(member, "/staff/S1/log.csv")}
    assert said
    assert not any("." in one for one in said)
