"""Consent that an amendment asks anew: who has still to decide, and the visits that come with it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.instruments.library import Library
from surveys.models import Consent, ConsentText, Patient, Timepoint
from surveys.models.consent import asked_anew
from surveys.store.errors import Refused
from surveys.store.visit import planning


def is_asked_anew(session: Session, patient_id: int) -> bool:
    """Whether an amendment asks this patient, who has agreed before, to agree again."""
    study_id = select(Patient.study_id).where(Patient.id == patient_id).scalar_subquery()
    return bool(session.scalar(select(asked_anew(study_id, patient_id))))


def still_declined(stands: Consent, text: ConsentText | None, signed_on: date) -> int | None:
    """The later text that the patient declined, where the agreement that `stands` is put right.

    None where what was in truth agreed to is that text, or was signed elsewhere on another day.
    """
    later = stands.declined_text_id
    if later is None:
        return None
    if text is None:
        stays = stands.consent_text_id is None and signed_on == stands.signed_on
    else:
        stays = text.id < later
    return later if stays else None


def agreed(session: Session, patient_id: int, library: Library | None, *, at: datetime, actor: str) -> None:
    """Lay what amendments added, after the patient agreed to it.

    Raises:
        Refused: the text that was agreed to tells nothing of it.
    """
    if is_asked_anew(session, patient_id):
        raise Refused(_("This text tells nothing of the amendment. Choose the newest version."), "text")
    if library is None:
        raise ValueError("What an amendment added is laid with the library.")
    lay_agreed(session, session.get_one(Patient, patient_id), library, at=at, actor=actor)


def lay_agreed(session: Session, patient: Patient, library: Library, *, at: datetime, actor: str) -> None:
    """Lay the visits of a patient anew after a decision about consent: what was added may be asked now."""
    grown = session.scalars(
        select(Timepoint.key).where(Timepoint.study_id == patient.study_id, Timepoint.version > 1)
    ).all()
    if grown:
        planning.replan(session, patient, library, changed=(), added=grown, at=at, actor=actor)
