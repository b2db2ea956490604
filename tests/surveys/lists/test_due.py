"""What is due once the years of keeping are over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from surveys.lists.due import due
from surveys.models import Erasure, Patient, Study
from tests.surveys.lists.test_changes import add
from tests.surveys.lists.test_patients import DAY, scope

CLOSED = datetime(2024, 2, 29, 12, tzinfo=UTC)
OVER = date(2034, 3, 1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def study(session: Session, patient: Patient) -> Study:
    """Closed, with ten years of keeping."""
    found = session.get_one(Study, patient.study_id)
    found.closed_at, found.retention_years = CLOSED, 10
    session.flush()
    return found


def test_nothing_before_its_day(session: Session, patient: Patient, study: Study) -> None:
    """The last day counts; a study closed on a 29 February has a 28th."""
    assert study.kept_until == date(2034, 2, 28)
    assert due(session, study, scope(patient, date(2034, 2, 28))) is None
    found = due(session, study, scope(patient, OVER))
    assert found is not None
    assert (found.patients, list(found.codes)) == (1, [patient.code])
    assert due(session, study, replace(scope(patient, OVER), site="elsewhere")) is None


def test_the_first_codes_are_shown_in_order(
    session: Session, patient: Patient, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are counted."""
    monkeypatch.setattr("surveys.lists.due.SHOWN", 2)
    for code in ("P3", "P0"):
        add(session, code, patient)
    found = due(session, study, scope(patient, OVER))
    assert found is not None
    assert (found.patients, list(found.codes)) == (3, ["P0", "P1"])


def test_an_open_study_has_no_last_day(session: Session, patient: Patient, study: Study) -> None:
    """Nor one that does not say for how long."""
    study.retention_years = None
    assert study.kept_until is None
    study.retention_years, study.closed_at = 10, None
    assert study.kept_until is None


def test_what_is_erased_is_no_longer_due(session: Session, patient: Patient, study: Study) -> None:
    """The identity alone is not all."""
    for level, left in (("identity", 1), ("answers", 0)):
        session.add(
            Erasure(patient_id=patient.id, level=level, by="test", at=CLOSED + 3700 * DAY, reason="over")
        )
        session.flush()
        found = due(session, study, scope(patient, OVER))
        assert (found.patients if found else 0) == left
