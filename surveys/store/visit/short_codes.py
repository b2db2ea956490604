"""Codes on letters: eight signs that, with the year of birth, open a personal link."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from unicodedata import normalize

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Link, Patient, ShortCode, Study, Visit
from surveys.store.visit import birth_years

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without signs that look alike: no 0, O, 1, I
LENGTH = 8
TRIES = 5


class UsedUpError(Exception):
    """A code whose tries are used up: only the clinic can help, and `contacts` say how to reach it."""

    def __init__(self, contacts: Mapping[str, str]) -> None:
        super().__init__("The tries of this code are used up.")
        self.contacts = contacts


def make(session: Session, link_id: int) -> str:
    """Make a code for the link, never stored; in two groups, as people read it out: `K7MP-2QXW`."""
    code = drawn(LENGTH)
    session.add(ShortCode(link_id=link_id, digest=_digest(signs_of(code))))
    session.flush()
    return code


def make_for_a_text(session: Session, link_id: int) -> str:
    """Make a code for the short link in a text message, without the dash that nobody needs to read out."""
    return signs_of(make(session, link_id))


def drawn(length: int) -> str:
    """Random signs in two groups."""
    code = "".join(secrets.choice(SIGNS) for _ in range(length))
    return f"{code[: length // 2]}-{code[length // 2 :]}"


def signs_of(typed: str) -> str:
    """The letters and digits of a typed code: capitals, blanks, dashes, dots and full width do not matter."""
    return "".join(sign for sign in normalize("NFKC", typed).upper() if sign.isalnum())


def may_be_one(code: str) -> bool:
    """Whether what was typed has the signs of a code."""
    signs = signs_of(code)
    return len(signs) == LENGTH and set(signs) <= set(SIGNS)


def find(session: Session, code: str, year: int) -> int | None:
    """The link that the typed `code` opens for a patient born in `year`; None if one is wrong.

    After `TRIES` wrong years the code stops working. The caller commits, whatever comes of it.

    Raises:
        UsedUpError: it has stopped working, or does so with this try.
    """
    if not may_be_one(code):
        return None
    signs = signs_of(code)
    row = session.scalars(
        select(ShortCode).where(ShortCode.digest == _digest(signs)).with_for_update()
    ).one_or_none()
    if row is None:
        return None
    patient_id, study = session.execute(
        select(Visit.patient_id, Study)
        .join(Link, Link.visit_id == Visit.id)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(Study, Study.id == Patient.study_id)
        .where(Link.id == row.link_id)
    ).one()
    if row.failures < TRIES:
        if year in birth_years.known(session, patient_id):
            return row.link_id
        row.failures += 1
        session.flush()
    if row.failures >= TRIES:
        raise UsedUpError(study.contact_texts)
    return None


def _digest(code: str) -> str:
    # Slow on purpose: a thief of the database could try out forty random bits.
    return hashlib.scrypt(code.encode(), salt=b"seventh short code", n=2**14, r=8, p=1, dklen=32).hex()
