"""Devices other than the one that answered: they see the answers once the year of birth is told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, func, insert, select
from sqlalchemy.orm import Session

from surveys.models import BirthYearTry
from surveys.store import audit
from surveys.store.visit import birth_years

TRIES = 3  # wrong tries, counted by visit: to clear a device's cookies gives no more of them


def recognised(session: Session, visit_id: int, device: str) -> bool:
    """Whether `device` told the right year."""
    right = exists().where(
        BirthYearTry.visit_id == visit_id, BirthYearTry.device == device, BirthYearTry.matched.is_(True)
    )
    return bool(session.scalar(select(right)))


def tries_left(session: Session, visit_id: int, patient_id: int) -> int:
    """How many tries are left for the year; none where it is not known."""
    if not birth_years.known(session, patient_id):
        return 0
    wrong = select(func.count()).where(BirthYearTry.visit_id == visit_id, BirthYearTry.matched.is_(False))
    return max(TRIES - (session.scalar(wrong) or 0), 0)


def used_up(session: Session, visit_id: int, patient_id: int) -> bool:
    """Whether the year is known and no try is left for it."""
    return bool(birth_years.known(session, patient_id)) and not tries_left(session, visit_id, patient_id)


def tell_year(
    session: Session, visit_id: int, patient_id: int, device: str, year: int, *, at: datetime
) -> bool:
    """Record a try, with the visit locked; returns whether it is right. Without a try left it never is."""
    if not tries_left(session, visit_id, patient_id):
        return False
    matched = year in birth_years.known(session, patient_id)
    session.execute(insert(BirthYearTry).values(visit_id=visit_id, device=device, matched=matched, at=at))
    facts = {"visit": visit_id, "matched": matched}
    audit.record(session, audit.Entry(at, "patient", "visit.birth_year_told", patient_id, facts))
    return matched
