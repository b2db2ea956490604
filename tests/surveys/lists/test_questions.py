"""Questions of a study by state, and of a patient."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from surveys.lists import questions as lists
from surveys.lists.at_once import ask
from surveys.lists.scope import Scope
from surveys.models import Patient
from surveys.store.patient import questions as store
from tests.surveys.lists.conftest import AT
from tests.surveys.lists.test_patients import add_other


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


def test_questions_wait_by_state_and_site(session: Session, patient: Patient) -> None:
    """The longest untouched first, a page at a time; a reader of a site has that site's alone."""
    patient.site = "North"
    other = add_other(session, patient, site="South")
    made = [
        store.ask(session, who, "sex", label, "Female", "Is it?", at=AT + timedelta(hours=n), actor="staff:1")
        for n, (who, label) in enumerate(((patient, "One"), (other, "Two"), (patient, "Three")))
    ]
    store.answer(session, made[0], "Yes", at=AT + timedelta(hours=9), actor="staff:2")
    store.ask_again(session, made[0], "Sure?", at=AT + timedelta(hours=10), actor="staff:1")
    whole, north = (Scope(patient.study_id, site, AT.date()) for site in (None, "north"))
    page = lists.page(session, whole, "open", 1, 2)
    assert ([row.label for row in page.rows], page.pages) == (["Two", "Three"], 2)
    assert [row.label for row in lists.page(session, whole, "open", 2, 2).rows] == ["One"]
    assert [row.label for row in lists.page(session, north, "open", 1).rows] == ["Three", "One"]
    store.close(session, made[2], "admin", at=AT, actor="staff:3")
    assert ask(session, lists.by_state(whole)) == {"open": 2, "closed": 1}
    assert [row.label for row in lists.page(session, whole, "open", 1).rows] == ["Two", "One"]
    assert [row.label for row in lists.page(session, whole, "closed", 1).rows] == ["Three"]
    assert ask(session, lists.by_state(north)) == {"open": 1, "closed": 1}
    assert lists.find(session, north, made[1].id) is None
    assert [row.label for row in ask(session, lists.of_patient(patient.id))] == ["One", "Three"]
    assert [step.step for step in lists.steps(session, made[0].id)] == ["asked", "answered", "asked_again"]
