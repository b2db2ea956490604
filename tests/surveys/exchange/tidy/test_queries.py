"""Rows of a study in one order on every database, and of one site where that is asked."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.db import db
from surveys.exchange.tidy import queries
from surveys.exchange.tidy.queries import Selection, responses, with_palsy
from surveys.models import Palsy, Patient, Response, Study, Visit
from tests.support.simulated import populate
from tests.support.study import changing, invite


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The order on PostgreSQL is proved with the package."""
    return sqlite_url


def test_patients_come_by_the_bytes_of_their_codes(app: Flask) -> None:
    """Each one's visits by day, name and occurrence."""
    for code in ("b", "C", "a.1", "a"):
        invite(app, code)
    with app.app_context():
        study_id = db.session.scalars(select(Patient.study_id).limit(1)).one()
        selection = Selection(db.session, study_id)
        query = select(Patient.code, Visit.due_on, Visit.name).join(Visit, Visit.patient_id == Patient.id)
        rows = list(selection.stream(query.order_by(*selection.visit_order)))
    assert list(dict.fromkeys(row.code for row in rows)) == ["C", "a", "a.1", "b"]
    assert rows == sorted(rows, key=lambda row: (row.code.encode(), row.due_on, row.name.encode()))


def test_a_selection_ends_at_study_and_site(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many rows the database gives at once."""
    monkeypatch.setattr(queries, "AT_ONCE", 2)
    for number in range(5):
        invite(app, f"P{number}")
    invite(app, "X1", study="S2")
    with changing(app) as session:
        for code in ("P1", "P3", "X1"):
            session.scalars(select(Patient).where(Patient.code == code)).one().site = "North"
    with app.app_context():
        study_id = db.session.scalars(select(Patient.study_id).where(Patient.code == "P0")).one()
        codes = {
            site: [row.code for row in Selection(db.session, study_id, site).stream(_codes())]
            for site in (None, "North", "South")
        }
        pages = [len(page) for page in Selection(db.session, study_id).pages(_codes())]
    assert codes == {None: [f"P{number}" for number in range(5)], "North": ["P1", "P3"], "South": []}
    assert pages == [2, 2, 1]


def _codes():  # type: ignore[no-untyped-def]
    return select(Patient.code).order_by(Patient.code)


def test_each_patient_has_the_index_palsy_or_none(app: Flask) -> None:
    invited, other = invite(app, "P1"), invite(app, "P2")
    with changing(app) as session:
        for palsy in session.scalars(select(Palsy)):
            session.delete(palsy)
        session.flush()
        for number, is_index in ((1, False), (2, True)):
            session.add(Palsy(patient_id=invited.patient_id, number=number, is_index=is_index))
    with app.app_context():
        query = with_palsy(select(Patient.code, Palsy.number)).order_by(Patient.code)
        rows = [tuple(row) for row in Selection(db.session, invited.study_id).stream(query)]
    assert rows == [("P1", 2), ("P2", None)]
    assert other.study_id == invited.study_id


def test_only_responses_that_stand_are_given(app: Flask) -> None:
    populate(app, patients=3)
    with app.app_context():
        study_id = db.session.scalars(select(Study.id)).one()
        query = responses(Response.id, Patient.code, Visit.name)
        before = [row.id for row in Selection(db.session, study_id).stream(query)]
        assert sorted(before) == sorted(db.session.scalars(select(Response.id)))
        first = db.session.get_one(Response, before[0])
        first.annulled_at = first.submitted_at
        db.session.flush()
        after = [row.id for row in Selection(db.session, study_id).stream(query)]
        db.session.rollback()
    assert set(before) - set(after) == {before[0]}
