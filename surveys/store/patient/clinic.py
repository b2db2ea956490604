"""The day's clinic list: who is expected, and staff's notes about a patient."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import Appointment, Note, Patient
from surveys.models.dialects import insert_once
from surveys.store import audit
from surveys.store.errors import Refused

LONGEST_NOTE = 4000
PRESSED_TWICE = timedelta(minutes=1)


def expect(session: Session, patient_ids: Collection[int], *, on: date, at: datetime, actor: str) -> int:
    """Put those patients on the list of the day `on`; returns how many are new on it."""
    new = []
    for patient_id in dict.fromkeys(patient_ids):
        # Two people may paste the same list at once.
        row = {"patient_id": patient_id, "expected_on": on, "added_by": actor, "added_at": at}
        if insert_once(session, Appointment, **row) is not None:
            new.append(patient_id)
    for patient_id in new:
        entry = audit.Entry(at, actor, "clinic.expected", patient_id, {"on": on.isoformat()})
        audit.record(session, entry)
    return len(new)


def take_off(session: Session, patient_id: int, *, on: date, at: datetime, actor: str) -> None:
    """Take the patient off that day's list, if they are on it."""
    listed = delete(Appointment).where(Appointment.expected_on == on, Appointment.patient_id == patient_id)
    if session.execute(listed.returning(Appointment.id)).first() is not None:
        entry = audit.Entry(at, actor, "clinic.taken_off", patient_id, {"on": on.isoformat()})
        audit.record(session, entry)


def write_note(session: Session, patient_id: int, text: str, *, at: datetime, actor: str) -> Note:
    """Store a note about a patient; it never changes afterwards.

    The same text by the same person within `PRESSED_TWICE` is the same note.

    Raises:
        Refused: the note is empty or too long.
    """
    said = text.strip()
    if not said:
        raise Refused(_("Write the note first."), "text")
    if len(said) > LONGEST_NOTE:
        raise Refused(
            _(
                "A note has at most %(longest_note)s characters; this one has %(number)s.",
                longest_note=LONGEST_NOTE,
                number=len(said),
            ),
            "text",
        )
    # The second press of a button may come while the first is still being stored.
    session.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update())
    same = select(Note).where(
        Note.patient_id == patient_id,
        Note.text == said,
        Note.written_by == actor,
        Note.written_at > at - PRESSED_TWICE,
    )
    if (kept := session.scalars(same.limit(1)).first()) is not None:
        return kept
    note = Note(patient_id=patient_id, text=said, written_by=actor, written_at=at)
    session.add(note)
    session.flush()
    audit.record(session, audit.Entry(at, actor, "note.written", patient_id, {"note": note.id}))
    return note
