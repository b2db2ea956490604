"""Remove a patient's identity at their request: what goes, what stays under the study code, and the proof.

The audit's events stay, with the digests of the erased values, so the chain still verifies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import (
    Alert,
    Appointment,
    Background,
    BackgroundCheck,
    Base,
    Contact,
    Dismissal,
    Draft,
    Erasure,
    Event,
    EventValue,
    JoiningRequest,
    Note,
    Patient,
    Priority,
    Response,
    Score,
    SelfEnrolment,
    Treatment,
    Visit,
)
from surveys.models.imports import seeing_all
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import participation, questions
from surveys.store.patient.consents import of_patient
from surveys.store.study import freezes, reports, results
from surveys.store.transactions import ERASES

KEEP = "keep_answers"


@dataclass(frozen=True)
class Outlook:
    """What removal would do: whether answers stay, how many there are, and how many other studies use the
    same contact, which then stays there."""

    keeps_answers: bool
    responses: int
    others: int


def outlook(session: Session, patient: Patient) -> Outlook:
    """The outlook; answers stay only where the patient expressly agreed to that."""
    consent = of_patient(session, patient.id)
    keeps = consent is not None and consent.decision == "agreed" and consent.parts.get(KEEP) is True
    answered = select(func.count(Response.id)).where(Response.visit_id.in_(_visits(patient)))
    return Outlook(keeps, session.scalars(answered).one(), participation.others(session, patient))


def remove(session: Session, patient: Patient, *, reason: str, on: date, at: datetime, actor: str) -> Outlook:
    """Remove the patient's identity; the patient stops taking part on the day `on`.

    This erases contact (unless another study of the same person uses it), notes, appointments, texts that
    staff wrote about the patient, and the audit's values. Without consent to keep them, it also erases
    answers, scores, what the patient said about the palsy, and the content of the study's freezes and
    reports. The study's boards and files are made anew. Study code, clinical facts, consent and events stay.
    Where the person joined under a second code too, the same is removed there.

    Raises:
        Refused: no reason is given, or the identity was removed before.
    """
    if not reason.strip():
        raise Refused(_("Say why, or how the patient asked."), "reason")
    session.execute(select(Patient.id).where(Patient.id == patient.id).with_for_update())
    session.refresh(patient)
    if removed_at(session, patient.id) is not None:
        raise Refused(_("This patient's identity was removed already."))
    what = outlook(session, patient)
    _remove(session, patient, what, reason.strip(), on, at, actor)
    for second in _second_codes(session, patient):
        of_second = replace(outlook(session, second), keeps_answers=what.keeps_answers)
        _remove(session, second, of_second, reason.strip(), on, at, actor)
    return what


def _second_codes(session: Session, patient: Patient) -> Sequence[Patient]:
    """Those under which the same person joined too, as a coordinator found, and whose identity is there."""
    query = select(Patient).join(SelfEnrolment, SelfEnrolment.patient_id == Patient.id)
    found = session.scalars(query.where(SelfEnrolment.same_as_id == patient.id)).all()
    return [one for one in found if removed_at(session, one.id) is None]


def _remove(
    session: Session, patient: Patient, what: Outlook, reason: str, on: date, at: datetime, actor: str
) -> None:
    if not patient.gone:
        participation.change_status(
            session, patient, "left", on=max(on, patient.enrolled_on), at=at, actor=actor, everywhere=False
        )
    levels = ["identity"] if what.keeps_answers else ["identity", "answers"]
    for level in levels:
        session.add(Erasure(patient_id=patient.id, level=level, by=actor, at=at, reason=reason))
    session.flush()
    with seeing_all(session):
        facts = {"levels": levels, **erase_identity(session, patient, shared=what.others > 0)}
        if not what.keeps_answers:
            facts |= _erase_answers(session, patient)
    results.alone(session, patient.study_id)
    if not what.keeps_answers:
        facts["freezes"] = freezes.empty(session, patient.study_id, at=at)
        facts["reports"] = reports.empty(session, patient.study_id)
    results.erase(session, patient.study_id)
    patient.removal_requested_at = None
    session.flush()
    session.info[ERASES] = True
    audit.record(session, audit.Entry(at, actor, "patient.identity_removed", patient.id, facts, reason))


def decline(session: Session, patient: Patient, *, reason: str, at: datetime, actor: str) -> None:
    """Settle a request without removal, for example when another person made it.

    Raises:
        Refused: no reason is given, or there is no request.
    """
    if not reason.strip():
        raise Refused(_("Say why nothing is removed."), "reason")
    if patient.removal_requested_at is None:
        raise Refused(_("No request is waiting."))
    patient.removal_requested_at = None
    entry = audit.Entry(at, actor, "patient.removal_declined", patient.id, {}, reason.strip())
    audit.record(session, entry)


def removed_at(session: Session, patient_id: int) -> datetime | None:
    """When this patient's identity was removed; None if it was not."""
    return session.scalar(
        select(Erasure.at).where(Erasure.patient_id == patient_id).order_by(Erasure.id).limit(1)
    )


def erase_identity(session: Session, patient: Patient, *, shared: bool) -> dict[str, int]:
    """Erase contact, notes and texts; returns the number of rows by kind."""
    contact_id = patient.contact_id
    if contact_id is not None and not shared:
        session.execute(delete(Contact).where(Contact.id == contact_id))  # the row no longer refers to it
        session.expire(patient, ["contact_id", "contact"])
    patient.contact_id = None
    session.flush()
    events = select(Event.id).where(Event.patient_id == patient.id)
    joined = update(SelfEnrolment).where(SelfEnrolment.patient_id == patient.id)
    session.execute(joined.values(device="", network=""))
    visits = _visits(patient)
    session.execute(delete(JoiningRequest).where(JoiningRequest.visit_id.in_(visits)))
    session.execute(update(Treatment).where(Treatment.patient_id == patient.id).values(note=None))
    session.execute(
        update(Alert)
        .where(Alert.visit_id.in_(_visits(patient)))
        .values(note=None, acted_note=None, closed_note=None)
    )
    return {
        "contacts": int(contact_id is not None and not shared),
        "notes": _gone(session, Note, Note.patient_id == patient.id),
        "dismissals": _gone(session, Dismissal, Dismissal.patient_id == patient.id),
        "questions": questions.empty(session, patient.id, answers=False),
        "appointments": _gone(session, Appointment, Appointment.patient_id == patient.id),
        "values": _gone(session, EventValue, EventValue.event_id.in_(events)),
    }


def _erase_answers(session: Session, patient: Patient) -> dict[str, int]:
    """Erase answers; returns the number of rows by kind. Alerts stay without answers, to account for them."""
    visits = _visits(patient)
    answered = select(Response.id).where(Response.visit_id.in_(visits))
    said = select(Background.id).where(Background.visit_id.in_(visits))
    session.execute(
        update(Alert)
        .where(Alert.visit_id.in_(visits))
        .values(first_answer=None, last_answer=None, score=None, before=None)
    )
    questions.empty(session, patient.id, answers=True)
    _gone(session, Score, Score.response_id.in_(answered))
    _gone(session, BackgroundCheck, BackgroundCheck.background_id.in_(said))
    return {
        "responses": _gone(session, Response, Response.visit_id.in_(visits)),
        "drafts": _gone(session, Draft, Draft.visit_id.in_(visits)),
        "background": _gone(session, Background, Background.visit_id.in_(visits)),
        "priorities": _gone(session, Priority, Priority.visit_id.in_(visits)),
    }


def _visits(patient: Patient) -> Any:
    return select(Visit.id).where(Visit.patient_id == patient.id)


def _gone(session: Session, table: type[Base], condition: ColumnElement[bool]) -> int:
    """Delete rows; returns how many."""
    counted = session.scalars(select(func.count()).select_from(table).where(condition)).one()
    session.execute(delete(table).where(condition).execution_options(synchronize_session=False))
    return counted
