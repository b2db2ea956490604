"""For whom no visit counts from the onset."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from surveys.models import Palsy, Patient, Serving, Timepoint, Visit
from tests.surveys.lists.checks.conftest import AT, TODAY, Found, Stands, enrol, findings, palsy_of, whole


def timepoint(session: Session, patient: Patient, anchor: str) -> Timepoint:
    made = Timepoint(study_id=patient.study_id, key=anchor, name=anchor, position=1, anchor=anchor)
    made.offset_days = made.window_before = made.window_after = 0
    made.battery = ["face"]
    session.add(made)
    session.flush()
    return made


def planned(session: Session, patient: Patient, at: Timepoint) -> Visit:
    visit = Visit(patient_id=patient.id, study_id=patient.study_id, name=at.key, battery=["face"])
    visit.opens_on = visit.due_on = visit.closes_on = TODAY
    visit.timepoint_id = at.id
    session.add(visit)
    session.flush()
    return visit


def test_who_has_no_visit_from_the_onset_is_found_with_the_reason(
    session: Session, patient: Patient, found: Found, stands: Stands
) -> None:
    """Only where the plan has such a timepoint, and while the study goes on for the patient."""
    first = timepoint(session, patient, "enrolment")
    planned(session, patient, first)
    assert found("onset") == []
    onset = timepoint(session, patient, "onset")
    palsy = palsy_of(session, patient)
    assert found("onset") == [("P1", "known")]
    palsy.onset_on, palsy.onset_precision = date(2025, 1, 1), "year"
    assert found("onset") == [("P1", "year")]
    stands("onset")
    palsy.onset_on = palsy.onset_precision = None
    assert found("onset") == [("P1", "unknown")]
    assert whole(session, "onset") == [("unknown", "", "unknown", None, None, 1, None)]
    session.query(Palsy).delete()
    assert findings(session, "onset")[0].figure is None
    enrol(session, "P5").status = "lost"
    planned(session, enrol(session, "P6"), onset)
    both = planned(session, enrol(session, "P7"), first)
    session.add(Serving(visit_id=both.id, timepoint_id=onset.id, occurrence=1))
    assert found("onset") == [("P1", "unknown")]
    both.withdrawn_at = AT
    assert found("onset") == [("P1", "unknown"), ("P7", "known")]
    planned(session, patient, onset)
    assert found("onset") == [("P7", "known")]
    onset.until_on = patient.enrolled_on  # an amendment ended it on the day on which they came
    assert found("onset") == []
    onset.until_on = patient.enrolled_on + timedelta(days=1)
    assert found("onset") == [("P7", "known")]
