"""What a transaction changes is bound to its events, however it changes it."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from surveys.models import Binding, Event, Grading, Palsy, Patient, Treatment
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


def test_what_is_free_is_not_bound(session: Session, filled: Patient) -> None:
    """A wish about messages is no fact of an analysis."""
    before = session.scalars(select(Event.id)).all()
    session.execute(update(Patient).values(messages_stopped_at=AT))
    session.commit()
    assert session.scalars(select(Event.id)).all() == before


def test_what_is_rolled_back_is_forgotten(session: Session, filled: Patient) -> None:
    """The next transaction binds its own changes alone."""
    filled.birth_year = 1971
    session.flush()
    session.rollback()
    session.commit()
    assert list(audit.verify(session)) == []
