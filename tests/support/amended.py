"""A study of two patients whose plan of four timepoints is amended in its second month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Patient, Study, Visit
from surveys.schedule import PlannedVisit
from surveys.store.patient import patients
from surveys.store.patient.patients import NewPatient
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from surveys.store.visit import amendments
from surveys.store.visit.amendments import Effect, NewAmendment
from tests.surveys.store.conftest import AT

TODAY = AT.date()
SECOND_MONTH = AT + timedelta(days=40)
NOW = SECOND_MONTH.date()
PLAN = (
    PlannedVisit("start", "Start", "enrolment", 0, 0, 14, ("face",)),
    PlannedVisit("month_3", "Month 3", "enrolment", 90, 7, 7, ("face",)),
    PlannedVisit("month_6", "Month 6", "enrolment", 180, 7, 7, ("face",)),
    PlannedVisit("month_9", "Month 9", "enrolment", 270, 7, 7, ("face",)),
)
WORDS: dict[str, Any] = {
    "protocol": "2.0",
    "reason": "Too short.",
    "ethics_reference": "EK 12/2026",
}


def amendable(session: Session, library: Library) -> Study:
    """An active study with two patients, of whom the second was enrolled 20 days ago."""
    new = NewStudy("AM", contact="call us", who_reads={"en": "X."}, crisis_texts={"en": "Y."}, simulated=True)
    study = studies.create(session, new, PLAN, library, at=AT, actor="test")
    studies.activate(session, study, library, at=AT, actor="test")
    for code, on in (("P1", TODAY), ("P2", TODAY + timedelta(days=20))):
        person = NewPatient(code, on, birth_year=1970)
        patients.enrol(session, study, study.timepoints, person, library, at=AT, actor="test")
    return study


def plan(*changes: PlannedVisit, without: Sequence[str] = ()) -> list[PlannedVisit]:
    """The plan with these rows in place of those of their keys, or added, and others ended."""
    by_key = {row.key: row for row in (*PLAN, *changes)}
    return [row for key, row in by_key.items() if key not in without]


def amend(
    session: Session,
    study: Study,
    rows: Sequence[PlannedVisit],
    library: Library,
    on: date = NOW,
    consent: str | None = None,
    **words: Any,
) -> Effect:
    new = replace(NewAmendment(**WORDS, holds_from=on, consent_version=consent), **words)
    return amendments.amend(session, study, rows, new, library, at=SECOND_MONTH, actor="staff:1")


def patient(session: Session, code: str) -> Patient:
    return session.scalars(select(Patient).where(Patient.code == code)).one()


def laid(session: Session, code: str) -> dict[str, tuple[date, tuple[str, ...], int]]:
    """A patient's visits that are not withdrawn: due day, battery and version of the plan, by name."""
    query = select(Visit).join(Patient).where(Patient.code == code, Visit.withdrawn_at.is_(None))
    return {
        row.name if row.occurrence == 1 else f"{row.name} {row.occurrence}": (
            row.due_on,
            tuple(row.battery),
            row.plan_version,
        )
        for row in session.scalars(query.order_by(Visit.due_on))
    }
