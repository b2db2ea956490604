"""What was said at enrolment, corrected, and what follows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Contact, Event, Patient, Study, Visit
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import enrolment, patients
from surveys.store.patient.enrolment import EnrolmentFacts
from surveys.store.patient.patients import NewContact, NewPatient, NewTreatment, PartialDate
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from surveys.store.visit import devices, links, planning, short_codes
from tests.surveys.store.conftest import AT

TODAY = AT.date()
WHY = "the letter says so"


def correct(session: Session, patient: Patient, *, reason: str | None = WHY, **wanted: Any) -> frozenset[str]:
    """Change these facts alone."""
    session.refresh(patient, ["contact"])
    facts = replace(enrolment.facts_of(patient), **wanted)
    return enrolment.correct(session, patient, facts, reason=reason, today=TODAY, at=AT, actor="staff:1")


def refused(session: Session, patient: Patient, **wanted: Any) -> str | None:
    """The field at which these facts are refused."""
    with pytest.raises(Refused) as told:
        correct(session, patient, **wanted)
    return told.value.field


def known(session: Session, patient: Patient, born_on: date) -> Contact:
    """The patient's contact with a date of birth."""
    contact = Contact(name="Ann", born_on=born_on)
    session.add(contact)
    session.flush()
    patient.contact_id = contact.id
    session.flush()
    return contact


def test_every_fact_is_corrected_and_the_old_one_stays_in_the_trail(
    session: Session, patient: Patient
) -> None:
    wanted = {
        "code": "P-9",
        "enrolled_on": TODAY - timedelta(days=3),
        "birth_year": 1971,
        "sex": "male",
        "site": "North",
    }
    assert correct(session, patient, **wanted) == wanted.keys()
    session.commit()
    assert {name: getattr(patient, name) for name in wanted} == wanted
    assert patient.status_since == wanted["enrolled_on"], "the patient takes part from the enrolment on"
    events = session.scalars(select(Event).where(Event.action == "patient.corrected")).all()
    told = {name: value for event in events for name, value in event.facts.items()}
    assert (told["birth_year_before"], told["birth_year"]) == (1970, 1971)
    assert (told["code_before"], told["code"]) == ("P1", "P-9")
    assert (told["sex_before"], told["enrolled_on_before"]) == ("unknown", "2026-03-10")
    assert {event.reason for event in events} == {WHY}
    assert list(audit.verify(session)) == []


def test_what_was_known_needs_a_reason(session: Session, patient: Patient) -> None:
    """What was not known is filled in without one; the same again is no change."""
    assert refused(session, patient, reason=" ", birth_year=1971) == "reason"
    assert correct(session, patient, reason=None, sex="female", site="North") == {"sex", "site"}
    assert correct(session, patient, reason=None) == frozenset()
    assert refused(session, patient, reason=None, sex="male") == "reason"


def test_a_code_is_of_one_patient_in_any_spelling(
    session: Session, study: Study, patient: Patient, library: Library
) -> None:
    session.refresh(study, ["timepoints"])
    patients.enrol(session, study, study.timepoints, NewPatient("P2", TODAY), library, at=AT, actor="test")
    assert refused(session, patient, code="p2") == "code"
    assert refused(session, patient, code="no code") == "code"
    assert correct(session, patient, code=" p1 ") == {"code"}


def test_a_site_is_spelt_as_it_is_already(
    session: Session, study: Study, patient: Patient, library: Library
) -> None:
    session.refresh(study, ["timepoints"])
    other = NewPatient("P2", TODAY, site="München")
    patients.enrol(session, study, study.timepoints, other, library, at=AT, actor="test")
    correct(session, patient, site="münchen")
    assert patient.site == "München"


def test_year_and_date_of_birth_go_together(session: Session, patient: Patient) -> None:
    """A corrected date brings its year; a year beside a date of another one is refused."""
    contact = known(session, patient, date(1970, 9, 14))
    assert refused(session, patient, birth_year=1971) == "birth_year"
    assert correct(session, patient, born_on=date(1971, 9, 14)) == {"born_on", "birth_year"}
    assert (contact.born_on, patient.birth_year) == (date(1971, 9, 14), 1971)
    assert correct(session, patient, born_on=None, birth_year=1972) == {"born_on", "birth_year"}
    assert (contact.born_on, contact.name) == (None, "Ann")


def test_a_birth_is_corrected_wherever_the_person_takes_part(
    session: Session, patient: Patient, library: Library
) -> None:
    contact = known(session, patient, date(1970, 9, 14))
    elsewhere = studies.create(session, NewStudy("S2", simulated=True), (), library, at=AT, actor="test")
    there = NewPatient("Q1", TODAY, birth_year=1970, contact_id=contact.id)
    other = patients.enrol(session, elsewhere, (), there, library, at=AT, actor="test")
    correct(session, patient, born_on=date(1971, 9, 14), sex="female")
    assert (other.birth_year, other.sex) == (1971, "unknown")
    session.commit()
    of_other = select(Event).where(Event.action == "patient.corrected", Event.patient_id == other.id)
    assert session.scalars(of_other).one().facts == {"birth_year": 1971, "birth_year_before": 1970}


def test_nothing_on_record_lies_before_the_birth(session: Session, study: Study, library: Library) -> None:
    session.refresh(study, ["timepoints"])
    onset, start = PartialDate(date(1990, 1, 1), "year"), PartialDate(date(1985, 1, 1), "year")
    massage = NewTreatment("massage", start)
    new = NewPatient("P3", TODAY, birth_year=1970, onset=onset, treatments=(massage,))
    person = patients.enrol(session, study, study.timepoints, new, library, at=AT, actor="test")
    for year in (1991, 1986, 2027, 1800):
        assert refused(session, person, birth_year=year) == "birth_year"
    correct(session, person, birth_year=1985)


def test_who_was_too_young_stays_with_the_true_year(session: Session, study: Study, patient: Patient) -> None:
    """A wrong year would be worse; the page says so."""
    assert not enrolment.was_too_young(patient, study)
    correct(session, patient, birth_year=TODAY.year - study.lowest_age + 1)
    assert enrolment.was_too_young(patient, study)


def test_tries_at_a_wrong_year_are_forgotten(session: Session, patient: Patient) -> None:
    """The patient told the true one: another device and the code of a letter let her in again."""
    visit = session.scalars(select(Visit).where(Visit.patient_id == patient.id).limit(1)).one()
    links.issue(session, visit, at=AT, actor="test")
    link = session.scalars(select(short_codes.Link).where(short_codes.Link.visit_id == visit.id)).one()
    code = short_codes.make(session, link.id)
    for _ in range(short_codes.TRIES - 1):
        assert short_codes.find(session, code, 1971) is None
    with pytest.raises(short_codes.UsedUpError):
        short_codes.find(session, code, 1971)
    for _ in range(devices.TRIES):
        assert not devices.tell_year(session, visit.id, patient.id, "phone", 1971, at=AT)
    correct(session, patient, birth_year=1971)
    assert short_codes.find(session, code, 1971) == link.id
    assert devices.tell_year(session, visit.id, patient.id, "phone", 1971, at=AT)


def test_visits_follow_the_day_of_enrolment(session: Session, patient: Patient, library: Library) -> None:
    due = select(Visit.due_on).where(Visit.patient_id == patient.id).order_by(Visit.due_on)
    before = session.scalars(due.where(Visit.withdrawn_at.is_(None))).all()
    correct(session, patient, enrolled_on=TODAY - timedelta(days=2))
    planning.replan(session, patient, library, changed={"enrolment"}, at=AT, actor="test", reason=WHY)
    after = session.scalars(due.where(Visit.withdrawn_at.is_(None))).all()
    assert after == [one - timedelta(days=2) for one in before]


def test_an_impossible_day_of_enrolment_is_refused(session: Session, study: Study, library: Library) -> None:
    """Ahead, after the end of taking part, before the onset."""
    session.refresh(study, ["timepoints"])
    onset = PartialDate(TODAY - timedelta(days=5), "day")
    new = NewPatient("P3", TODAY, birth_year=1970, onset=onset)
    person = patients.enrol(session, study, study.timepoints, new, library, at=AT, actor="test")
    for days in (1, -6):
        assert refused(session, person, enrolled_on=TODAY + timedelta(days=days)) == "enrolled_on"
    correct(session, person, enrolled_on=TODAY - timedelta(days=5))
    person.status, person.status_since = "left", TODAY - timedelta(days=2)
    assert refused(session, person, enrolled_on=TODAY) == "enrolled_on"


def test_the_facts_are_those_of_the_row_and_its_contact(session: Session, patient: Patient) -> None:
    known(session, patient, date(1970, 9, 14))
    session.refresh(patient, ["contact"])
    assert enrolment.facts_of(patient) == EnrolmentFacts("P1", TODAY, 1970, date(1970, 9, 14))
    assert NewContact().born_on is None
