"""Finding a person again, and changing a contact."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Contact, Event, EventValue, Patient
from surveys.store.errors import Refused
from surveys.store.patient import contacts
from surveys.store.patient.patients import NewContact
from tests.surveys.store.conftest import AT

ADA = NewContact("H-4711", "Ada Byron", date(1970, 5, 17), "ada@example.org")


@pytest.fixture
def known(session: Session, patient: Patient) -> Patient:
    """P1 with Ada's contact."""
    contacts.change(session, patient, ADA, at=AT, actor="test")
    session.commit()
    return patient


@pytest.mark.usefixtures("known")
def test_a_person_is_found_by_number_or_by_name_and_birth_date(session: Session) -> None:
    """Capitals and spaces do not matter; a name or a birthday alone is nobody."""
    for told, by in (
        (NewContact(" h-4711 "), "hospital_number"),
        (NewContact("H–4711"), "hospital_number"),
        (NewContact(None, " ada  BYRON", date(1970, 5, 17)), "name_and_birth_date"),
        (NewContact("X", "Ada Byron", date(1970, 5, 17)), "name_and_birth_date"),
        (NewContact(None, "Ada Byron"), None),
        (NewContact(None, "Bea", date(1970, 5, 17)), None),
        (NewContact("H-4712", "Ada Byron", date(1971, 5, 17)), None),
        (NewContact(), None),
    ):
        found = contacts.matches(session, told)
        assert [match.by for match in found] == ([by] if by else []), told
        assert all((match.study, match.patient) == ("S1", "P1") for match in found)


def test_oneself_is_no_match(session: Session, known: Patient) -> None:
    """Saving a contact again warns of nobody."""
    assert contacts.matches(session, ADA, but=known.contact_id) == []


def test_a_change_is_kept_apart_in_the_audit(session: Session, known: Patient) -> None:
    """Only what differs is written, and nothing where nothing differs."""
    assert not contacts.change(session, known, ADA, at=AT, actor="test")
    moved = replace(ADA, email="ada@new.example", telephone="020 7946 0000")
    assert contacts.change(session, known, moved, at=AT, actor="test")
    session.commit()
    assert len(session.scalars(select(Contact)).all()) == 1
    last = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert last is not None
    assert last.facts == {"fields": ["email", "telephone"]}
    values = session.scalars(select(EventValue).where(EventValue.event_id == last.id)).all()
    assert {(one.field, one.before, one.after) for one in values} == {
        ("email", "ada@example.org", "ada@new.example"),
        ("telephone", None, "020 7946 0000"),
    }


def test_another_year_of_birth_is_refused(session: Session, known: Patient) -> None:
    """The study's own fact and the contact must not say two things."""
    with pytest.raises(Refused, match="1970"):
        contacts.change(session, known, replace(ADA, born_on=date(1971, 5, 17)), at=AT, actor="test")


def test_a_person_is_found_in_either_unicode_form(session: Session, patient: Patient) -> None:
    """And with a hospital number whose capitals are mixed otherwise."""
    jose = NewContact("Hn-9b", "José Müller", date(1970, 5, 17))
    contacts.change(session, patient, jose, at=AT, actor="test")
    for told in (
        NewContact(None, unicodedata.normalize("NFD", "José Müller"), date(1970, 5, 17)),
        NewContact("hN-9B"),
    ):
        assert len(contacts.matches(session, told)) == 1, told


def test_other_capitals_are_no_corrected_address(session: Session, known: Patient) -> None:
    """Mail that was refused would be refused again."""
    contact = session.get_one(Contact, known.contact_id)
    contact.refused_email = contact.email
    contacts.change(session, known, replace(ADA, email="Ada@example.org"), at=AT, actor="test")
    assert contact.refused_email == contact.email == "Ada@example.org"
