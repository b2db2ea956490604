"""Patients who come from another Seventh are stored as they were there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from surveys.models import Study
from surveys.store.audit import verify
from surveys.store.patient import imports, moving
from surveys.store.patient.moving import MovedGrading, MovedPatient
from tests.support.desk import NOW, Desk, desk, make_desk

__all__ = ["desk", "make_desk"]
ON = date(2025, 1, 2)
PALSY = {
    "side": "left",
    "cause": "ramsay_hunt",
    "begin": "sudden",
    "onset_on": None,
    "onset_precision": None,
    "recovered_on": None,
    "synkinesis_noted_on": None,
}
GRADE = {
    "scale": "house_brackmann",
    "value": 3,
    "parts": None,
    "graded_on": ON,
    "mode": "photo",
    "graded_by": None,
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: the journey stores in PostgreSQL."""
    return sqlite_url


def test_a_grading_stays_with_its_palsy(desk: Desk, make_desk: Callable[..., Desk]) -> None:
    """Also of a palsy that is not the index palsy; the enrolment tells the cause of that one."""
    person = MovedPatient(
        {
            "contact_id": None,
            "code": "P1",
            "site": None,
            "birth_year": None,
            "sex": "other",
            "enrolled_on": ON,
            "status": "lost",
            "status_since": ON,
            "status_reason": "not_reached",
        },
        palsies=(
            {**PALSY, "number": 1, "is_index": True},
            {**PALSY, "number": 2, "is_index": False, "cause": "lyme"},
        ),
        gradings=(MovedGrading(2, GRADE),),
    )
    with desk.transaction() as session:
        study = session.get_one(Study, desk.study_id)
        number = imports.begin(
            session, study, file="S1.zip", sha256="0" * 64, wording=None, counts={}, at=NOW, actor="test"
        )
        moving.add(session, study, [person], import_id=number, at=NOW, actor="test")
    assert desk.rows("SELECT number, cause FROM grading JOIN palsy ON palsy.id = palsy_id") == [(2, "lyme")]
    [(facts,)] = desk.rows("SELECT facts FROM event WHERE action = 'patient.enrolled'")
    assert '"cause": "ramsay_hunt"' in facts
    assert list(verify(desk.session)) == []
