"""A copy of everything about one patient, and nothing about anybody else."""

from __future__ import annotations

import pytest
from flask import Flask

from surveys.db import db
from surveys.exchange import subject
from surveys.models import Patient
from tests.support.study import invite


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


def test_nobody_else_of_the_study_is_in_it(app: Flask) -> None:
    """Rows that name the patient's study too are found by the patient alone."""
    one, other = invite(app, "P1"), invite(app, "P2")
    with app.app_context():
        found = subject.everything(db.session, db.session.get_one(Patient, one.patient_id))
    assert {row["patient_id"] for row in found["visit"]} == {one.patient_id} != {other.patient_id}
    assert {row["visit_id"] for row in found["link"]} == {one.visit_id}
