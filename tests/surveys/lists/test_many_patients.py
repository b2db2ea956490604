"""Lists of very many patients: what they find, in what order, and in how many statements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from surveys.db import db
from surveys.lists import patients
from surveys.lists.scope import Scope
from surveys.models import Contact, Patient, Study
from tests.support.crowd import crowd
from tests.support.study import changing

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
MOST_STATEMENTS = 6
PATIENTS = 120
BOTH = pytest.mark.parametrize("database_url", ["sqlite_url", "postgres_url"], indirect=True)


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


def test_a_page_asks_a_fixed_number_of_statements(session: Session) -> None:
    """However many patients there are, whatever is searched and sorted."""
    told: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: told.append(args[2]))
    here = scope(session)
    for sort in patients.SORTS:
        for search in ("", "person 1"):
            told.clear()
            found = patients.page(session, here, person=search, sort=sort)
            assert found.rows
            assert len(told) <= MOST_STATEMENTS


@BOTH
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
