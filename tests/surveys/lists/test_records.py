"""A patient's notes and gradings, each list in its own order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from surveys.lists import records
from surveys.lists.at_once import ask
from surveys.models import Grading, Note, Palsy, Patient
from surveys.models.audit import CONSENT_CORRECTED, PALSY_REMOVED
from surveys.store import audit
from tests.surveys.lists.conftest import AT, DUE
from tests.surveys.lists.test_changes import add
from tests.surveys.lists.test_patients import DAY, scope

MINUTE = timedelta(minutes=1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


def test_notes_are_read_latest_first(session: Session, patient: Patient) -> None:
    """Of one minute the later one; nobody else's."""
    other = add(session, "P2", patient)
    for one, text, at in (
        (patient, "first", AT),
        (patient, "third", AT + MINUTE),
        (patient, "second", AT),
        (other, "another's", AT),
    ):
        session.add(Note(patient_id=one.id, text=text, written_by="staff:1", written_at=at))
        session.flush()
    found = ask(session, records.notes(patient.id))
    assert [note.text for note in found] == ["third", "second", "first"]
    assert found[0] == records.NoteRow("third", "staff:1", AT + MINUTE)


def test_gradings_are_read_in_order_of_time(session: Session, patient: Patient) -> None:
    """On one day by scale, then by palsy."""
    for number in (1, 2):
        palsy = Palsy(patient_id=patient.id, number=number, is_index=number == 1)
        session.add(palsy)
        session.flush()
        for scale, on, value in (
            ("sunnybrook", DUE, 60),
            ("house_brackmann", DUE, 3 + number),
            ("house_brackmann", DUE - DAY, 6),
        ):
            session.add(
                Grading(
                    patient_id=patient.id,
                    palsy_id=palsy.id,
                    scale=scale,
                    value=value,
                    graded_on=on,
                    graded_by="Dr Abel",
                )
            )
    session.flush()
    found = ask(session, records.gradings(patient.id))
    assert [(row.graded_on, row.scale, row.palsy, row.value) for row in found] == [
        (DUE - DAY, "house_brackmann", 1, 6),
        (DUE - DAY, "house_brackmann", 2, 6),
        (DUE, "house_brackmann", 1, 4),
        (DUE, "house_brackmann", 2, 5),
        (DUE, "sunnybrook", 1, 60),
        (DUE, "sunnybrook", 2, 60),
    ]
    assert {(row.mode, row.graded_by) for row in found} == {("unknown", "Dr Abel")}
    assert ask(session, records.gradings(add(session, "P2", patient).id)) == []


def test_a_grading_and_a_palsy_are_found_within_the_scope(session: Session, patient: Patient) -> None:
    """With their patient; not from another site."""
    palsy = Palsy(patient_id=patient.id, number=1, is_index=True)
    session.add(palsy)
    session.flush()
    made = [
        Grading(patient_id=patient.id, palsy_id=palsy.id, scale="sunnybrook", value=60, graded_on=on)
        for on in (DUE, DUE - DAY)
    ]
    session.add_all(made)
    session.flush()
    for one in made:
        assert records.find(session, scope(patient), Grading, one.id) == (one, patient)
    assert records.find(session, replace(scope(patient), site="elsewhere"), Grading, made[0].id) is None
    assert records.find(session, scope(patient), Palsy, palsy.id) == (palsy, patient)
    assert records.find(session, scope(patient), Palsy, palsy.id + 1) is None
    assert records.find(session, replace(scope(patient), site="elsewhere"), Palsy, palsy.id) is None


def test_what_was_mended_is_told_by_the_trail(session: Session, patient: Patient) -> None:
    """Palsies taken away, consents corrected, each with its reason; nobody else's, and nothing else."""
    other = add(session, "P2", patient)
    for one, action, facts, reason in (
        (patient, PALSY_REMOVED, {"palsy": 2, "side": "left"}, "Wrong patient"),
        (patient, CONSENT_CORRECTED, {"corrects": 7}, "Wrong day"),
        (patient, "patient.status", {}, "Moved"),
        (other, PALSY_REMOVED, {"palsy": 3}, "Twice"),
    ):
        audit.record(session, audit.Entry(AT, "staff:1", action, one.id, facts, reason))
        session.commit()
    assert ask(session, records.mended(patient.id)) == records.Mended(
        [records.RemovedPalsy(2, {"palsy": 2, "side": "left"}, "Wrong patient")], {7: "Wrong day"}
    )
