"""Whose patients a person sees: those of one study, and of one site where the role is limited to it."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.lists.scope import Scope
from surveys.models import Patient, Study
from tests.surveys.lists.conftest import AT, DUE
from tests.surveys.lists.test_changes import add


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.mark.parametrize(
    ("site", "codes"), [(None, ["N1", "P1", "S1"]), ("North", ["N1"]), ("north", ["N1"]), ("", [])]
)
def test_a_scope_ends_at_study_and_site(
    session: Session, patient: Patient, site: str | None, codes: list[str]
) -> None:
    """However the site is spelt. Who has no site recorded is seen only by those who see all."""
    add(session, "N1", patient, site="North")
    add(session, "S1", patient, site="South")
    other = Study(code="S2", title="S2", locales=["en"], who_reads={}, crisis_texts={}, created_at=AT)
    session.add(other)
    session.flush()
    session.add(Patient(study_id=other.id, code="X1", enrolled_on=DUE, status_since=DUE, site="North"))
    session.flush()
    scope = Scope(patient.study_id, site, DUE)
    query = select(Patient.code).where(scope.condition).order_by(Patient.code)
    assert list(session.scalars(query)) == codes
