"""The day's list and notes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Appointment, Event, Note, Patient
from surveys.store.errors import Refused
from surveys.store.patient import clinic
from tests.surveys.store.conftest import AT

TODAY = AT.date()


def test_a_patient_is_expected_once_a_day(session: Session, patient: Patient) -> None:
    """However often the list is pasted; another day is another line."""
    assert clinic.expect(session, [patient.id, patient.id], on=TODAY, at=AT, actor="test") == 1
    assert clinic.expect(session, [patient.id], on=TODAY, at=AT, actor="test") == 0
    assert clinic.expect(session, [patient.id], on=TODAY + timedelta(days=1), at=AT, actor="test") == 1
    clinic.take_off(session, patient.id, on=TODAY, at=AT, actor="test")
    clinic.take_off(session, patient.id, on=TODAY, at=AT, actor="test")
    session.commit()
    assert [row.expected_on for row in session.scalars(select(Appointment))] == [TODAY + timedelta(days=1)]
    of_clinic = select(Event.action).where(Event.action.startswith("clinic.")).order_by(Event.id)
    written = session.scalars(of_clinic).all()
    assert written == ["clinic.expected", "clinic.expected", "clinic.taken_off"]


def test_a_note_is_kept_and_not_in_the_audit(session: Session, patient: Patient) -> None:
    """The trail says that there is one, the text stands apart; an empty one is refused."""
    clinic.write_note(session, patient.id, "  Prefers mornings. ", at=AT, actor="test")
    session.commit()
    assert session.scalars(select(Note.text)).all() == ["Prefers mornings."]
    [event] = session.scalars(select(Event).where(Event.action == "note.written"))
    assert "mornings" not in str(event.facts)
    for text in (" ", "x" * (clinic.LONGEST_NOTE + 1)):
        with pytest.raises(Refused):
            clinic.write_note(session, patient.id, text, at=AT, actor="test")


def test_a_button_pressed_twice_keeps_one_note(session: Session, patient: Patient) -> None:
    """Other words, another person or a minute later are another note."""
    first = clinic.write_note(session, patient.id, "Called.", at=AT, actor="staff:1")
    soon = AT + timedelta(seconds=59)
    assert clinic.write_note(session, patient.id, "Called. ", at=soon, actor="staff:1") is first
    clinic.write_note(session, patient.id, "Called again.", at=soon, actor="staff:1")
    clinic.write_note(session, patient.id, "Called.", at=soon, actor="staff:2")
    clinic.write_note(session, patient.id, "Called.", at=AT + timedelta(minutes=1), actor="staff:1")
    session.commit()
    assert len(session.scalars(select(Note)).all()) == 4
    assert len(session.scalars(select(Event).where(Event.action == "note.written")).all()) == 4
