"""A coordinator's look at who joined: kept apart, or the same person as another patient."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.frames import study_frames
from surveys.instruments.library import Library
from surveys.models import Contact, Event, Patient, SelfEnrolment, Study
from surveys.store.errors import Refused
from surveys.store.patient import looking, patients
from surveys.store.patient.patients import NewContact, NewPatient
from surveys.store.words.wordings import Texts
from tests.surveys.store.conftest import AT

FACTS = {"at": AT, "actor": "staff:1"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def joined(session: Session, study: Study, patient: Patient, library: Library) -> Patient:
    """A patient beside P1, who joined by herself."""
    session.refresh(study, ["timepoints"])
    new = NewPatient("S-2", AT.date(), birth_year=1970, contact=NewContact(email="anna@example.org"))
    made = patients.enrol(session, study, study.timepoints, new, library, **FACTS)
    session.add(
        SelfEnrolment(patient_id=made.id, way="email", joined_at=AT, seconds=60, device="d", network="n")
    )
    session.commit()
    return made


def counted(session: Session, study: Study, library: Library, **asked: bool) -> list[str]:
    return sorted(study_frames(session, study, library, **asked).patients["patient"].astype(str))


def test_analyses_wait_for_the_look(
    session: Session, study: Study, joined: Patient, library: Library
) -> None:
    """Left out until then unless asked for; counted like all others after."""
    assert counted(session, study, library) == ["P1"]
    assert counted(session, study, library, unconfirmed=True) == ["P1", "S-2"]
    looking.keep_apart(session, joined, **FACTS)
    session.commit()
    assert counted(session, study, library) == ["P1", "S-2"]
    assert session.scalars(select(Event.action).order_by(Event.id.desc())).first() == "patient.looked_at"
    with pytest.raises(Refused, match="meanwhile"):
        looking.keep_apart(session, joined, **FACTS)


def test_the_same_person_goes_on_under_the_known_code(
    session: Session, study: Study, patient: Patient, joined: Patient, library: Library
) -> None:
    """The new row leaves and is never counted; the proved address goes over where there was none."""
    looking.join_into(session, joined, patient, Texts(library), **FACTS)
    session.commit()
    assert (joined.status, patient.status) == ("left", "active")
    assert patient.contact_id is not None
    assert session.get_one(Contact, patient.contact_id).email == "anna@example.org"
    assert counted(session, study, library) == ["P1"]
    assert counted(session, study, library, unconfirmed=True) == ["P1"]
    row = session.scalars(select(SelfEnrolment)).one()
    assert (row.outcome, row.same_as_id, row.looked_by) == ("same", patient.id, "staff:1")


def test_an_address_that_is_known_stays(
    session: Session, patient: Patient, joined: Patient, library: Library
) -> None:
    known = Contact(email="clinic@example.org")
    session.add(known)
    session.flush()
    patient.contact_id = known.id
    session.commit()
    looking.join_into(session, joined, patient, Texts(library), **FACTS)
    assert known.email == "clinic@example.org"


def test_who_is_nobody_to_go_on_as(
    session: Session, patient: Patient, joined: Patient, library: Library
) -> None:
    """Oneself, who has left, and who was found to be somebody else."""
    with pytest.raises(Refused, match="another patient"):
        looking.join_into(session, joined, joined, Texts(library), **FACTS)
    patient.status = "left"
    with pytest.raises(Refused, match="no longer"):
        looking.join_into(session, joined, patient, Texts(library), **FACTS)
