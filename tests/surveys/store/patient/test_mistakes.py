"""A patient who was enrolled by mistake leaves every list, as long as nobody answered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from surveys.frames import study_frames
from surveys.instruments.library import Library
from surveys.keeping import keep_some
from surveys.lists import log
from surveys.lists import patients as lists
from surveys.lists.scope import Scope
from surveys.models import Contact, Event, Message, Patient, Study, Visit
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import mistakes, patients, treatments
from surveys.store.patient.patients import NewContact, NewPatient, NewTreatment
from surveys.store.post import messages, settling
from surveys.store.post.outbox import Rejected
from surveys.store.visit import answering, links, opening
from surveys.store.words.wordings import Texts
from tests.surveys.store.conftest import AT, SEALS

LATER = AT + timedelta(hours=1)
NEW = NewPatient("P7", AT.date(), birth_year=1980, contact=NewContact(name="Ada", email="ada@example.org"))


@pytest.fixture
def wrong(session: Session, study: Study, patient: Patient, library: Library) -> Patient:
    """A second patient, with a treatment, a link, and messages to come."""
    session.refresh(study, ["timepoints"])
    made = patients.enrol(session, study, study.timepoints, NEW, library, at=AT, actor="test")
    treatments.add(session, made, NewTreatment("massage"), today=AT.date(), at=AT, actor="staff:1")
    first = session.scalars(select(Visit).where(Visit.patient_id == made.id).order_by(Visit.id)).first()
    assert first is not None
    links.issue(session, first, at=AT, actor="test")
    messages.plan(session, at=AT)
    session.commit()
    return made


def take_back(session: Session, patient: Patient, reason: str = "another person") -> None:
    mistakes.take_back(session, patient, reason=reason, at=LATER, actor="staff:1")
    session.commit()


def test_the_record_is_nowhere_but_in_the_trail(
    session: Session, study: Study, wrong: Patient, library: Library
) -> None:
    """No list, count or frame has it, nothing is sent, the person is unknown; the code may be given again."""
    scope = Scope(study.id, None, AT.date())
    keep_some(session, study.id, AT.date())
    session.commit()
    number, visits = wrong.id, select(Visit.id).where(Visit.patient_id == wrong.id)
    assert session.scalars(visits).all()
    take_back(session, wrong)
    for _ in ("kept before", "computed again"):
        page = lists.page(session, scope)
        assert ([row.code for row in page.rows], sum(page.counts.values())) == (["P1"], 1)
        keep_some(session, study.id, AT.date())
    assert lists.find(session, scope, "P7") is None
    assert session.scalars(visits).all() == []
    assert set(study_frames(session, study, library).patients["patient"]) == {"P1"}
    assert session.scalars(select(Contact)).all() == []
    unsettled = select(func.count(Message.id)).join(Visit).where(Message.outcome.is_(None))
    assert session.scalar(unsettled.where(Visit.patient_id == number)) == 0
    assert session.scalar(text("SELECT count(*) FROM link WHERE revoked_at IS NULL")) == 0
    [event] = session.scalars(select(Event).where(Event.action == "patient.entered_in_error")).all()
    assert (event.patient_id, event.facts["code"], event.reason) == (number, "P7", "another person")
    assert event.study_id == study.id
    assert "patient.entered_in_error" in {
        one.action for one in log.page(session, study.id, kind=None, before=None).events
    }
    session.refresh(study, ["timepoints"])
    again = patients.enrol(session, study, study.timepoints, NEW, library, at=LATER, actor="test")
    session.commit()
    assert again.id != number
    assert list(audit.verify(session)) == []


def test_who_answered_stays(session: Session, wrong: Patient, library: Library) -> None:
    """Also by one answer that was not sent; and no record goes without a reason."""
    with pytest.raises(Refused) as refused:
        take_back(session, wrong, " ")
    assert refused.value.field == "reason"
    assert not mistakes.has_answered(session, wrong)
    first = session.scalars(select(Visit).where(Visit.patient_id == wrong.id).order_by(Visit.id)).first()
    assert first is not None
    link_id = links.find(session, links.issue(session, first, at=AT, actor="test"))
    assert link_id is not None
    opened = opening.load(session, link_id, Texts(library), device="phone", at=AT, lock=True)
    answering.open_visit(session, opened, at=AT)
    answering.save_answer(session, opened, library.get("face"), "q1", 3, locale="en", at=AT, seals=SEALS)
    session.commit()
    assert mistakes.has_answered(session, wrong)
    with pytest.raises(Refused, match="has answered"):
        take_back(session, wrong)
    assert wrong.code == "P7"


def test_mail_that_was_under_way_can_still_come_back(session: Session, wrong: Patient) -> None:
    """The postman knows its visit, though no list does."""
    row = session.scalars(select(Message).join(Visit).where(Visit.patient_id == wrong.id)).first()
    assert row is not None
    row.claimed_at = AT
    session.commit()
    take_back(session, wrong)
    settling.settle(session, row.id, Rejected("550", address=True), "ada@example.org", at=LATER)
    session.commit()
    assert row.outcome == "failed"
