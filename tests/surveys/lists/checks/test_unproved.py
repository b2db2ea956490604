"""Answers of which nothing shows that our pages wrote them; that events say so: `store/visit/test_seals`."""

from __future__ import annotations

from sqlalchemy.orm import Session

from surveys.models import Patient
from surveys.models.response import CHANGED, NO_SEAL
from tests.surveys.lists.checks.conftest import AT, TODAY, Found, Stands, answered, findings, unproved, whole


def test_what_an_event_names_waits_while_it_stands(
    session: Session, patient: Patient, found: Found, stands: Stands
) -> None:
    """A corrected or annulled response no longer does; another response is not meant."""
    answered(session, patient, "saq", 1)
    gone, made = answered(session, patient, "saq", 1), answered(session, patient, "saq", 2)
    unproved(session, gone, NO_SEAL)
    unproved(session, made, CHANGED)
    assert [(one.kind, one.figure) for one in findings(session, "unproved")] == [
        (NO_SEAL, gone.id),
        (CHANGED, made.id),
    ]
    gone.annulled_at = AT
    assert [(one.kind, one.figure, one.other) for one in findings(session, "unproved")] == [
        (CHANGED, made.id, "saq")
    ]
    stands("unproved")
    told = (f"response:{made.id}", "", TODAY, None, made.id, "saq")
    assert whole(session, "unproved") == [(CHANGED, *told)]
