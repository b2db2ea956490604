"""The day's list, and finding people by what stands on a clinic's list."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from surveys.lists import clinic
from surveys.lists.clinic import ExpectedPatient, VisitOfTheDay
from surveys.models import Appointment, Consent, ConsentText, Contact, Patient
from tests.surveys.lists.conftest import AT, DUE
from tests.surveys.lists.test_alerts import put
from tests.surveys.lists.test_changes import add
from tests.surveys.lists.test_patients import DAY, add_visit, answer, scope


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


def expect(session: Session, *people: Patient, on: date = DUE) -> None:
    """The patients are expected that day."""
    session.add_all(
        Appointment(patient_id=one.id, expected_on=on, added_at=AT, added_by="test") for one in people
    )
    session.flush()


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
    expect(session, patient)
    expect(session, patient, on=DUE + DAY)
    done = {}
    for on in (DUE, DUE + DAY):
        [line] = clinic.expected(session, scope(patient, on), on)
        done[on] = (line.done, line.progress)
    assert done == {DUE: (("v1",), "done"), DUE + DAY: ((), "nothing")}


def test_the_list_of_a_day_is_by_code(session: Session, patient: Patient) -> None:
    """Of that day and site alone, and with each patient's own facts."""
    left, paused, absent = (add(session, code, patient, site="North") for code in ("P3", "P2", "P4"))
    paused.contact, paused.status, left.status = Contact(name="Ada", hospital_number="H-1"), "paused", "left"
    expect(session, left, paused, patient)
    expect(session, absent, on=DUE + DAY)
    nothing = {"consent": None, "open": (), "done": (), "alerts": 0, "matters": None}
    lines = clinic.expected(session, scope(patient), DUE)
    assert lines == [
        ExpectedPatient(patient.id, "P1", "active", False, None, None, **nothing),
        ExpectedPatient(paused.id, "P2", "paused", False, "H-1", "Ada", **nothing),
        ExpectedPatient(left.id, "P3", "left", True, None, None, **nothing),
    ]
    assert clinic.expected(session, replace(scope(patient), site="North"), DUE) == lines[1:]


def test_consent_is_the_latest_decision(session: Session, patient: Patient) -> None:
    """Of the patient's own decisions."""
    facts = {"version": "1", "locale": "en", "text": "", "parts": {}, "sha256": "", "loaded_by": "test"}
    text = ConsentText(study_id=patient.study_id, loaded_at=AT, **facts)
    session.add(text)
    session.flush()
    other = add(session, "P2", patient)
    for one, decision in ((patient, "agreed"), (other, "declined"), (patient, "declined"), (other, "agreed")):
        made = Consent(patient_id=one.id, consent_text_id=text.id, decision=decision, how="paper", parts={})
        made.signed_on, made.recorded_by, made.recorded_at = DUE, "test", AT
        session.add(made)
        session.flush()
    expect(session, patient, other)
    lines = clinic.expected(session, scope(patient), DUE)
    assert [line.consent for line in lines] == ["declined", "agreed"]


def test_alerts_that_wait_are_counted(session: Session, patient: Patient) -> None:
    """Of all the patient's visits, and of no other patient's."""
    visit, again = add_visit(session, patient), add_visit(session, patient, "v2")
    put(session, visit)
    put(session, visit, "skipped")
    put(session, visit, "done", "acknowledged")
    put(session, again)
    other = add(session, "P2", patient)
    put(session, add_visit(session, other))
    expect(session, patient, other)
    assert [line.alerts for line in clinic.expected(session, scope(patient), DUE)] == [3, 1]


def test_visits_that_can_be_answered_are_in_order_of_their_days(session: Session, patient: Patient) -> None:
    """Each patient's own; none that is over, or opens later."""
    late = add_visit(session, patient, "late", DUE + 5 * DAY)
    early, too = add_visit(session, patient, "early"), add_visit(session, patient, "too")
    for name, days in (("over", -40), ("ahead", 40)):
        add_visit(session, patient, name, DUE + days * DAY)
    early.occurrence = 2
    answer(session, late, "saq")
    other = add(session, "P2", patient)
    others = add_visit(session, other)
    expect(session, patient, other)
    asked = {"battery": ["face", "saq"], "asked": 2}
    first, second = clinic.expected(session, scope(patient), DUE)
    assert first.open == (
        VisitOfTheDay(early.id, "early 2", "due", due_on=DUE, answered=0, **asked),
        VisitOfTheDay(too.id, "too", "due", due_on=DUE, answered=0, **asked),
        VisitOfTheDay(late.id, "late", "in_progress", due_on=DUE + 5 * DAY, answered=1, **asked),
    )
    assert [visit.id for visit in second.open] == [others.id]


def test_visits_finished_that_day_are_in_order_of_their_days(session: Session, patient: Patient) -> None:
    """Each patient's own, and none that was only begun."""
    other = add(session, "P2", patient)
    for name, days in (("late", 5), ("early", 0), ("too", 0)):
        answer(session, add_visit(session, patient, name, DUE + days * DAY), "face", "saq")
    answer(session, add_visit(session, patient, "begun"), "face")
    answer(session, add_visit(session, other), "face", "saq")
    expect(session, patient, other)
    lines = clinic.expected(session, scope(patient), DUE)
    assert [line.done for line in lines] == [("early", "too", "late"), ("v1",)]


def test_progress_is_told_by_the_visits_of_the_day() -> None:
    due = VisitOfTheDay(1, "v1", "due", [], DUE, 0, 2)
    begun = replace(due, state="in_progress")
    paused = replace(due, state="not_asked")
    for open_visits, done, progress in (
        ((), (), "nothing"),
        ((paused,), (), "nothing"),
        ((paused,), ("v0",), "done"),
        ((paused, begun), (), "in_progress"),
        ((due, due), (), "due"),
        ((due, begun), (), "in_progress"),
        ((due,), ("v0",), "in_progress"),
        ((), ("v0",), "done"),
    ):
        line = ExpectedPatient(1, "P1", "active", False, None, None, None, open_visits, done, 0, None)
        assert line.progress == progress


def test_a_long_list_is_looked_up_in_parts(
    session: Session, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of whom the list does not know and of another site nobody is found."""
    monkeypatch.setattr(clinic, "AT_ONCE", 2)
    people = [patient, *(add(session, f"P{number}", patient, site="North") for number in range(2, 8))]
    written = [one.code for one in people]
    found = clinic.find(session, scope(patient), [*written, "P9", "Ada Abel"])
    assert found == {one.code: [one.id] for one in people}
    assert clinic.find(session, replace(scope(patient), site="North"), written).keys() == {*written} - {"P1"}
