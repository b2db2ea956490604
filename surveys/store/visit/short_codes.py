"""Codes on letters: eight signs that, with the year of birth, open a personal link."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Contact, Link, Patient, ShortCode, Visit

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without signs that look alike: no 0, O, 1, I
LENGTH = 8
TRIES = 5


def make(session: Session, link_id: int) -> str:
    """Make a code for the link, never stored; in two groups, as people read it out: `K7MP-2QXW`."""
    code = drawn(LENGTH)
    session.add(ShortCode(link_id=link_id, digest=_digest(signs_of(code))))
    session.flush()
    return code


def drawn(length: int) -> str:
    """Random signs in two groups."""
    code = "".join(secrets.choice(SIGNS) for _ in range(length))
    return f"{code[: length // 2]}-{code[length // 2 :]}"


def signs_of(typed: str) -> str:
    """The signs of a typed code; groups and capitals do not matter."""
    return "".join(typed.split()).replace("-", "").upper()


def find(session: Session, code: str, year: str) -> int | None:
    """The link that `code` opens for a patient born in `year`, both as typed; None if one is wrong.

    After `TRIES` wrong years the code stops working. The caller commits, also if no link is found.
    """
    signs = signs_of(code)
    if len(signs) != LENGTH or not set(signs) <= set(SIGNS):
        return None
    row = session.scalars(
        select(ShortCode).where(ShortCode.digest == _digest(signs)).with_for_update()
    ).one_or_none()
    if row is None or row.failures >= TRIES:
        return None
    known = session.execute(
        select(Patient.birth_year, Contact.born_on)
        .join(Visit, Visit.patient_id == Patient.id)
        .join(Link, Link.visit_id == Visit.id)
        .outerjoin(Contact, Contact.id == Patient.contact_id)
        .where(Link.id == row.link_id)
    ).one()
    years = {str(one) for one in (known.birth_year, known.born_on and known.born_on.year) if one}
    if year.strip() in years:
        return row.link_id
    row.failures += 1
    session.flush()
    return None


def _digest(code: str) -> str:
    # Slow on purpose: a thief of the database could try out forty random bits.
    return hashlib.scrypt(code.encode(), salt=b"seventh short code", n=2**14, r=8, p=1, dklen=32).hex()
