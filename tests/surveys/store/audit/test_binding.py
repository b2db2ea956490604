"""What a transaction changes is bound to its events, however it changes it."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from surveys.models import Binding, Event, Grading, Messaging, Palsy, Patient, Treatment, Visit
from surveys.store import audit

from ..conftest import AT


def test_rows_are_noted_however_they_change(session: Session, filled: Patient) -> None:
    """By the ORM, by a statement that inserts, changes or removes many; nothing is named by hand."""
    filled.site = "North"
    session.execute(update(Palsy).where(Palsy.patient_id == filled.id).values(cause="lyme"))
    palsy = session.scalars(select(Palsy.id).where(Palsy.patient_id == filled.id)).one()
    graded = {"patient_id": filled.id, "palsy_id": palsy, "scale": "house_brackmann", "value": 3}
    session.execute(insert(Grading).values(**graded, graded_on=AT.date()))
    session.execute(insert(Treatment).values(patient_id=filled.id, kind="oral_corticosteroid", state="given"))
    audit.record(session, audit.Entry(AT, "test", "many.changed", filled.id))
    session.commit()
    last = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert last is not None
    assert {name.split(":")[0] for name in last.digests} == {"patient", "palsy", "grading", "treatment"}
    assert list(audit.verify(session)) == []
    session.execute(delete(Treatment).where(Treatment.patient_id == filled.id))
    session.commit()
    gone = session.scalars(
        select(Binding.digest).where(Binding.subject == "treatment").order_by(Binding.event_id)
    )
    assert gone.all()[-1] == "gone"
    assert list(audit.verify(session)) == []


def test_a_row_that_takes_the_number_of_one_that_is_gone_is_bound(session: Session, filled: Patient) -> None:
    """SQLite gives the last number again, for example after an import was taken back."""
    given = {"patient_id": filled.id, "kind": "massage", "state": "given"}
    number = session.scalars(insert(Treatment).values(**given).returning(Treatment.id)).one()
    session.commit()
    session.execute(delete(Treatment).where(Treatment.id == number))
    session.commit()
    session.execute(insert(Treatment).values(id=number, **given))
    session.commit()
    assert list(map(str, audit.verify(session))) == []


def test_a_change_without_an_entry_gets_an_event(session: Session, filled: Patient) -> None:
    """Nothing goes into the record unseen."""
    filled.birth_year = 1971
    session.commit()
    last = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert last is not None
    assert (last.action, last.patient_id, last.study_id) == ("facts.bound", filled.id, filled.study_id)
    assert list(last.digests) == [f"patient:{filled.id}"]


def test_a_value_made_by_the_database_is_noted(session: Session, filled: Patient) -> None:
    """Its parameter has another name than its column."""
    session.execute(update(Patient).values(birth_year=Patient.birth_year + 1))
    wished = func.coalesce(Patient.messages_stopped_at, AT)
    session.execute(update(Patient).where(Patient.id == filled.id).values(messages_stopped_at=wished))
    audit.record(session, audit.Entry(AT, "test", "many.changed", filled.id))
    session.commit()
    last = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert last is not None
    assert last.digests.keys() == {f"patient:{filled.id}", f"patient_wish:{filled.id}"}
    assert list(map(str, audit.verify(session))) == []


def test_a_row_named_by_its_study_is_bound(session: Session, filled: Patient) -> None:
    """As a study's way of writing is; however it is stored, its event stands in the study's chain."""
    hours = {"send_hour": 10, "earliest_hour": 8, "latest_hour": 20}
    said = {"clinic": "", "reminder_days": [7], "thanks": False, "changed_by": "test", "changed_at": AT}
    session.execute(insert(Messaging).values(study_id=filled.study_id, **hours, **said))
    session.commit()
    session.get_one(Messaging, filled.study_id).send_hour = 11
    session.commit()
    last = session.scalars(select(Event).order_by(Event.id.desc()).limit(2)).all()
    name = f"messaging:{filled.study_id}"
    assert [(one.study_id, list(one.digests)) for one in last] == [(filled.study_id, [name])] * 2
    assert list(map(str, audit.verify(session))) == []


def test_the_key_of_a_note_goes_with_the_note(session: Session, filled: Patient) -> None:
    """Else somebody could guess words until their digest fits."""
    given = {"patient_id": filled.id, "kind": "massage", "state": "given", "note": "Left cheek"}
    session.execute(insert(Treatment).values(**given))
    session.commit()
    of_note = select(Binding.digest, Binding.key).where(Binding.subject == "treatment_note")
    assert [len(one.key) for one in session.execute(of_note)] == [32]
    session.execute(update(Treatment).values(note=None))
    session.commit()
    assert [tuple(one) for one in session.execute(of_note)] == [("gone", "")]
    assert list(map(str, audit.verify(session))) == []


def test_what_is_free_is_not_bound(session: Session, filled: Patient) -> None:
    """When a visit's first page was passed is no fact of an analysis."""
    before = session.scalars(select(Event.id)).all()
    session.execute(update(Visit).values(opened_at=AT))
    session.commit()
    assert session.scalars(select(Event.id)).all() == before


def test_what_is_rolled_back_is_forgotten(session: Session, filled: Patient) -> None:
    """The next transaction binds its own changes alone."""
    filled.birth_year = 1971
    session.flush()
    session.rollback()
    session.commit()
    assert list(audit.verify(session)) == []
