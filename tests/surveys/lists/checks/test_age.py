"""Ages at enrolment that the study does not take."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from surveys.models import Patient, Study
from surveys.store.patient.enrolment import was_too_young
from tests.surveys.lists.checks.conftest import Found, Stands, whole


@pytest.mark.parametrize("year", [None, 1880, 1915, 1916, 1970, 2007, 2008, 2009, 2026])
def test_who_is_too_young_is_who_the_store_says(
    session: Session, patient: Patient, found: Found, year: int | None
) -> None:
    """Enrolled in 2026 by a study from 18 years on; older than 110 is a slip too."""
    patient.birth_year = year
    study = session.query(Study).filter_by(code="S1").one()
    kinds = [kind for _, kind in found("age")]
    assert ("young" in kinds) is was_too_young(patient, study)
    assert ("old" in kinds) is (year is not None and year < 1916)


def test_it_goes_with_the_year_and_comes_back_with_another(
    session: Session, patient: Patient, found: Found, stands: Stands
) -> None:
    """Dismissed for this year alone."""
    patient.birth_year = 2012
    assert found("age") == [("P1", "young")]
    assert whole(session, "age") == [("young", "", "2026-01-01|2012|", None, None, 14, None)]
    stands("age")
    patient.birth_year = 1992
    assert found("age") == []
