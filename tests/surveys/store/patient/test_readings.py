"""Reading of a patient's pages in the trail."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.lists import history
from surveys.lists.at_once import ask
from surveys.models import Event, Patient
from surveys.models.audit import READ
from surveys.store.patient import readings
from tests.surveys.store.conftest import AT


def test_a_quarter_of_an_hour_is_one_event(session: Session, patient: Patient) -> None:
    """Of each person; it stands in the study's chain, and the patient's page lists who read."""
    for minutes, actor in ((0, "staff:1"), (5, "staff:1"), (6, "staff:2"), (14, "staff:1"), (16, "staff:1")):
        readings.note(session, patient.id, at=AT + timedelta(minutes=minutes), actor=actor)
        session.commit()
    said = session.execute(
        select(Event.actor, Event.study_id).where(Event.action == READ).order_by(Event.id)
    ).all()
    assert said == [(actor, patient.study_id) for actor in ("staff:1", "staff:2", "staff:1")]
    late = AT + timedelta(minutes=20)
    assert readings.is_noted(session, patient.id, at=late, actor="staff:1")
    assert readings.is_noted(session, patient.id, at=late, actor="staff:2")
    assert not readings.is_noted(session, patient.id, at=late, actor="staff:3")
    read = ask(session, history.readers(patient.id, 10))
    assert [(one.actor, one.times) for one in read] == [("staff:1", 2), ("staff:2", 1)]
    assert read[0].last_at == AT + timedelta(minutes=16)
    assert READ not in {one.action for one in ask(session, history.of_patient(patient.id, 100))}
