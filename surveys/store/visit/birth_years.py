"""The years of birth that open what is hidden: what the study knows, and the clinic's birth date."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Contact, Patient


def known(session: Session, patient_id: int) -> set[int]:
    """The years that count as this patient's; empty if nobody knows one."""
    row = session.execute(
        select(Patient.birth_year, Contact.born_on)
        .outerjoin(Contact, Contact.id == Patient.contact_id)
        .where(Patient.id == patient_id)
    ).one()
    return {year for year in (row.birth_year, row.born_on and row.born_on.year) if year}
