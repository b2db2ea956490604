"""Palsies recorded or corrected after enrolment: a relapse, the other side, a better-known onset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import ALL_ROWS, Event, Grading, Palsy, Patient, Treatment
from surveys.models.audit import PALSY_REMOVED
from surveys.models.patient import before_birth, begins_too_late
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import changes
from surveys.store.patient.patients import PartialDate, after_enrolment


@dataclass(frozen=True)
class PalsyFacts:
    """What is known of one palsy."""

    side: str = "unknown"
    cause: str = "unknown"
    begin: str = "unknown"
    onset: PartialDate | None = None
    recovered_on: date | None = None
    synkinesis_noted_on: date | None = None


def add(
    session: Session, patient: Patient, facts: PalsyFacts, *, today: date, at: datetime, actor: str
) -> Palsy:
    """Add a further palsy; the index palsy, which times since onset count from, stays as it is.

    Raises:
        Refused: a date is impossible.
    """
    _check(patient, facts, today)
    number = _next_number(session, patient)
    if number == 1:
        _check_enrolment(patient, facts)
    palsy = Palsy(patient_id=patient.id, number=number, is_index=number == 1)
    _fill(palsy, facts)
    session.add(palsy)
    session.flush()
    told = {"palsy": palsy.number, **_told(palsy)}
    audit.record(session, audit.Entry(at, actor, "palsy.added", patient.id, told))
    return palsy


def correct(
    session: Session,
    patient: Patient,
    palsy: Palsy,
    facts: PalsyFacts,
    *,
    reason: str | None,
    today: date,
    at: datetime,
    actor: str,
) -> bool:
    """Give `palsy` the facts; returns whether anything differed.

    Raises:
        Refused: a date is impossible, or a known fact would change without a reason.
    """
    _check(patient, facts, today)
    before = _told(palsy)
    wanted = Palsy()
    _fill(wanted, facts)
    changed = {name: value for name, value in _told(wanted).items() if value != before[name]}
    if not changed:
        return False
    if palsy.is_index and changed.keys() & {"onset_on", "cause"}:
        _check_enrolment(patient, facts)
    why = changes.why(reason, known=any(before[name] not in {None, "unknown"} for name in changed))
    _fill(palsy, facts)
    session.flush()
    told = {"palsy": palsy.number, **changes.told(before, changed)}
    audit.record(session, audit.Entry(at, actor, "palsy.corrected", patient.id, told, why))
    return True


def remove(
    session: Session, patient: Patient, palsy: Palsy, *, reason: str | None, at: datetime, actor: str
) -> Palsy | None:
    """Take away a palsy that was entered in error; what it was stays in the trail.

    Treatments were given to the patient, so they stay, with the index palsy. Returns the palsy that is index
    now in its place, the earliest entered; None where another one was index before. The caller lays the
    visits out again.

    Raises:
        Refused: there is no reason, it is the only palsy, or gradings of it are recorded.
    """
    why = changes.why(reason, known=True)
    session.execute(select(Patient.id).where(Patient.id == patient.id).with_for_update())
    others = session.scalars(
        select(Palsy).where(Palsy.patient_id == patient.id, Palsy.id != palsy.id).order_by(Palsy.number)
    ).all()
    if not others:
        raise Refused(
            _("This is the only palsy of the patient. Correct its facts, or add the right one first.")
        )
    if session.scalar(select(exists().where(Grading.palsy_id == palsy.id)), execution_options=ALL_ROWS):
        raise Refused(
            _(
                "Gradings of this palsy are recorded. Take away each one that is an error, and "
                "record it for the "
                "right palsy if it belongs there."
            )
        )
    index = others[0] if palsy.is_index else next(one for one in others if one.is_index)
    moved = session.execute(
        update(Treatment)
        .where(Treatment.palsy_id == palsy.id)
        .values(palsy_id=index.id)
        .returning(Treatment.id),
        execution_options=ALL_ROWS,
    ).all()
    told = {"palsy": palsy.number, **_told(palsy), "treatments_moved": len(moved), "index": index.number}
    was_index = palsy.is_index
    session.delete(palsy)
    session.flush()
    index.is_index = True
    session.flush()
    session.expire(patient, ["palsies"])
    audit.record(session, audit.Entry(at, actor, PALSY_REMOVED, patient.id, told, why))
    return index if was_index else None


def _next_number(session: Session, patient: Patient) -> int:
    """A number that no palsy of the patient has or had: the trail names each by it."""
    there = select(Palsy.number).where(Palsy.patient_id == patient.id)
    removed = select(Event.facts).where(Event.patient_id == patient.id, Event.action == PALSY_REMOVED)
    gone = (facts["palsy"] for facts in session.scalars(removed))
    return max([*session.scalars(there), *gone], default=0) + 1


def _check(patient: Patient, facts: PalsyFacts, today: date) -> None:
    onset = facts.onset
    if onset and before_birth(patient.birth_year, onset.on):
        raise Refused(_("The onset lies before the patient's birth."), "onset")
    if onset and begins_too_late(onset.on, facts.cause, today):
        raise Refused(
            _("The onset lies ahead. That is only possible with a tumour or an operation as the cause."),
            "onset",
        )
    for field in ("recovered_on", "synkinesis_noted_on"):
        on: date | None = getattr(facts, field)
        if on and (on > today or (onset and on < onset.on)):
            raise Refused(_("This date must lie between the onset and today."), field)
        if before_birth(patient.birth_year, on):
            raise Refused(_("This lies before the patient's birth."), field)


def _check_enrolment(patient: Patient, facts: PalsyFacts) -> None:
    if facts.onset and begins_too_late(facts.onset.on, facts.cause, patient.enrolled_on):
        raise after_enrolment(facts.onset.on, patient.enrolled_on)


def _fill(palsy: Palsy, facts: PalsyFacts) -> None:
    palsy.side, palsy.cause, palsy.begin = facts.side, facts.cause, facts.begin
    palsy.onset_on = facts.onset.on if facts.onset else None
    palsy.onset_precision = facts.onset.precision if facts.onset else None
    palsy.recovered_on, palsy.synkinesis_noted_on = facts.recovered_on, facts.synkinesis_noted_on


def _told(palsy: Palsy) -> dict[str, Any]:
    dates = {
        name: value.isoformat() if (value := getattr(palsy, name)) else None
        for name in ("onset_on", "recovered_on", "synkinesis_noted_on")
    }
    return {
        "side": palsy.side,
        "cause": palsy.cause,
        "begin": palsy.begin,
        "onset_precision": palsy.onset_precision,
        **dates,
    }
