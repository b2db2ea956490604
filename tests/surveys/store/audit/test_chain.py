"""One chain for each study and one for the installation."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from surveys.db import writing
from surveys.instruments.library import Library
from surveys.models import (
    Event,
    Patient,
)
from surveys.schedule import preset
from surveys.store import audit
from surveys.store.audit import chain
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy

from ..conftest import AT


def test_each_study_has_a_chain_of_its_own(session: Session, filled: Patient, library: Library) -> None:
    """And the installation has one; each counts its events without gaps."""
    other = studies.create(session, NewStudy("S2"), preset("registry"), library, at=AT, actor="test")
    audit.record(session, audit.Entry(AT, "test", "staff.added"))
    audit.record(session, audit.Entry(AT, "test", "note.written", filled.id))
    session.commit()
    told = session.execute(
        select(Event.study_id, Event.number, Event.action).order_by(Event.id.desc()).limit(3)
    )
    assert set(told) == {
        (None, 1, "staff.added"),
        (other.id, 1, "study.created"),
        (filled.study_id, 7, "note.written"),
    }
    assert list(audit.verify(session)) == []


@pytest.mark.parametrize("known", [False, True])
def test_the_end_of_a_chain_is_found_by_an_index(session: Session, filled: Patient, known: bool) -> None:
    """However long it is: no table is read as a whole."""
    if session.get_bind().dialect.name == "postgresql":
        pytest.skip("the function's own statements are plain look-ups")
    asked = dict.fromkeys(chain._APPEND_ALONE.compile().params)
    asked |= {"study": filled.study_id if known else None, "patient": filled.id}
    plan = session.execute(text(f"EXPLAIN QUERY PLAN {chain._APPEND_ALONE.text}"), asked).all()
    assert [row.detail for row in plan if row.detail.startswith("SCAN event")] == []


def test_two_writers_at_once_make_one_chain(database_url: str, session: Session, patient: Patient) -> None:
    """Numbers follow one another and every hash follows on the one before."""
    patient_id = patient.id
    session.commit()
    engine = create_engine(database_url)
    start = Barrier(4)

    def write(name: str) -> None:
        start.wait()
        with writing():
            for number in range(5):
                with Session(engine) as own:
                    own.execute(select(Patient.id)).all()
                    audit.record(own, audit.Entry(AT, name, "written", patient_id, {"number": number}))
                    own.commit()

    threads = [Thread(target=write, args=(f"writer:{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    written = session.scalars(select(Event.id).where(Event.action == "written").order_by(Event.id)).all()
    assert len(written) == 20
    assert list(audit.verify(session)) == []
