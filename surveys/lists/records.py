"""A patient's gradings over time, mended records, and staff's notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.lists.at_once import Part, Rows, ShortList
from surveys.lists.scope import Scope
from surveys.models import Event, Grading, Note, Palsy, Patient, Treatment
from surveys.models.audit import CONSENT_CORRECTED, PALSY_REMOVED


@dataclass(frozen=True)
class GradingRow:
    """One grading; `palsy` is the palsy's number."""

    id: int
    scale: str
    value: int
    graded_on: date
    mode: str
    graded_by: str | None
    palsy: int


@dataclass(frozen=True)
class RemovedPalsy:
    """A palsy that was entered in error: what it was, and why it was taken away."""

    number: int
    facts: Mapping[str, Any]
    reason: str


@dataclass(frozen=True)
class Mended:
    """Palsies entered in error, and why consents were corrected, by the id of the wrong one."""

    palsies: Sequence[RemovedPalsy]
    consents: Mapping[int, str]


@dataclass(frozen=True)
class NoteRow:
    """One note."""

    text: str
    written_by: str
    written_at: datetime


def gradings(patient_id: int) -> Part[list[GradingRow]]:
    """The patient's gradings in order of time."""
    query = (
        select(
            Grading.id,
            Grading.scale,
            Grading.value,
            Grading.graded_on,
            Grading.mode,
            Grading.graded_by,
            Palsy.number.label("palsy"),
        )
        .join(Palsy, Palsy.id == Grading.palsy_id)
        .where(Grading.patient_id == patient_id)
    )
    order = (Grading.graded_on.expression, Grading.scale.expression, Palsy.number.expression)
    return Part(
        {"gradings": ShortList(query, order)}, lambda rows: [GradingRow(**row) for row in rows["gradings"]]
    )


Record = TypeVar("Record", Grading, Palsy, Treatment)


def find(session: Session, scope: Scope, table: type[Record], number: int) -> tuple[Record, Patient] | None:
    """The grading, palsy or treatment with this id, and its patient, if within the scope."""
    query = select(table, Patient).join(Patient, Patient.id == table.patient_id)
    found = session.execute(query.where(scope.condition, table.id == number)).one_or_none()
    return None if found is None else (found[0], found[1])


def mended(patient_id: int) -> Part[Mended]:
    """What the trail keeps of the patient's mended records."""
    query = select(Event.action, Event.facts, Event.reason).where(
        Event.patient_id == patient_id, Event.action.in_((PALSY_REMOVED, CONSENT_CORRECTED))
    )
    return Part({"mended": ShortList(query, (Event.id.expression,))}, _mended)


def _mended(rows: Rows) -> Mended:
    palsies = [row for row in rows["mended"] if row["action"] == PALSY_REMOVED]
    consents = [row for row in rows["mended"] if row["action"] == CONSENT_CORRECTED]
    return Mended(
        [RemovedPalsy(row["facts"]["palsy"], row["facts"], row["reason"]) for row in palsies],
        {row["facts"]["corrects"]: row["reason"] for row in consents},
    )


def notes(patient_id: int) -> Part[list[NoteRow]]:
    """The patient's notes, latest first."""
    query = select(Note.text, Note.written_by, Note.written_at).where(Note.patient_id == patient_id)
    order = (Note.written_at.desc(), Note.id.desc())
    return Part({"notes": ShortList(query, order)}, lambda rows: [NoteRow(**row) for row in rows["notes"]])
