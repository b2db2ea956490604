"""The day's list, and finding people by what stands on a clinic's list."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from surveys.lists import clinic
from surveys.models import Appointment, Contact, Patient
from tests.surveys.lists.conftest import AT, DUE
from tests.surveys.lists.test_patients import DAY, add_visit, answer, scope


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


def test_a_number_is_found_however_it_is_spelt(session: Session, patient: Patient) -> None:
    """Codes and hospital numbers; alone, or among the words of a line."""
    other = Patient(study_id=patient.study_id, code="Fp-12a", enrolled_on=DUE, status_since=DUE)
    other.contact = Contact(name="Änne Jäger", hospital_number="Hn-9B")
    session.add(other)
    session.flush()
    for text in ("Fp-12a", "fp-12a", "FP–12A", "hn-9b", "Änne HN-9B", "08:00 Jäger Fp-12A"):
        assert clinic.find(session, scope(patient), [text]) == {text: [other.id]}, text
    assert clinic.find(session, scope(patient), ["p1", "P1"]) == {"p1": [patient.id], "P1": [patient.id]}


def test_words_that_speak_of_several_people_are_no_number(session: Session, patient: Patient) -> None:
    """A room's number may be somebody's code; numbers alone, one after the other, are each of somebody."""
    for code in ("12", "007"):
        session.add(Patient(study_id=patient.study_id, code=code, enrolled_on=DUE, status_since=DUE))
    session.flush()
    found = clinic.find(session, scope(patient), ["Änne room 12 007", "12 007"])
    assert found.keys() == {"12 007"}
    assert len(found["12 007"]) == 2


def test_a_visit_is_finished_on_the_day_it_was_answered(session: Session, patient: Patient) -> None:
    """On a later day of the same patient's it is not shown as finished that day."""
    answer(session, add_visit(session, patient), "face", "saq")
    for on in (DUE, DUE + DAY):
        session.add(Appointment(patient_id=patient.id, expected_on=on, added_at=AT, added_by="test"))
    session.flush()
    done = {}
    for on in (DUE, DUE + DAY):
        [line] = clinic.expected(session, scope(patient, on), on)
        done[on] = (line.done, line.progress)
    assert done == {DUE: (("v1",), "done"), DUE + DAY: ((), "nothing")}
