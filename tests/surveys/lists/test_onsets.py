"""For whom no visit counts from the onset."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from surveys.lists import needs
from surveys.lists.onsets import NoOnset
from surveys.models import Palsy, Patient, Serving, Timepoint, Visit
from tests.surveys.lists.conftest import AT
from tests.surveys.lists.test_patients import add_other, add_visit, scope


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


def timepoint(session: Session, patient: Patient, anchor: str) -> Timepoint:
    made = Timepoint(study_id=patient.study_id, key=anchor, name=anchor, position=1, anchor=anchor)
    made.offset_days = made.window_before = made.window_after = 0
    made.battery = ["face"]
    session.add(made)
    session.flush()
    return made


def planned(session: Session, patient: Patient, at: Timepoint) -> Visit:
    visit = add_visit(session, patient)
    visit.timepoint_id = at.id
    session.flush()
    return visit


def found(session: Session, patient: Patient) -> list[NoOnset]:
    session.flush()
    return list(needs.needs(session, scope(patient), AT).no_onset)


def test_who_has_no_visit_from_the_onset_is_counted_by_reason(session: Session, patient: Patient) -> None:
    """Only where the plan has such a timepoint, and while the study goes on for the patient."""
    first = timepoint(session, patient, "enrolment")
    planned(session, patient, first)
    assert found(session, patient) == []
    onset = timepoint(session, patient, "onset")
    assert found(session, patient) == [NoOnset("P1", "unknown", 1)]
    for code, precision in (("P2", "year"), ("P3", "year"), ("P4", "month")):
        row = Palsy(patient_id=add_other(session, patient, code).id, number=1, is_index=True)
        row.onset_on, row.onset_precision = date(2018, 1, 1), precision
        session.add(row)
    add_other(session, patient, "P5").status = "lost"
    planned(session, add_other(session, patient, "P6"), onset)
    both = planned(session, add_other(session, patient, "P7"), first)
    session.add(Serving(visit_id=both.id, timepoint_id=onset.id, occurrence=1))
    assert found(session, patient) == [
        NoOnset("P4", "known", 1),
        NoOnset("P1", "unknown", 1),
        NoOnset("P2", "year", 2),
        NoOnset("P3", "year", 2),
    ]
    both.withdrawn_at = AT
    assert NoOnset("P7", "unknown", 2) in found(session, patient)
