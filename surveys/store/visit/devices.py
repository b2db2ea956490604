"""Devices other than the one that answered: they see the answers once the year of birth is told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, func, insert, select
from sqlalchemy.orm import Session

from surveys.models import BirthYearTry, Contact, Patient
from surveys.store import audit

TRIES = 3  # wrong tries, counted by visit: to clear a device's cookies gives no more of them


def recognised(session: Session, visit_id: int, device: str) -> bool:
    """Whether `device` told the right year."""
    right = exists().where(
        BirthYearTry.visit_id == visit_id, BirthYearTry.device == device, BirthYearTry.matched.is_(True)
    )
    return bool(session.scalar(select(right)))


def tries_left(session: Session, visit_id: int, patient_id: int) -> int:
    """How many tries are left for the year; none where it is not known."""
    if not _years(session, patient_id):
        return 0
    wrong = select(func.count()).where(BirthYearTry.visit_id == visit_id, BirthYearTry.matched.is_(False))
    return max(TRIES - (session.scalar(wrong) or 0), 0)


def tell_year(
    session: Session, visit_id: int, patient_id: int, device: str, said: str, *, at: datetime
) -> bool:
    """Record a try, with the visit locked; returns whether it is right. Without a try left it never is."""
    if not tries_left(session, visit_id, patient_id):
        return False
    year = said.strip()
    matched = year.isdecimal() and len(year) == 4 and int(year) in _years(session, patient_id)
    session.execute(insert(BirthYearTry).values(visit_id=visit_id, device=device, matched=matched, at=at))
    facts = {"visit": visit_id, "matched": matched}
    audit.record(session, audit.Entry(at, "patient", "visit.birth_year_told", patient_id, facts))
    return matched


def _years(session: Session, patient_id: int) -> set[int]:
    known = session.execute(
        select(Patient.birth_year, Contact.born_on)
        .outerjoin(Contact, Contact.id == Patient.contact_id)
        .where(Patient.id == patient_id)
    ).one()
    return {year for year in (known.birth_year, known.born_on and known.born_on.year) if year}
