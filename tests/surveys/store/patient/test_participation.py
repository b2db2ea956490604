"""Statuses, in every study of a person, in one transaction."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Contact, Event, Link, Message, Patient, Study, Visit
from surveys.schedule import preset
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import erasing, participation, patients
from surveys.store.patient.patients import NewPatient
from surveys.store.post import messages
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from surveys.store.visit import links
from tests.surveys.store.conftest import AT

TODAY = AT.date()


@pytest.fixture
def twin(session: Session, library: Library, patient: Patient) -> Patient:
    """The same person in the study S2, with a live link."""
    contact = Contact(name="Ada Byron", email="ada@example.org")
    session.add(contact)
    session.flush()
    patient.contact_id = contact.id
    study = studies.create(session, NewStudy("S2"), preset("registry"), library, at=AT, actor="test")
    session.refresh(study, ["timepoints"])
    new = NewPatient("Q1", TODAY, birth_year=1970)
    made = patients.enrol(session, study, study.timepoints, new, library, at=AT, actor="test")
    made.contact_id = contact.id
    visit = session.scalars(select(Visit).where(Visit.patient_id == made.id).order_by(Visit.id)).first()
    assert visit is not None
    links.issue(session, visit, at=AT, actor="test")
    session.commit()
    return made


def change(session: Session, patient: Patient, status: str, **facts: object) -> list[str]:
    """The codes of those whom a change to `status`, since today, concerned."""
    told = {"on": TODAY, "at": AT, "actor": "test", **facts}
    changed = participation.change_status(session, patient, status, **told)  # type: ignore[arg-type]
    session.commit()
    return [one.code for one in changed]


def test_a_status_holds_in_every_study_of_the_person(
    session: Session, patient: Patient, twin: Patient
) -> None:
    """At once: links of the other study open nothing, no message goes out, and each has its audit."""
    assert participation.others(session, patient) == 1
    session.get_one(Study, twin.study_id).status = "active"
    messages.plan(session, at=AT)
    assert set(session.scalars(select(Message.outcome))) == {None}
    assert change(session, patient, "died", everywhere=False) == ["P1", "Q1"]
    assert (twin.status, twin.status_since) == ("died", TODAY)
    assert set(session.execute(select(Message.outcome, Message.error))) == {("cancelled", "died")}
    assert session.scalars(select(Link.revoked_at)).all() == [AT]
    written = session.scalars(select(Event).where(Event.action == "patient.status")).all()
    assert {event.patient_id for event in written} == {patient.id, twin.id}


def test_why_a_patient_left_stands_with_the_status(session: Session, patient: Patient, twin: Patient) -> None:
    """In each study, until the status changes; the reason alone may be corrected; others have none."""
    assert change(session, patient, "lost", why="unknown") == ["P1", "Q1"]
    assert change(session, patient, "lost", why="not_reached") == ["P1"]
    assert (patient.status_reason, twin.status_reason) == ("not_reached", "unknown")
    with pytest.raises(Refused, match="recorded already"):
        change(session, patient, "lost", why="not_reached")
    for status, why in (("paused", "burden"), ("left", "boredom")):
        with pytest.raises(Refused, match="is no reason of the status"):
            change(session, patient, status, why=why)
    change(session, patient, "active")
    assert patient.status_reason is None
    written = session.scalars(select(Event).where(Event.action == "patient.status").order_by(Event.id))
    assert [event.facts.get("why") for event in written] == ["unknown", "unknown", "not_reached", None]
    assert list(audit.verify(session)) == []


def test_only_this_study_where_staff_say_so(session: Session, patient: Patient, twin: Patient) -> None:
    """And taking part again is never said of another study."""
    assert change(session, patient, "paused", everywhere=False) == ["P1"]
    assert twin.status == "active"
    assert change(session, patient, "lost") == ["P1", "Q1"]
    assert change(session, patient, "active") == ["P1"]
    assert twin.status == "lost"


def test_who_left_elsewhere_is_not_brought_back(session: Session, patient: Patient, twin: Patient) -> None:
    """A pause here leaves a person who left another study as one who left."""
    change(session, twin, "left", everywhere=False)
    assert change(session, patient, "paused") == ["P1"]
    assert twin.status == "left"
    assert change(session, patient, "died") == ["P1", "Q1"]


def test_a_pause_leaves_links_and_a_departure_does_not(session: Session, twin: Patient) -> None:
    """Who paused may still open what was handed over."""
    change(session, twin, "paused")
    assert session.scalars(select(Link.revoked_at)).all() == [None]
    change(session, twin, "left")
    assert session.scalars(select(Link.revoked_at)).all() == [AT]
    assert twin.messages_stopped_at is None, "that is the patient's own wish"


def test_what_cannot_be_is_refused(session: Session, patient: Patient) -> None:
    """Days ahead or before enrolment, what is so already, and coming back without a reason."""
    for status, on in (
        ("gone", TODAY),
        ("lost", TODAY + timedelta(days=1)),
        ("lost", date(2020, 1, 1)),
        ("active", patient.status_since),
    ):
        with pytest.raises(Refused):
            change(session, patient, status, on=on)
    change(session, patient, "left")
    with pytest.raises(Refused, match="Say why"):
        change(session, patient, "active")
    assert change(session, patient, "active", reason="Wrong patient marked.") == ["P1"]


def test_who_was_erased_does_not_come_back_under_the_same_code(session: Session, patient: Patient) -> None:
    """What was answered later would stand under an erasure, which lets it be deleted; a death can be told."""
    erasing.remove(session, patient, reason="asked", on=TODAY, at=AT, actor="test")
    for status in ("active", "paused", "lost"):
        with pytest.raises(Refused, match="needs a new code"):
            change(session, patient, status, reason="asked again")
    assert change(session, patient, "died") == ["P1"]


def test_a_study_without_a_contact_stands_alone(
    session: Session, library: Library, study: Study, patient: Patient
) -> None:
    """Two patients without a contact are not one person."""
    new = NewPatient("P2", TODAY, birth_year=1970)
    session.refresh(study, ["timepoints"])
    patients.enrol(session, study, study.timepoints, new, library, at=AT, actor="test")
    assert participation.others(session, patient) == 0
    assert change(session, patient, "died") == ["P1"]
