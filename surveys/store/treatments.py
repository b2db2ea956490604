"""Treatments recorded after enrolment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Palsy, Patient, Treatment
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patients import PartialDate


def add(
    session: Session,
    patient: Patient,
    kind: str,
    started: PartialDate | None,
    *,
    at: datetime,
    actor: str,
) -> Treatment:
    """One treatment that was given, of the patient's index palsy.

    Raises:
        Refused: it is recorded already, or starts before the birth.
    """
    if started and patient.birth_year and started.on.year < patient.birth_year:
        raise Refused("This lies before the patient's birth.", "year")
    same = select(Treatment.id).where(
        Treatment.patient_id == patient.id,
        Treatment.kind == kind,
        Treatment.state == "given",
        Treatment.started_on == (started.on if started else None),
    )
    if session.scalar(same) is not None:
        raise Refused("This treatment with this date is recorded already.", "kind")
    index = select(Palsy.id).where(Palsy.patient_id == patient.id, Palsy.is_index)
    treatment = Treatment(
        patient_id=patient.id,
        palsy_id=session.scalar(index),
        kind=kind,
        state="given",
        started_on=started.on if started else None,
        started_precision=started.precision if started else None,
    )
    session.add(treatment)
    session.flush()
    facts = {
        "treatment": treatment.id,
        "kind": kind,
        "started_on": started.on.isoformat() if started else None,
        "precision": started.precision if started else None,
    }
    audit.record(session, audit.Entry(at, actor, "treatment.added", patient.id, facts))
    return treatment
