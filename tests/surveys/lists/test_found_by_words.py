"""A person among the patients is found by what staff know of them."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from surveys.lists import patients
from surveys.models import Contact, Patient
from tests.support.sample import sampled
from tests.surveys.lists.test_patients import scope

pytestmark = pytest.mark.database


@pytest.fixture
def anne(session: Session, patient: Patient) -> Patient:
    """Somebody with a name, numbers and an address."""
    patient.contact = Contact(
        name="Änne Jäger-Weiß Łukasz",
        hospital_number="Hn-9b",
        telephone="0176/12 34 56",
        email="Anne@example.org",
    )
    session.flush()
    return patient


@pytest.mark.parametrize(
    "typed",
    sampled(
        5,
        [
            "Jäger Änne",
            "Änne Jäger",
            "jager, anne",
            "ANNE",
            "lukasz",
            "weiss",
            "hn-9B",
            "0176 123",
            "+49 176 12345",
            "anne@example.org",
            "p1",
            "anne P1",
            "Ja\u0308ger",
        ],
    ),
)
def test_a_person_is_found_by_words_in_any_order(session: Session, anne: Patient, typed: str) -> None:
    """Of the name, the numbers, the address and the code; accents and capitals do not matter."""
    assert [row.code for row in patients.page(session, scope(anne), person=typed).rows] == ["P1"]


@pytest.mark.parametrize("typed", sampled(3, ["Änne Müller", "0176 999", "anne P2", "%", ","]))
def test_nobody_is_found_by_other_words(session: Session, anne: Patient, typed: str) -> None:
    """Each word must be the person's."""
    assert not patients.page(session, scope(anne), person=typed).rows
