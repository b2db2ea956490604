"""What a person is asked to look at before a list is added."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.db import db
from surveys.exchange import enrolment_doubts
from surveys.models import Contact, Patient, Study
from surveys.store.patient.patients import NewContact, NewPatient
from tests.support.study import changing, invite


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Doubts are found alike on both."""
    return sqlite_url


def doubts(
    app: Flask, *listed: tuple[str, str | None], given: str = ""
) -> list[tuple[int | None, str | None, str]]:
    """Rows, columns and the first words of the doubts, then of the faults."""
    found = [
        (number, NewPatient(code, date(2026, 3, 1), contact=NewContact(hospital_number=hospital)))
        for number, (code, hospital) in enumerate(listed, start=2)
    ]
    with app.app_context():
        study = db.session.scalars(select(Study)).one()
        both = enrolment_doubts.of(db.session, study, found, {given})
    return [(one.row, one.column, one.problem) for some in both for one in some]


def test_lost_zeros_and_made_dates(app: Flask) -> None:
    """Where the study's or the list's other numbers begin with 0."""
    invited = invite(app, "007")
    lost = "Others begin with 0: a spreadsheet may have made this of "
    assert doubts(app, ("8", "12"), ("A-1", "2026-03-01")) == [
        (2, "code", f"{lost}008."),
        (3, "hospital_number", "A spreadsheet may have made a date of this."),
    ]
    assert doubts(app, ("A-1", "0012"), ("A-2", "13"), ("A-3", "12345")) == [
        (3, "hospital_number", f"{lost}0013.")
    ]
    with changing(app) as session:
        session.add(contact := Contact(hospital_number="000123"))
        session.flush()
        session.get_one(Patient, invited.patient_id).contact_id = contact.id
    assert doubts(app, ("A-1", "124")) == [(2, "hospital_number", f"{lost}000124.")]


def test_who_gets_a_code_must_not_be_there_already(app: Flask) -> None:
    """Who has one in the list may be another person: somebody decides."""
    invited = invite(app)
    with changing(app) as session:
        session.add(contact := Contact(hospital_number="H-1"))
        session.flush()
        session.get_one(Patient, invited.patient_id).contact_id = contact.id
    [(row, column, said)] = doubts(app, ("P2", "h-1"))
    assert (row, column, said.endswith("is enrolled already.")) == (2, "hospital_number", True)
    [(row, column, said)] = doubts(app, ("P2", "h-1"), given="P2")
    assert said.endswith("Another person needs a study code in the list.")
    assert [row for row, *_ in doubts(app, ("P2", "x"), ("P3", "X"))] == [3]
