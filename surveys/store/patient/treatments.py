"""Treatments recorded after enrolment: given, planned, the outcome of planned ones, and what was mistyped."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import ALL_ROWS, Palsy, Patient, Treatment
from surveys.models.patient import before_birth
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import changes, injections
from surveys.store.patient.patients import NewTreatment, PartialDate
from surveys.typed import formula_fault

CORRECTED = ("kind", "ended_on", "product", "dose", "unit", "sessions", "side", "note")


def add(
    session: Session, patient: Patient, new: NewTreatment, *, today: date, at: datetime, actor: str
) -> Treatment:
    """Record one treatment of the patient's index palsy, given or planned.

    Raises:
        Refused: it is recorded already, starts before the birth, is given on a future day, is planned without
            a day, ended before it began, or has a dose without a unit.
    """
    _check(patient, new.state, new.started, today)
    _check_end(new.ended_on, new.started)
    _check_numbers(new)
    _only(session, patient.id, new.kind, new.state, new.started.on if new.started else None)
    index = select(Palsy.id).where(Palsy.patient_id == patient.id, Palsy.is_index)
    treatment = Treatment(
        patient_id=patient.id,
        palsy_id=session.scalar(index),
        kind=new.kind,
        state=new.state,
        started_on=new.started.on if new.started else None,
        started_precision=new.started.precision if new.started else None,
        ended_on=new.ended_on,
        product=new.product,
        dose=new.dose,
        unit=new.unit,
        sessions=new.sessions,
        side=new.side,
        note=new.note,
    )
    session.add(treatment)
    session.flush()
    facts = {"treatment": treatment.id, "kind": new.kind, **_facts(treatment)}
    audit.record(session, audit.Entry(at, actor, "treatment.added", patient.id, facts))
    return treatment


def change_state(
    session: Session,
    patient: Patient,
    treatment: Treatment,
    state: str,
    *,
    on: date | None,
    reason: str | None,
    today: date,
    at: datetime,
    actor: str,
) -> None:
    """Record that a planned treatment was given on the day `on`, or cancel it or one recorded in error.

    Raises:
        Refused: the change makes no sense, a given treatment has no reason to cancel, the day is unknown, or
            it ended before.
    """
    if state == treatment.state and on in {None, treatment.started_on}:
        raise Refused(_("This is recorded already."), "state")
    if state == "planned" and treatment.state != "planned":
        raise Refused(_("What was given or cancelled is not planned again: record a new one."), "state")
    if treatment.state == "given" and not (reason or "").strip():
        raise Refused(_("Say why this is no longer a treatment that was given."), "reason")
    started = None if on is None else PartialDate(on, "day")
    if started is None and treatment.started_on and treatment.started_precision:
        started = PartialDate(treatment.started_on, treatment.started_precision)
    if state != "cancelled":
        _check(patient, state, started, today)
        _check_end(treatment.ended_on, started)
    _only(session, patient.id, treatment.kind, state, started.on if started else None)
    before = _facts(treatment)
    treatment.state = state
    if started is not None:
        treatment.started_on, treatment.started_precision = started.on, started.precision
    session.flush()
    facts = {
        "treatment": treatment.id,
        "kind": treatment.kind,
        **{f"{name}_before": value for name, value in before.items() if value != _facts(treatment)[name]},
        **_facts(treatment),
    }
    why = (reason or "").strip() or None
    audit.record(session, audit.Entry(at, actor, "treatment.changed", patient.id, facts, why))


def date_better(
    session: Session,
    patient: Patient,
    treatment: Treatment,
    started: PartialDate,
    *,
    reason: str | None,
    today: date,
    at: datetime,
    actor: str,
) -> bool:
    """Correct the day, month or year on which a given treatment began; returns whether it differed.

    Raises:
        Refused: it was not given, its day is impossible, or there is another of this kind on that day.
    """
    if treatment.state != "given":
        raise Refused(_("Only a treatment that was given is dated so."))
    if (treatment.started_on, treatment.started_precision) == (started.on, started.precision):
        return False
    _check(patient, "given", started, today)
    _check_end(treatment.ended_on, started)
    if treatment.started_on != started.on:
        _only(session, patient.id, treatment.kind, "given", started.on)
    before = _facts(treatment)
    treatment.started_on, treatment.started_precision = started.on, started.precision
    session.flush()
    facts = {
        "treatment": treatment.id,
        "kind": treatment.kind,
        "started_on_before": before["started_on"],
        "precision_before": before["precision"],
        **_facts(treatment),
    }
    why = (reason or "").strip() or None
    audit.record(session, audit.Entry(at, actor, "treatment.changed", patient.id, facts, why))
    return True


def correct(
    session: Session,
    patient: Patient,
    treatment: Treatment,
    new: NewTreatment,
    *,
    reason: str | None,
    today: date,
    at: datetime,
    actor: str,
) -> bool:
    """Give `treatment` the facts of `new`, but for its state; returns whether anything differed.

    Raises:
        Refused: it was cancelled, a fact is impossible, there is another of this kind on that day, or a known
            fact would change without a reason.
    """
    if treatment.state == "cancelled":
        raise Refused(_("What was cancelled is not corrected: record a new one."))
    _check(patient, treatment.state, new.started, today)
    _check_numbers(new)
    if new.ended_on and (new.started is None or new.ended_on < new.started.on):
        raise Refused(_("It cannot end before it began, or without a day on which it began."), "ended_on")
    wanted = Treatment(
        **{name: getattr(new, name) for name in CORRECTED},
        started_on=new.started.on if new.started else None,
        started_precision=new.started.precision if new.started else None,
    )
    names = (*CORRECTED, "started_on", "started_precision")
    before = {name: getattr(treatment, name) for name in names}
    changed = {name: value for name in names if (value := getattr(wanted, name)) != before[name]}
    if not changed:
        return False
    summed = [name for name in ("kind", "dose", "side") if name in changed]
    if summed and treatment.id in injections.maps_of(session, patient.id):
        raise Refused(_("Dose and side follow from the units by muscle: correct those."), summed[0])
    why = changes.why(reason, known=any(before[name] is not None for name in changed))
    if changed.keys() & {"kind", "started_on"}:
        _only(session, patient.id, new.kind, treatment.state, wanted.started_on)
    for name, value in changed.items():
        setattr(treatment, name, value)
    session.flush()
    told = changes.told(before, {name: value for name, value in changed.items() if name != "note"})
    facts = {"treatment": treatment.id, "corrected": sorted(changed), **told}
    audit.record(session, audit.Entry(at, actor, "treatment.changed", patient.id, facts, why))
    return True


def facts_of(treatment: Treatment) -> NewTreatment:
    """What is recorded of a treatment."""
    on, precision = treatment.started_on, treatment.started_precision
    started = PartialDate(on, precision) if on and precision else None
    known = {name: getattr(treatment, name) for name in CORRECTED}
    return NewTreatment(**known, started=started, state=treatment.state)


def _check_numbers(new: NewTreatment) -> None:
    if fault := formula_fault(new.product or "", _("A product")):
        raise Refused(fault, "product")
    if new.dose is not None and not new.unit:
        raise Refused(_("Enter the unit of the dose."), "unit")
    if new.dose is not None and new.dose <= 0:
        raise Refused(_("The dose must be above 0."), "dose")
    if new.sessions is not None and new.sessions < 1:
        raise Refused(_("Enter how many sessions there were, at least 1."), "sessions")


def _check(patient: Patient, state: str, started: PartialDate | None, today: date) -> None:
    if started and before_birth(patient.birth_year, started.on):
        raise Refused(_("This lies before the patient's birth."), "year")
    if state == "given" and started and started.on > today:
        raise Refused(_("This date lies ahead. Record it as planned until it was given."), "year")
    if state == "planned" and (started is None or started.precision != "day"):
        raise Refused(_("Enter the day for which it is planned."), "year")


def _check_end(ended_on: date | None, started: PartialDate | None) -> None:
    if started and ended_on and ended_on < started.on:
        raise Refused(_("It ended before that day."), "year")


def _only(session: Session, patient_id: int, kind: str, state: str, on: date | None) -> None:
    same = select(Treatment.id).where(
        Treatment.patient_id == patient_id,
        Treatment.kind == kind,
        Treatment.state == state,
        Treatment.started_on == on,
    )
    if session.scalar(same, execution_options=ALL_ROWS) is not None:
        raise Refused(_("This treatment with this date is recorded already."), "kind")


def _facts(treatment: Treatment) -> dict[str, Any]:
    return {
        "state": treatment.state,
        "started_on": treatment.started_on.isoformat() if treatment.started_on else None,
        "precision": treatment.started_precision,
        "product": treatment.product,
        "dose": treatment.dose,
        "unit": treatment.unit,
    }
