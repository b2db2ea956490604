"""Removing somebody's identity: each thing that goes, each thing that stays, and of nobody else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import (
    Alert,
    Appointment,
    Background,
    BackgroundCheck,
    Base,
    Contact,
    Draft,
    Erasure,
    Event,
    EventValue,
    Note,
    Patient,
    Response,
    Score,
    Study,
    Treatment,
    Visit,
)
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import clinic, consents, contacts, erasing, leaving, patients
from surveys.store.patient.consents import NewText
from surveys.store.patient.patients import NewContact, NewPatient
from surveys.store.study import freezes, reports
from surveys.store.visit import corrections, responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.surveys.store.conftest import AT

LATER = AT + timedelta(days=1)
OF_ALERTS = ("first_answer", "last_answer", "score", "before")
TEXTS_OF_ALERTS = ("note", "acted_note", "closed_note")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What the triggers of both let go of is shown by the tests of migrations and of the journey."""
    return sqlite_url


@pytest.fixture
def everything(session: Session, library: Library, study: Study) -> dict[str, Patient]:
    """P1 and P2, of whom everything is stored that may be of a patient."""
    session.refresh(study, ["timepoints"])
    made = {
        code: patients.enrol(
            session,
            study,
            study.timepoints,
            NewPatient(code, AT.date(), birth_year=1970, contact=NewContact(name=f"Anna {code}")),
            library,
            at=AT,
            actor="test",
        )
        for code in ("P1", "P2")
    }
    for patient in made.values():
        _fill(session, library, study, patient)
    frozen = freezes.keep(
        session, study, "first", "all answers", patients=2, responses=2, at=AT, actor="test"
    )
    told = {"freeze": frozen, "data_sha256": "", "software": "", "at": AT, "actor": "test"}
    reports.keep(session, study.id, {"html": b"all answers", "json": b"{}"}, **told)
    session.commit()
    return made


def _fill(session: Session, library: Library, study: Study, patient: Patient) -> None:
    first, second, *_ = visits_of(session, patient)
    phq9 = library.get("phq9")
    version_id = versions.freeze(session, phq9, at=AT)
    new = NewResponse(
        visit_id=first.id,
        patient_id=patient.id,
        instrument=phq9,
        version_id=version_id,
        answers=dict.fromkeys((item.key for item in phq9.items), 2),
        source="paper",
        submitted_at=AT,
        completed_on=AT.date(),
    )
    responses.add(session, [new], at=AT, actor="test")
    response = session.scalars(select(Response).where(Response.visit_id == first.id)).one()
    changed = {**response.answers, "q1": 1}
    corrections.correct(session, study, response, phq9, changed, reason="misread", at=AT, actor="test")
    session.add(
        Draft(
            visit_id=second.id,
            instrument="phq9",
            instrument_version_id=version_id,
            locale="en",
            answers={"q1": [{"value": 3}]},
            started_at=AT,
            saved_at=AT,
        )
    )
    said = Background(visit_id=first.id, question="onset", locale="en", reported_by="patient", at=AT)
    said.answer = {"value": {"on": "2026-02-01", "precision": "month"}}
    session.add(said)
    session.flush()
    session.add(
        BackgroundCheck(
            background_id=said.id, fact="onset", outcome="kept", recorded={}, checked_by="test", checked_at=AT
        )
    )
    clinic.write_note(session, patient.id, "Her husband called.", at=AT, actor="staff:1")
    clinic.expect(session, [patient.id], on=AT.date(), at=AT, actor="staff:1")
    session.add(Treatment(patient_id=patient.id, kind="massage", note="does it herself"))
    contacts.change(session, patient, NewContact(name="Anna Ankersmit"), at=AT, actor="staff:1")
    for alert in alerts_of(session, patient):
        alert.note, alert.acted_note, alert.closed_note = "husband", "husband", "husband"
        alert.first_answer, alert.last_answer, alert.score, alert.before = 2, 2, 18.0, 9.0
    leaving.request_removal(session, patient.id, at=AT, actor="patient")


def visits_of(session: Session, patient: Patient) -> list[Visit]:
    query = select(Visit).where(Visit.patient_id == patient.id).order_by(Visit.due_on)
    return list(session.scalars(query))


def alerts_of(session: Session, patient: Patient) -> list[Alert]:
    query = select(Alert).join(Visit, Visit.id == Alert.visit_id).where(Visit.patient_id == patient.id)
    found = list(session.scalars(query.execution_options(populate_existing=True)))
    assert found
    return found


def may_keep(session: Session, study: Study, patient: Patient, *parts: str, agreed: bool = True) -> None:
    """What P1 decided about a text that asks whether answers may be kept."""
    new = NewText("Take part?", {"research": "Use them.", "keep_answers": "Keep my answers."})
    consents.load(session, study, "1", {"en": new}, at=AT, actor="test")
    text = consents.newest(session, study.id, "en")
    assert text is not None
    how: dict[str, Any] = {"how": "paper", "signed_on": AT.date(), "at": AT, "actor": "test"}
    consents.decide(session, patient.id, text, agreed=agreed, parts=parts, **how)
    session.commit()


def remove(session: Session, patient: Patient, on: date | None = None) -> erasing.Outlook:
    what = erasing.remove(
        session, patient, reason=" By telephone ", on=on or LATER.date(), at=LATER, actor="staff:1"
    )
    session.commit()
    session.expire_all()
    return what


def counts(session: Session, patient: Patient) -> dict[str, int]:
    """Rows about the patient, by table."""
    visits = [visit.id for visit in visits_of(session, patient)]
    answered = select(Response.id).where(Response.visit_id.in_(visits))
    said = select(Background.id).where(Background.visit_id.in_(visits))
    events = select(Event.id).where(Event.patient_id == patient.id)
    wanted: dict[type[Base], Any] = {
        Contact: Contact.id == patient.contact_id,
        Note: Note.patient_id == patient.id,
        Appointment: Appointment.patient_id == patient.id,
        EventValue: EventValue.event_id.in_(events),
        Treatment: Treatment.patient_id == patient.id,
        Response: Response.visit_id.in_(visits),
        Score: Score.response_id.in_(answered),
        Draft: Draft.visit_id.in_(visits),
        Background: Background.visit_id.in_(visits),
        BackgroundCheck: BackgroundCheck.background_id.in_(said),
    }
    return {
        table.__tablename__: len(session.scalars(select(table).where(condition)).all())
        for table, condition in wanted.items()
    }


WHO = {"contact", "note", "appointment", "event_value"}
ANSWERS = {"response", "score", "draft", "background", "background_check"}


def test_answers_go_with_the_identity(session: Session, study: Study, everything: dict[str, Patient]) -> None:
    """Without leave to keep them: of P1 no answer, score or amount is left anywhere; of P2 everything is."""
    before = {code: counts(session, patient) for code, patient in everything.items()}
    assert all(before["P1"].values()), "each table is put to the test"
    assert remove(session, everything["P1"]) == erasing.Outlook(False, 2, 0)
    after = counts(session, everything["P1"])
    assert {table for table, rows in after.items() if not rows} == WHO | ANSWERS
    for alert in alerts_of(session, everything["P1"]):
        assert [getattr(alert, name) for name in (*OF_ALERTS, *TEXTS_OF_ALERTS)] == [None] * 7
    assert counts(session, everything["P2"]) == before["P2"]
    for alert in alerts_of(session, everything["P2"]):
        assert [getattr(alert, name) for name in OF_ALERTS] == [2, 2, 18.0, 9.0]
        assert [getattr(alert, name) for name in TEXTS_OF_ALERTS] == ["husband"] * 3
    notes = session.execute(select(Treatment.patient_id, Treatment.note)).all()
    assert {row.patient_id: row.note for row in notes} == {
        everything["P1"].id: None,
        everything["P2"].id: "does it herself",
    }
    with pytest.raises(Refused, match="emptied"):
        freezes.content(session, study.id, "first")
    assert list(audit.verify(session)) == []


def test_answers_stay_where_that_was_agreed(
    session: Session, study: Study, everything: dict[str, Patient]
) -> None:
    """With their scores, what raised the alerts, and the study's freezes; who it was goes all the same."""
    may_keep(session, study, everything["P1"], "keep_answers")
    before = counts(session, everything["P1"])
    assert remove(session, everything["P1"]) == erasing.Outlook(True, 2, 0)
    after = counts(session, everything["P1"])
    assert {table for table, rows in after.items() if not rows} == WHO
    assert {table: after[table] for table in ANSWERS} == {table: before[table] for table in ANSWERS}
    for alert in alerts_of(session, everything["P1"]):
        assert [getattr(alert, name) for name in OF_ALERTS] == [2, 2, 18.0, 9.0]
        assert [getattr(alert, name) for name in TEXTS_OF_ALERTS] == [None] * 3
    assert freezes.content(session, study.id, "first")[1] == "all answers"
    assert [one.has_files for one in reports.of_study(session, study.id)] == [True]
    assert list(audit.verify(session)) == []


@pytest.mark.parametrize(("parts", "agreed"), [(("research",), True), ((), False)])
def test_only_leave_in_so_many_words_keeps_answers(
    session: Session, study: Study, everything: dict[str, Patient], parts: tuple[str, ...], agreed: bool
) -> None:
    """Neither taking part alone nor a consent declined."""
    assert not erasing.outlook(session, everything["P1"]).keeps_answers
    may_keep(session, study, everything["P1"], *parts, agreed=agreed)
    assert not erasing.outlook(session, everything["P1"]).keeps_answers


def test_what_was_done_is_written_down(session: Session, everything: dict[str, Patient]) -> None:
    """Who did it, when and why; how much went; from which day the patient takes part no longer."""
    patient = everything["P1"]
    assert erasing.removed_at(session, patient.id) is None
    before = counts(session, patient)
    remove(session, patient)
    assert erasing.removed_at(session, patient.id) == LATER
    assert erasing.removed_at(session, everything["P2"].id) is None
    found = session.scalars(select(Erasure).order_by(Erasure.id)).all()
    assert [(row.patient_id, row.level, row.by, row.at, row.reason) for row in found] == [
        (patient.id, level, "staff:1", LATER, "By telephone") for level in ("identity", "answers")
    ]
    event = session.scalars(select(Event).where(Event.action == "patient.identity_removed")).one()
    assert (event.actor, event.reason, event.patient_id) == ("staff:1", "By telephone", patient.id)
    assert event.facts == {
        "levels": ["identity", "answers"],
        "contacts": 1,
        "notes": before["note"],
        "dismissals": 0,
        "questions": 0,
        "appointments": before["appointment"],
        "values": before["event_value"],
        "responses": before["response"],
        "drafts": before["draft"],
        "priorities": 0,
        "background": before["background"],
        "freezes": 1,
        "reports": 1,
    }
    assert (patient.status, patient.status_since) == ("left", LATER.date())
    assert (patient.contact_id, patient.removal_requested_at) == (None, None)


def test_it_counts_from_enrolment_at_the_earliest(session: Session, everything: dict[str, Patient]) -> None:
    """A day before it would be refused, and the removal with it."""
    remove(session, everything["P1"], on=AT.date() - timedelta(days=9))
    assert everything["P1"].status_since == AT.date()


def test_a_contact_in_use_elsewhere_stays(session: Session, everything: dict[str, Patient]) -> None:
    """The other patient of the same person keeps it; this one lets go of it."""
    mine, other = everything["P1"], everything["P2"]
    shared = mine.contact_id
    other.contact_id = shared
    session.commit()
    assert remove(session, mine).others == 1
    assert (mine.contact_id, other.contact_id) == (None, shared)
    assert session.get(Contact, shared) is not None


def test_it_is_refused_without_a_reason_and_twice(session: Session, everything: dict[str, Patient]) -> None:
    """Nothing is half done."""
    patient = everything["P1"]
    before = counts(session, patient)
    with pytest.raises(Refused) as refused:
        erasing.remove(session, patient, reason=" ", on=LATER.date(), at=LATER, actor="staff:1")
    assert refused.value.field == "reason"
    assert counts(session, patient) == before
    remove(session, patient)
    with pytest.raises(Refused, match="already"):
        remove(session, patient)
    assert len(session.scalars(select(Erasure)).all()) == 2


def test_a_request_may_be_settled_without_removing_anything(
    session: Session, everything: dict[str, Patient]
) -> None:
    """With a reason, once; everything stays."""
    patient = everything["P1"]
    before = counts(session, patient)
    with pytest.raises(Refused) as refused:
        erasing.decline(session, patient, reason="", at=LATER, actor="staff:1")
    assert refused.value.field == "reason"
    erasing.decline(session, patient, reason=" It was her sister ", at=LATER, actor="staff:1")
    session.commit()
    assert patient.removal_requested_at is None
    assert counts(session, patient) == before
    event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None
    assert (event.action, event.reason, event.facts) == (
        "patient.removal_declined",
        "It was her sister",
        {},
    )
    with pytest.raises(Refused, match="No request"):
        erasing.decline(session, patient, reason="again", at=LATER, actor="staff:1")
