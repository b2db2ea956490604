"""Codes that patients type: read aloud, tried five times, never stored."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Contact, Link, Patient, ShortCode, Study, Visit
from surveys.store.visit import links, short_codes
from surveys.store.visit.short_codes import SIGNS, TRIES, UsedUpError
from tests.surveys.store.conftest import AT


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def link_id(session: Session, visit: Visit) -> int:
    links.issue(session, visit, at=AT, actor="test")
    return session.scalars(select(Link.id)).one()


def test_a_code_is_read_in_two_groups() -> None:
    """Without signs that look alike."""
    assert not set("01OI") & set(SIGNS)
    assert len(SIGNS) == 32
    for length in (8, 10):
        code = short_codes.drawn(length)
        assert (len(code), code[length // 2]) == (length + 1, "-")
        assert set(code) <= {*SIGNS, "-"}


def test_a_code_opens_its_link_for_the_right_year(session: Session, link_id: int) -> None:
    """However it is typed. What is stored does not tell it."""
    code = short_codes.make(session, link_id)
    [row] = session.scalars(select(ShortCode))
    assert code.replace("-", "") not in row.digest
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)  # as a Japanese keyboard may write it
    between = [code.replace("-", other) for other in (" ", "", "–", "—", "\u2011", "−", ".", "·", "_", " / ")]
    for typed in (f" {code.lower()} ", wide, *between):
        assert short_codes.find(session, typed, 1970) == link_id
    assert row.failures == 0


def test_wrong_years_use_a_code_up(session: Session, link_id: int) -> None:
    """The right year counts until then; afterwards it comes too late."""
    code = short_codes.make(session, link_id)
    for _ in range(TRIES - 1):
        assert short_codes.find(session, code, 1971) is None
    assert short_codes.find(session, code, 1970) == link_id
    for late in (1971, 1970):
        with pytest.raises(UsedUpError) as used_up:
            short_codes.find(session, code, late)
        assert used_up.value.contacts == {"en": session.scalars(select(Study.contact)).one()}
    assert session.scalars(select(ShortCode.failures)).one() == TRIES


def test_a_wrong_code_costs_nobody_a_try(session: Session, link_id: int) -> None:
    """Neither one of other signs or another length, nor one that is nobody's."""
    code = short_codes.make(session, link_id)
    for wrong in ("", code[:-1], f"{code}A", f"0{code[1:]}", short_codes.drawn(8)):
        assert short_codes.find(session, wrong, 1970) is None
    assert session.scalars(select(ShortCode.failures)).one() == 0


def test_the_contacts_birth_date_counts_too(session: Session, link_id: int, patient: Patient) -> None:
    """Without any year known no year is right."""
    code = short_codes.make(session, link_id)
    patient.contact = Contact(born_on=date(1961, 5, 2))
    session.flush()
    assert short_codes.find(session, code, 1961) == short_codes.find(session, code, 1970) == link_id
    patient.contact.born_on = patient.birth_year = None
    session.flush()
    assert short_codes.find(session, code, 1970) is None
