"""All that a patient's page lists beside the patient's own row, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from surveys.lists import alerts, background, history, joined, questions, records, visits
from surveys.lists.alerts import AlertRow
from surveys.lists.at_once import together
from surveys.lists.background import Telling
from surveys.lists.history import EventRow, Reader
from surveys.lists.joined import Joining
from surveys.lists.questions import QuestionRow
from surveys.lists.records import GradingRow, Mended, NoteRow
from surveys.lists.scope import Scope
from surveys.lists.visits import VisitRow


@dataclass(frozen=True)
class Person:
    """What is known of one patient, each list as its own module gives it."""

    visits: list[VisitRow]
    alerts: list[AlertRow]
    tellings: list[Telling]
    gradings: list[GradingRow]
    mended: Mended
    notes: list[NoteRow]
    questions: list[QuestionRow]
    events: list[EventRow]
    readers: list[Reader]
    joining: Joining | None


def of_patient(session: Session, scope: Scope, patient_id: int, at: datetime, *, latest: int) -> Person:
    """The patient at the instant `at`, with the `latest` events and readers."""
    found = together(
        session,
        visits.of_patient(scope, patient_id, at),
        alerts.of_patient(scope, patient_id),
        background.of_patient(patient_id),
        records.gradings(patient_id),
        records.mended(patient_id),
        records.notes(patient_id),
        questions.of_patient(patient_id),
        history.of_patient(patient_id, latest),
        history.readers(patient_id, latest),
        joined.of_person(patient_id),
    )
    return Person(*found)
