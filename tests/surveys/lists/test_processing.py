"""What the sheets on data protection say of a study."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.db import db
from surveys.lists.processing import processing
from surveys.models import Membership, Patient, Staff, Study
from tests.support.staff import signed_in
from tests.support.study import invite
from tests.surveys.lists.conftest import AT
from tests.surveys.lists.test_changes import add


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


def test_the_facts_are_the_studys(app: Flask) -> None:
    """Questionnaires once each, in the plan's order; who may sign in, by role."""
    invite(app, "P1", study="S1")
    signed_in(app)
    with app.app_context():
        found = processing(db.session, db.session.scalars(select(Study)).one())
    assert {"face", "phq9"} <= set(found.asked)
    assert len(found.asked) == len(set(found.asked))
    assert found.roles == {"coordinator": 1}
    assert (found.patients, found.sites, found.kept_until) == (1, 0, None)


def test_each_role_and_site_is_counted(session: Session, patient: Patient) -> None:
    """Those of this study, who may sign in; a site once."""
    other = Study(code="S2", title="S2", locales=["en"], who_reads={}, crisis_texts={}, created_at=AT)
    session.add(other)
    session.flush()
    for number, (study_id, role, active) in enumerate(
        (
            (patient.study_id, "coordinator", True),
            (patient.study_id, "analyst", True),
            (patient.study_id, "coordinator", True),
            (patient.study_id, "analyst", False),
            (other.id, "investigator", True),
        ),
        start=1,
    ):
        staff = Staff(id=number, email=f"{number}@x.org", password="", fs_uniquifier=str(number))
        staff.created_at, staff.active = AT, active
        session.add(staff)
        session.flush()
        session.add(Membership(staff_id=number, study_id=study_id, role=role))
    for code, site in (("P2", "North"), ("P3", "South"), ("P4", "North")):
        add(session, code, patient, site)
    found = processing(session, session.get_one(Study, patient.study_id))
    assert found.roles == {"analyst": 1, "coordinator": 2}
    assert (found.patients, found.sites, found.asked) == (4, 2, [])
