"""Injections without a dose."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from surveys.models import InjectionSite, Patient, Treatment
from tests.surveys.lists.checks.conftest import Found, Stands, whole


def test_a_given_injection_has_a_dose(
    session: Session, patient: Patient, found: Found, stands: Stands
) -> None:
    """In units, or by muscle; a planned one needs none, nor does another treatment, nor an unknown day."""
    given = Treatment(patient_id=patient.id, kind="botulinum_toxin")
    session.add_all((given, Treatment(patient_id=patient.id, kind="acupuncture")))
    assert found("injection") == [("P1", "dose")]
    stands("injection")
    given.started_on, given.started_precision = date(2026, 3, 1), "month"
    stands("injection")
    on = date(2026, 3, 1)
    told = (f"treatment:{given.id}", f"{on}|", on, None, given.id, None)
    assert whole(session, "injection") == [("dose", *told)]
    given.state = "planned"
    assert found("injection") == []
    given.state = "given"
    session.add(InjectionSite(treatment_id=given.id, muscle="mentalis", side="left", units=2.5))
    assert found("injection") == []
    session.query(InjectionSite).delete()
    given.dose, given.unit = 25.5, "U"
    assert found("injection") == []
