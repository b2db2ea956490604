"""All that is stored about one person, to hand over."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.db import db
from surveys.exchange import subject
from surveys.models import Contact, Link, Note, Patient
from tests.support.rows import AT
from tests.support.study import changing, invite


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


def test_everything_is_of_this_person_alone(app: Flask) -> None:
    """The contact is there, another study of the same person is not, and no key to anything."""
    here, there = invite(app, "P1"), invite(app, "P2")
    with changing(app) as session:
        contact = Contact(name="Anna Abel")
        session.add(contact)
        session.flush()
        for invited, text in ((here, "Prefers mornings."), (there, "Another's.")):
            session.get_one(Patient, invited.patient_id).contact_id = contact.id
            note = Note(patient_id=invited.patient_id, text=text, written_by="staff:1", written_at=AT)
            session.add(note)
    with app.app_context():
        found = subject.everything(db.session, db.session.get_one(Patient, here.patient_id))
        links = len(db.session.scalars(select(Link)).all())
    assert list(found)[:2] == ["contact", "patient"]
    assert [row["name"] for row in found["contact"]] == ["Anna Abel"]
    assert [row["code"] for row in found["patient"]] == ["P1"]
    assert [row["text"] for row in found["note"]] == ["Prefers mornings."]
    assert found["note"][0]["written_at"] == "2026-03-10T12:00:00+00:00"
    assert {row["patient_id"] for row in found["visit"]} == {here.patient_id}
    assert (links, len(found["link"])) == (2, 1)
    assert all(rows for rows in found.values())
    columns = {column for rows in found.values() for row in rows for column in row}
    assert columns & subject.LEFT_OUT == set()


def test_nobody_else_of_the_study_is_in_it(app: Flask) -> None:
    """Rows that name the patient's study too are found by the patient alone."""
    one, other = invite(app, "P1"), invite(app, "P2")
    with app.app_context():
        found = subject.everything(db.session, db.session.get_one(Patient, one.patient_id))
    assert {row["patient_id"] for row in found["visit"]} == {one.patient_id} != {other.patient_id}
    assert {row["visit_id"] for row in found["link"]} == {one.visit_id}


def test_a_person_without_a_contact(app: Flask) -> None:
    invited = invite(app, "P1")
    with app.app_context():
        patient = db.session.get_one(Patient, invited.patient_id)
        patient.contact_id = None
        found = subject.everything(db.session, patient)
        db.session.rollback()
    assert "contact" not in found


def test_the_tables_about_patients_are_known() -> None:
    """What a study or the staff are is about no patient."""
    tables = subject.tables_about_patients()
    assert {"contact", "patient", "visit", "response", "score", "alert", "note", "event_value"} <= tables
    assert tables & {"study", "timepoint", "staff", "instrument_version", "wording"} == set()
