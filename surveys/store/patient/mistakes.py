"""A patient who was enrolled by mistake: the record is taken back, as long as nobody answered.

Its rows stay, because events refer to them, and are passed over everywhere, as those of an import that was
taken back. Code and person are free again.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from analysis.data.statuses import LEFT
from analysis.words import words as _
from surveys.models import (
    ALL_ROWS,
    Alert,
    Assistance,
    Background,
    Consent,
    Draft,
    Erasure,
    Grading,
    Import,
    Link,
    Patient,
    Priority,
    Response,
    Treatment,
    Visit,
)
from surveys.models.imports import TAKEN_BACK, seeing_all
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import changes, erasing, participation
from surveys.store.post import messages
from surveys.store.study import results
from surveys.store.transactions import ERASES

_NO_FILE = hashlib.sha256(b"").hexdigest()


def has_answered(session: Session, patient: Patient) -> bool:
    """Whether anything is stored that the patient gave: an answer, also an unsent one, or a decision."""
    visits = select(Visit.id).where(Visit.patient_id == patient.id)
    given = [
        exists().where(table.visit_id.in_(visits))
        for table in (Response, Draft, Background, Assistance, Priority, Alert)
    ]
    agreed = exists().where(Consent.patient_id == patient.id, Consent.how == "link")
    return bool(session.scalar(select(or_(*given, agreed)), execution_options=ALL_ROWS))


def take_back(session: Session, patient: Patient, *, reason: str | None, at: datetime, actor: str) -> None:
    """Close `patient` as entered in error: out of every list, count, analysis and message.

    Identity, notes and texts of staff about the person are erased. Links stop, planned messages are
    cancelled. The study code may be given again.

    Raises:
        Refused: there is no reason, or the patient has answered.
    """
    why = changes.why(reason, known=True)
    visits = select(Visit.id).where(Visit.patient_id == patient.id)
    session.execute(select(Patient.id).where(Patient.id == patient.id).with_for_update())
    session.execute(visits.order_by(Visit.id).with_for_update())  # who answers holds the visit
    session.refresh(patient)
    if has_answered(session, patient):
        raise Refused(_("This patient has answered meanwhile, so the record stays."))
    code, patient.status, patient.status_since = patient.code, LEFT, patient.enrolled_on
    patient.status_reason = None
    live = update(Link).where(Link.visit_id.in_(visits), Link.revoked_at.is_(None))
    session.execute(live.values(revoked_at=at))
    session.flush()
    messages.plan_patient(session, patient.id, at=at)
    session.add(Erasure(patient_id=patient.id, level="identity", by=actor, at=at, reason=why))
    session.flush()
    shared = participation.others(session, patient) > 0
    with seeing_all(session):
        erased = erasing.erase_identity(session, patient, shared=shared)
        unseen = _unseen(session, patient.study_id, at, actor)
        for table in (Visit, Treatment, Grading):
            session.execute(update(table).where(table.patient_id == patient.id).values(import_id=unseen.id))
        # No code that a person gives has an underscore first.
        patient.code, patient.import_id = f"_error/{patient.id}", unseen.id
        patient.twin = 0
        patient.removal_requested_at = None
        session.flush()
    results.erase(session, patient.study_id)
    session.info[ERASES] = True
    facts = {"code": code, "enrolled_on": patient.enrolled_on.isoformat(), **erased}
    audit.record(session, audit.Entry(at, actor, "patient.entered_in_error", patient.id, facts, why))


def _unseen(session: Session, study_id: int, at: datetime, actor: str) -> Import:
    """An import that brought no file and was taken back: its rows are never to be seen."""
    made = Import(
        study_id=study_id,
        file=TAKEN_BACK,
        sha256=_NO_FILE,
        counts={},
        begun_by=actor,
        begun_at=at,
        finished_at=at,
        undone_at=at,
        undone_by=actor,
        emptied_at=at,
    )
    session.add(made)
    session.flush()
    return made
