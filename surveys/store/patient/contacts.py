"""The person behind a study code: find them by hospital number or by name and birth date; change them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys import same
from surveys.models import Contact, Patient, Study
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import dismissals
from surveys.store.patient.patients import NewContact
from surveys.store.post import messages


@dataclass(frozen=True)
class Match:
    """A patient of this installation who may be the same person, and what is the same."""

    contact_id: int
    study_id: int
    study: str
    patient: str
    site: str | None
    by: str


def matches(session: Session, new: NewContact, *, but: int | None = None) -> list[Match]:
    """Patients in any study with the hospital number of `new`, or its name and birth date.

    They are compared as `surveys.same` says. The contact `but` is no match.
    """
    number = same.folded(new.hospital_number or "")
    named = bool(same.folded(new.name) and new.born_on)
    if not number and not named:
        return []
    conditions: list[ColumnElement[bool]] = []
    if number:
        conditions.append(Contact.hospital_number_folded == number)
    if named:
        conditions.append((Contact.born_on == new.born_on) & (Contact.name_folded == same.folded(new.name)))
    query = (
        select(Contact, Patient, Study.code)
        .join(Patient, Patient.contact_id == Contact.id)
        .join(Study, Study.id == Patient.study_id)
        .where(or_(*conditions), Contact.id != (but or 0))
        .order_by(Study.code, Patient.code)
    )
    found = []
    for contact, patient, study in session.execute(query):
        if number and contact.hospital_number_folded == number:
            by = "hospital_number"
        else:
            by = "name_and_birth_date"
        found.append(Match(contact.id, patient.study_id, study, patient.code, patient.site, by))
    return found


def change(session: Session, patient: Patient, new: NewContact, *, at: datetime, actor: str) -> bool:
    """Give the patient's contact the facts of `new`; returns whether anything differed.

    The contact belongs to the person: it changes in every study that the person takes part in, and planned
    messages go the new way.

    Raises:
        Refused: the birth date is of another year than the patient's year of birth.
    """
    if new.born_on and patient.birth_year and new.born_on.year != patient.birth_year:
        raise Refused(
            _(
                "The year of birth recorded for this patient is %(birth_year)s. Is this date right? "
                "Then correct the year on the patient's page, beside Year of birth.",
                birth_year=patient.birth_year,
            ),
            "born_on",
        )
    contact = None if patient.contact_id is None else session.get_one(Contact, patient.contact_id)
    before = {field: getattr(contact, field, None) for field in asdict(new)}
    values = tuple(_differences(before, asdict(new)))
    if not values:
        return False
    if contact is None:
        contact = Contact()
        session.add(contact)
    for field, value in asdict(new).items():
        setattr(contact, field, value)
    if contact.refused_email and same.email(contact.refused_email) == same.email(contact.email or ""):
        contact.refused_email = contact.email  # capitals make no other address
    session.flush()
    patient.contact_id = contact.id
    patients = session.scalars(select(Patient.id).where(Patient.contact_id == contact.id)).all()
    dismissals.forget(session, patients)
    for patient_id in patients:
        messages.plan_patient(session, patient_id, at=at)
    facts = {"fields": [value.field for value in values]}
    audit.record(session, audit.Entry(at, actor, "contact.changed", patient.id, facts, values=values))
    return True


def _differences(before: dict[str, object], after: dict[str, object]) -> Iterable[audit.Value]:
    for field, value in after.items():
        if (before[field] or None) != (value or None):
            yield audit.Value(field, _text(before[field]), _text(value))


def _text(value: object) -> str | None:
    return None if value in (None, "") else str(value)
