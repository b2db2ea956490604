"""Answers without a recorded consent."""

from __future__ import annotations

from sqlalchemy.orm import Session

from surveys.models import Consent, ConsentText, Patient
from tests.surveys.lists.checks.conftest import AT, TODAY, Found, Stands, answered, whole


def test_answers_need_a_decision_where_the_study_asks_for_one(
    session: Session, patient: Patient, found: Found, stands: Stands
) -> None:
    """A decision of either kind is one; a patient who never answered is none of it."""
    response = answered(session, patient, "saq", None)
    assert found("consent") == []
    made = {"version": "1", "locale": "en", "text": "May we?", "parts": {}, "sha256": "0" * 64}
    session.add(ConsentText(study_id=patient.study_id, loaded_by="test", loaded_at=AT, **made))
    assert found("consent") == [("P1", "missing")]
    assert whole(session, "consent") == [("missing", "", "", TODAY, None, None, None)]
    stands("consent")
    response.annulled_at = AT
    assert found("consent") == []
    answered(session, patient, "saq", None)
    assert found("consent") == [("P1", "missing")]
    told = {"decision": "declined", "how": "elsewhere", "reference": "folder 3", "parts": {}}
    session.add(Consent(patient_id=patient.id, signed_on=TODAY, recorded_by="test", recorded_at=AT, **told))
    assert found("consent") == []
