"""Two patients who may be one person."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from surveys.models import Patient, Study
from surveys.store.patient import contacts, dismissals
from surveys.store.patient.patients import NewContact
from tests.surveys.lists.checks.conftest import AT, Found, Stands, contact_of, enrol, findings, whole


def test_the_same_number_or_name_and_birth_date(
    session: Session, patient: Patient, found: Found, stands: Stands
) -> None:
    """As texts are compared everywhere: capitals and dashes do not matter, accents do."""
    other = enrol(session, "P2")
    one, two = contact_of(session, patient), contact_of(session, other)
    one.hospital_number, two.hospital_number = "h–7", "H-7"
    assert found("same_person") == [("P1", "number")]
    of_twin = (f"patient:{other.id}", "", None, None, None, "P2")
    assert whole(session, "same_person") == [("number", *of_twin)]
    stands("same_person")
    two.hospital_number = None
    one.name, two.name = "Änne JÄGER", "änne  jäger"
    assert found("same_person") == []
    one.born_on = two.born_on = date(1970, 5, 1)
    assert found("same_person") == [("P1", "name")]
    two.name = "Anne Jager"
    assert found("same_person") == []
    one.name = two.name = ""
    assert found("same_person") == []
    other.contact_id = patient.contact_id
    assert found("same_person") == [("P1", "contact")]
    other.status = "left"
    assert found("same_person") == []


def test_another_contact_is_another_question(session: Session, patient: Patient, found: Found) -> None:
    """What was said of the old facts is forgotten with them."""
    other = enrol(session, "P2")
    contact_of(session, other).hospital_number = contact_of(session, patient).hospital_number
    [one] = findings(session, "same_person")
    facts = {"at": AT, "actor": "test"}
    dismissals.dismiss(session, patient.id, "same_person", one.subject, one.seen, "Twins", **facts)
    assert found("same_person") == []
    new = NewContact(hospital_number="H P1", name="Another name", email="p1@example.org")
    assert contacts.change(session, patient, new, **facts)
    assert found("same_person") == [("P1", "number")]


def test_a_reader_of_a_site_learns_of_nobody_elsewhere(session: Session, patient: Patient) -> None:
    """A pair of two sites is for readers of the whole study; another study's patients are nobody's here."""
    patient.site = "North"
    other = enrol(session, "P2", site="South")
    contact_of(session, other).hospital_number = contact_of(session, patient).hospital_number
    assert findings(session, "same_person", "north") == []
    assert [one.other for one in findings(session, "same_person")] == ["P2"]
    other.site = "NORTH"
    assert [one.other for one in findings(session, "same_person", "north")] == ["P2"]
    elsewhere = Study(code="S2", title="S2", locales=["en"], who_reads={}, crisis_texts={}, created_at=AT)
    session.add(elsewhere)
    session.flush()
    other.study_id = elsewhere.id
    assert findings(session, "same_person", "north") == []
