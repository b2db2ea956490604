"""Lists of very many patients: what they find, in what order, and in how many statements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from surveys.db import db
from surveys.lists import alerts, background, clinic, completeness, needs, patients
from surveys.lists.at_once import ask
from surveys.lists.scope import Scope
from surveys.models import Contact, Patient, Study
from surveys.store.patient import clinic as appointments
from tests.support.crowd import crowd
from tests.support.study import changing

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
MOST_STATEMENTS = 3
WHOLE_TABLE = re.compile(r"(SCAN|Seq Scan on) (visit|response|draft|score|message|patient)\b(?! USING)")
PATIENTS = 120
BOTH = pytest.mark.parametrize("database_url", ["sqlite_url", "postgres_url"], indirect=True)

pytestmark = pytest.mark.database


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite; a test marked `BOTH` runs on PostgreSQL too."""
    return str(request.getfixturevalue(getattr(request, "param", "sqlite_url")))


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A study of so many patients: three pages of the list."""
    crowd(app, PATIENTS, at=AT)
    with app.app_context():
        yield db.session


def scope(session: Session, site: str | None = None) -> Scope:
    return Scope(session.scalars(select(Study.id)).one(), site, AT.date())


def daily_pages(session: Session) -> dict[str, Callable[[], object]]:
    """What staff's daily pages ask for.

    A page itself adds three statements: who is signed in, for which studies, and how many alerts wait.
    """
    here = scope(session)
    let_wait = timedelta(hours=24)
    return {
        "patients": lambda: patients.page(session, here),
        "patients by site": lambda: patients.page(session, here, sort="site"),
        "patients by day": lambda: patients.page(session, here, sort="due", state="done"),
        "patients found": lambda: patients.page(session, here, person="person 1"),
        "needs": lambda: ask(session, needs.needs(session, here, AT)),
        "completeness": lambda: completeness.grid(session, here, 1),
        "clinic": lambda: clinic.expected(session, here, AT.date()),
        "alerts": lambda: (alerts.counts(session, here), alerts.page(session, here, "new", 1)),
        "every page": lambda: alerts.trouble(session, here, let_wait, AT),
    }


@pytest.fixture
def told(session: Session) -> Iterator[list[tuple[str, Any]]]:
    """The statements meanwhile, with their parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_c: object, _u: object, statement: str, parameters: object, *_: object) -> None:
        seen.append((statement, parameters))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_a_page_asks_a_fixed_number_of_statements(
    app: Flask, session: Session, told: list[tuple[str, Any]]
) -> None:
    """However many patients there are."""
    with changing(app) as writing:
        people = writing.scalars(select(Patient.id).limit(3)).all()
        appointments.expect(writing, people, on=AT.date(), at=AT, actor="test")
    for name, look in daily_pages(session).items():
        told.clear()
        look()
        assert 0 < len(told) <= MOST_STATEMENTS, name


@BOTH
def test_no_page_reads_all_visits_or_answers(session: Session, told: list[tuple[str, Any]]) -> None:
    """Each finds its rows by an index. PostgreSQL reads small tables whole unless it is asked not to."""
    on_postgres = session.get_bind().dialect.name == "postgresql"
    if on_postgres:
        session.execute(text("SET LOCAL enable_seqscan = off"))
    for name, look in daily_pages(session).items():
        told.clear()
        look()
        for statement, parameters in list(told):
            explain = "EXPLAIN " if on_postgres else "EXPLAIN QUERY PLAN "
            plan = session.connection().exec_driver_sql(explain + statement, parameters).all()
            lines = [str(row[0] if on_postgres else row[3]) for row in plan]
            assert not [line for line in lines if WHOLE_TABLE.search(line)], (name, lines)


@pytest.mark.parametrize("site", [None, "North"])
def test_reports_that_wait_are_found_by_what_was_sent(
    session: Session, told: list[tuple[str, Any]], site: str | None
) -> None:
    """Not by all patients and their visits, of which few have sent anything."""
    session.execute(background.awaited(session, scope(session, site)).query)
    statement, parameters = told[-1]
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    first = next(line for *_, line in plan if line.startswith(("SCAN", "SEARCH")))
    assert "ix_background_sent" in first


@pytest.mark.parametrize(
    "database_url",
    ["sqlite_url", pytest.param("postgres_url", marks=pytest.mark.long)],  # `test_patients` sorts there
    indirect=True,
)
def test_pages_and_sorting_lose_nobody(session: Session) -> None:
    """Every patient stands on exactly one page, in the order asked for."""
    here = scope(session)
    for sort in patients.SORTS:
        pages = patients.page(session, here, sort=sort).pages
        rows = [
            row
            for number in range(1, pages + 1)
            for row in patients.page(session, here, number=number, sort=sort).rows
        ]
        assert len({row.code for row in rows}) == len(rows) == PATIENTS
        wanted = {"code": "code", "site": "site", "due": "due_on"}[sort]
        values = [getattr(row, wanted) for row in rows]
        known = [value for value in values if value is not None]
        assert known == sorted(known) == values[: len(known)]


@BOTH
def test_search_finds_numbers_and_names(app: Flask, session: Session) -> None:
    """Part of either, capitals or not, umlauts too; within the site only."""
    with changing(app) as writing:
        [contact] = writing.scalars(select(Contact).where(Contact.name == "Person 7"))
        contact.name = "Änne Özil"
    for typed in ("h-000007", "Özil", "änne özil", "b-00007"):
        found = patients.page(session, scope(session), person=typed)
        assert [row.code for row in found.rows] == ["B-00007"], typed
        assert patients.page(session, scope(session, "North"), person=typed).total == 0
    site = session.scalars(select(Patient.site).where(Patient.code == "B-00007")).one()
    assert site == "South"
