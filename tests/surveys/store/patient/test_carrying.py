"""What a person gave under a second code: it goes over once, or is refused where the two contradict."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.frames import study_frames
from surveys.instruments.library import Library
from surveys.models import (
    Assistance,
    Background,
    Event,
    Palsy,
    Patient,
    Response,
    SelfEnrolment,
    Study,
    Visit,
)
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import erasing, looking, patients
from surveys.store.patient.patients import NewContact, NewPatient
from surveys.store.visit.responses import NewResponse, add
from surveys.store.words import versions
from surveys.store.words.wordings import Texts
from tests.surveys.store.conftest import AT

TODAY = AT.date()
FACTS = {"at": AT, "actor": "staff:1"}
GAD7 = {f"q{number}": 1 for number in range(1, 8)}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def second(session: Session, study: Study, patient: Patient, library: Library) -> Patient:
    """P1 again, who joined by herself as S-2 on the same day."""
    session.refresh(study, ["timepoints"])
    new = NewPatient("S-2", TODAY, birth_year=1970, contact=NewContact(email="anna@example.org"))
    made = patients.enrol(session, study, study.timepoints, new, library, **FACTS)
    session.add(
        SelfEnrolment(patient_id=made.id, way="email", joined_at=AT, seconds=60, device="d", network="n")
    )
    session.commit()
    return made


def answer(
    session: Session,
    library: Library,
    patient: Patient,
    answers: dict[str, int] = GAD7,
    *,
    name: str = "baseline",
    on: date = TODAY,
) -> Visit:
    """GAD-7 of `patient` at that visit, sent on that day."""
    visit = session.scalars(select(Visit).where(Visit.patient_id == patient.id, Visit.name == name)).one()
    gad7 = library.get("gad7")
    sent = AT + (on - TODAY)
    new = NewResponse(
        visit.id, patient.id, gad7, versions.freeze(session, gad7, at=AT), answers, "web", sent, on, sent
    )
    add(session, [new], **FACTS)
    session.commit()
    return visit


def join(session: Session, second: Patient, known: Patient, library: Library) -> int:
    went = looking.join_into(session, second, known, Texts(library), **FACTS)
    session.commit()
    return went


def of_patient(session: Session, patient: Patient) -> list[tuple[str, Response]]:
    query = (
        select(Visit.name, Response)
        .join(Visit, Visit.id == Response.visit_id)
        .where(Visit.patient_id == patient.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def test_answers_go_to_the_same_visit_of_the_plan(
    session: Session, study: Study, patient: Patient, second: Patient, library: Library
) -> None:
    """With what was said beside them; those of the second code stay, analyses count one, the proof holds."""
    visit = answer(session, library, second)
    session.add(Assistance(visit_id=visit.id, answered_by="interpreter", at=AT))
    told = {"question": "side", "answer": {"value": "left"}, "locale": "en", "reported_by": "patient"}
    session.add(Background(visit_id=visit.id, at=AT, **told))
    session.commit()
    assert join(session, second, patient, library) == 1
    [(name, copy)] = of_patient(session, patient)
    [(_, first)] = of_patient(session, second)
    assert (name, copy.answers, copy.source, copy.submitted_at) == ("baseline", GAD7, "web", AT)
    assert (copy.started_at, copy.locale, copy.completed_on) == (first.started_at, None, TODAY)
    assert copy.reason == "given as S-2, the same person"
    for table in (Assistance, Background):
        assert session.scalars(select(table.visit_id).order_by(table.id)).all() == [visit.id, copy.visit_id]
    scores = study_frames(session, study, library).scores
    assert scores[["patient", "visit", "value"]].to_numpy().tolist() == [["P1", "baseline", 7.0]]
    joined = session.scalars(select(Event).where(Event.action == "patient.answers_joined")).one()
    assert (joined.patient_id, joined.facts) == (patient.id, {"from": "S-2", "responses": 1})
    assert list(audit.verify(session)) == []


def test_answers_that_fit_no_visit_get_their_own(
    session: Session, patient: Patient, second: Patient, library: Library
) -> None:
    """Where the visit is answered already, and where the day lies outside its window."""
    answer(session, library, patient)
    answer(session, library, second, GAD7 | {"q1": 3}, on=TODAY + timedelta(days=1))
    answer(session, library, second, name="month_3", on=TODAY + timedelta(days=2))
    assert join(session, second, patient, library) == 2
    found = {(name, copy.completed_on): copy.answers["q1"] for name, copy in of_patient(session, patient)}
    assert found == {
        ("baseline", TODAY): 1,
        ("unscheduled", TODAY + timedelta(days=1)): 3,
        ("unscheduled", TODAY + timedelta(days=2)): 1,
    }
    laid = session.scalars(select(Visit).where(Visit.name == "unscheduled").order_by(Visit.id)).all()
    assert [(one.occurrence, one.opens_on == one.closes_on, one.done) for one in laid] == [
        (1, True, True),
        (2, True, True),
    ]


def test_the_same_answers_of_one_day_are_one(
    session: Session, patient: Patient, second: Patient, library: Library
) -> None:
    answer(session, library, patient)
    answer(session, library, second)
    assert join(session, second, patient, library) == 0
    assert len(of_patient(session, patient)) == 1


def test_what_contradicts_is_told_and_nothing_is_joined(
    session: Session, patient: Patient, second: Patient, library: Library
) -> None:
    """All of it at once, so that it can be settled."""
    answer(session, library, patient)
    answer(session, library, second, GAD7 | {"q1": 3})
    second.birth_year, second.sex, patient.sex = 1971, "female", "unknown"
    for one, side in ((patient, "left"), (second, "right")):
        own = session.scalars(select(Palsy).where(Palsy.patient_id == one.id)).first()
        if own is None:
            session.add(Palsy(patient_id=one.id, number=1, side=side))
        else:
            own.side = side
    session.commit()
    with pytest.raises(Refused) as refusal:
        join(session, second, patient, library)
    session.rollback()
    assert str(refusal.value) == (
        "The year of birth of S-2 is 1971, that of P1 is 1970. Correct the one that is wrong first, or keep "
        "them apart. The side of S-2 is right, that of P1 is left. Correct the one that is wrong first, or "
        "keep them apart. P1 and S-2 both answered GAD-7 on 2026-03-10, and not alike. Annul the one that is "
        "wrong first."
    )
    assert session.scalars(select(SelfEnrolment.outcome)).one() is None


def test_a_removal_takes_the_second_code_along(
    session: Session, patient: Patient, second: Patient, library: Library
) -> None:
    """Also the answers that stayed there."""
    answer(session, library, second)
    join(session, second, patient, library)
    erasing.remove(session, patient, reason="asked", on=TODAY, **FACTS)
    session.commit()
    assert session.scalars(select(Response.id)).all() == []
    assert erasing.removed_at(session, second.id) is not None
    assert list(audit.verify(session)) == []
