"""Rows that an import stores: in bulk, each in the audit trail once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event, Grading, Palsy, Patient, Study, Treatment, Visit
from surveys.models.imports import seeing_all
from surveys.schedule import Window
from surveys.store.patient import importing, imports
from surveys.store.patient.importing import FurtherGrading, FurtherTreatment, NewVisit
from surveys.store.patient.patients import NewTreatment, PartialDate
from tests.surveys.store.conftest import AT

TODAY = AT.date()
DAY = timedelta(days=1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


def last_event(session: Session) -> Event:
    session.commit()
    return session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()


def test_visits_are_stored_in_the_order_given(session: Session, study: Study, patient: Patient) -> None:
    """With their own days and questionnaires; none is no statement."""
    assert importing.add_visits(session, study, []) == []
    new = [
        NewVisit(patient.id, name, Window(TODAY - DAY, TODAY, TODAY + number * DAY), battery)
        for number, (name, battery) in enumerate((("b", ("face",)), ("a", ("saq", "phq9")), ("c", ())))
    ]
    ids = importing.add_visits(session, study, new)
    rows = [session.get_one(Visit, number) for number in ids]
    assert [(row.name, row.battery, row.closes_on) for row in rows] == [
        ("b", ["face"], TODAY),
        ("a", ["saq", "phq9"], TODAY + DAY),
        ("c", [], TODAY + 2 * DAY),
    ]
    assert {(row.patient_id, row.timepoint_id, row.occurrence, row.opens_on, row.due_on) for row in rows} == {
        (patient.id, None, 1, TODAY - DAY, TODAY)
    }


def test_a_withdrawn_visit_that_was_attended_is_back(session: Session, visit: Visit) -> None:
    """Those named alone."""
    visit.withdrawn_at = AT
    other = session.scalars(select(Visit).where(Visit.id != visit.id)).first()
    assert other
    other.withdrawn_at = AT
    session.flush()
    importing.revive(session, [visit.id])
    session.expire_all()
    assert (visit.withdrawn_at, other.withdrawn_at) == (None, AT)


def test_an_unscheduled_visit_asks_more(session: Session, visit: Visit) -> None:
    before = {row.id: row.battery for row in session.scalars(select(Visit))}
    importing.set_batteries(session, {visit.id: ("face", "gad7")})
    session.expire_all()
    after = {row.id: row.battery for row in session.scalars(select(Visit))}
    assert after == before | {visit.id: ["face", "gad7"]}


def test_a_bulk_change_is_noted_with_its_counts(session: Session, study: Study) -> None:
    importing.done(session, study, "study.imported", {"rows": 3}, at=AT, actor="command:import")
    event = last_event(session)
    assert (event.action, event.facts, event.actor) == ("study.imported", {"rows": 3}, "command:import")
    study.simulated = False
    importing.mark_simulated(session, study, at=AT, actor="command:import")
    event = last_event(session)
    assert study.simulated
    assert (event.action, event.facts) == ("study.simulated", {"study": "S1"})


@pytest.fixture
def begun(session: Session, study: Study) -> Iterator[int]:
    """An import that is not finished; its rows can be seen."""
    facts = {"file": "old.csv", "sha256": "a" * 64, "wording": None, "counts": {}}
    with seeing_all(session):
        yield imports.begin(session, study, **facts, at=AT, actor="test")


def test_a_grade_is_of_its_palsy_and_day(session: Session, patient: Patient, begun: int) -> None:
    palsy = session.scalars(select(Palsy).where(Palsy.patient_id == patient.id)).first()
    new = [FurtherGrading(patient.id, palsy.id if palsy else None, 4, TODAY)]
    importing.add_gradings(session, new, import_id=begun, at=AT, actor="command:import")
    event = last_event(session)
    [row] = session.scalars(select(Grading))
    assert (row.scale, row.value, row.graded_on, row.patient_id, row.import_id) == (
        "house_brackmann",
        4,
        TODAY,
        patient.id,
        begun,
    )
    assert (event.action, event.patient_id) == ("grading.added", patient.id)
    assert event.facts == {"scale": "house_brackmann", "value": 4, "graded_on": "2026-03-10"}


def test_treatments_are_of_the_index_palsy(session: Session, patient: Patient, begun: int) -> None:
    """Dated or not; each leaves its event."""
    palsy = session.scalars(select(Palsy).where(Palsy.patient_id == patient.id)).one()
    given = (NewTreatment("massage", PartialDate(TODAY.replace(day=1), "month")), NewTreatment("antiviral"))
    new = [FurtherTreatment(patient.id, palsy.id, one) for one in given]
    importing.add_treatments(session, new, import_id=begun, at=AT, actor="command:import")
    event = last_event(session)
    rows = session.scalars(select(Treatment).order_by(Treatment.id)).all()
    assert [(row.kind, row.state, row.started_on, row.started_precision, row.palsy_id) for row in rows] == [
        ("massage", "given", TODAY.replace(day=1), "month", palsy.id),
        ("antiviral", "given", None, None, palsy.id),
    ]
    assert (event.action, event.patient_id) == ("treatment.added", patient.id)
    assert event.facts == {
        "treatment": rows[1].id,
        "kind": "antiviral",
        "state": "given",
        "started_on": None,
        "precision": None,
        "product": None,
        "dose": None,
        "unit": None,
    }
