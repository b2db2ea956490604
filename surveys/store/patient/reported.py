"""Staff's decision about a fact that a patient reported; the record changes in the same transaction.

The patient's own words stay (`background`); the decision is a row of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.background import ANOTHER_ONSET, WHEN, as_date
from surveys.models import Background, BackgroundCheck, Palsy, Patient, Treatment, Visit
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import palsies, treatments
from surveys.store.patient.palsies import PalsyFacts
from surveys.store.patient.patients import NewTreatment, PartialDate

COLUMNS = {"had_before": "begin"}  # of a palsy, by the question that tells them, where the names differ


@dataclass(frozen=True)
class Decision:
    """The facts to record. Outcome `kept` changes no record; any other gives exactly what the fact needs.

    `kind` and `started` make a treatment, or set this start on the treatment whose id is `dates`; of another
    palsy, `onset`, `side` and `cause` are its own.
    """

    outcome: str
    onset: PartialDate | None = None
    side: str | None = None
    cause: str | None = None
    begin: str | None = None
    kind: str | None = None
    started: PartialDate | None = None
    dates: int | None = None
    note: str | None = None


def decide(
    session: Session,
    patient: Patient,
    background_id: int,
    fact: str,
    decision: Decision,
    *,
    seen: int,
    today: date,
    at: datetime,
    actor: str,
) -> frozenset[str]:
    """Store a decision on `fact` as the row `background_id` reports it, and record the decided facts.

    `seen` is the number of decisions when the page was drawn. Returns the changed anchors of the plan:
    `onset`, `treatment`, or an empty set.

    Raises:
        Refused: somebody decided meanwhile (field `seen`), or the facts are impossible.
    """
    session.execute(select(Patient.id).where(Patient.id == patient.id).with_for_update())
    of_fact = (BackgroundCheck.background_id == background_id, BackgroundCheck.fact == fact)
    if session.scalar(select(func.count()).where(*of_fact)) != seen:
        raise Refused(_("Somebody has decided about this meanwhile. Look at it again."), "seen")
    visit_id = session.scalars(
        select(Background.visit_id)
        .join(Visit, Visit.id == Background.visit_id)
        .where(Background.id == background_id, Visit.patient_id == patient.id)
    ).one()
    when: dict[str, Any] = {"today": today, "at": at, "actor": actor}
    changed: frozenset[str] = frozenset()
    if fact in WHEN:
        recorded, changed = _treatment(session, patient, decision, when)
    elif fact == ANOTHER_ONSET:
        recorded = _another_palsy(session, patient, decision, when)
    else:
        recorded, changed = _palsy(session, patient, fact, decision, when)
    check = BackgroundCheck(
        background_id=background_id,
        fact=fact,
        outcome=decision.outcome,
        recorded=recorded,
        note=(decision.note or "").strip() or None,
        checked_by=actor,
        checked_at=at,
    )
    session.add(check)
    session.flush()
    facts = {"visit": visit_id, "fact": fact, "outcome": decision.outcome, "recorded": recorded}
    audit.record(session, audit.Entry(at, actor, "background.checked", patient.id, facts, check.note))
    return changed


def _palsy(
    session: Session, patient: Patient, fact: str, decision: Decision, when: Mapping[str, Any]
) -> tuple[dict[str, Any], frozenset[str]]:
    palsy = session.scalar(select(Palsy).where(Palsy.patient_id == patient.id, Palsy.is_index))
    known = _known(palsy)
    name = COLUMNS.get(fact, fact)
    changed = False
    if decision.outcome != "kept":
        known = replace(known, **{name: getattr(decision, name)})
        if palsy is None:
            palsies.add(session, patient, known, **when)
            changed = True
        else:
            reason = (decision.note or "").strip() or "As the patient reported."
            changed = palsies.correct(session, patient, palsy, known, reason=reason, **when)
    value = _as_said(getattr(known, name))
    return {"value": value}, frozenset({"onset"} if changed and fact == "onset" else ())


def _another_palsy(
    session: Session, patient: Patient, decision: Decision, when: Mapping[str, Any]
) -> dict[str, Any]:
    """Record a further palsy, unless one of this onset is recorded; the index palsy stays what it is.

    Raises:
        Refused: no palsy is recorded, so this one would become the index palsy.
    """
    if decision.outcome == "kept":
        return {}
    there = session.scalars(select(Palsy).where(Palsy.patient_id == patient.id)).all()
    if not there:
        raise Refused(_("Record the palsy that the study follows first."))
    onset = decision.onset
    known = (onset.on, onset.precision) if onset else None
    palsy = next((one for one in there if known == (one.onset_on, one.onset_precision)), None)
    if palsy is None:
        facts = PalsyFacts(side=decision.side or "unknown", cause=decision.cause or "unknown", onset=onset)
        palsy = palsies.add(session, patient, facts, **when)
    return {"palsy": palsy.number, "value": _as_said(onset)}


def _as_said(value: str | PartialDate | None) -> str | dict[str, str] | None:
    return as_date(value.on, value.precision) if isinstance(value, PartialDate) else value


def _known(palsy: Palsy | None) -> PalsyFacts:
    if palsy is None:
        return PalsyFacts()
    onset = None
    if palsy.onset_on and palsy.onset_precision:
        onset = PartialDate(palsy.onset_on, palsy.onset_precision)
    return PalsyFacts(
        side=palsy.side,
        cause=palsy.cause,
        begin=palsy.begin,
        onset=onset,
        recovered_on=palsy.recovered_on,
        synkinesis_noted_on=palsy.synkinesis_noted_on,
    )


def _treatment(
    session: Session, patient: Patient, decision: Decision, when: Mapping[str, Any]
) -> tuple[dict[str, Any], frozenset[str]]:
    if decision.outcome == "kept" or decision.kind is None:
        return {}, frozenset()
    started = decision.started
    same = session.scalar(
        select(Treatment).where(
            Treatment.patient_id == patient.id,
            Treatment.kind == decision.kind,
            Treatment.state == "given",
            Treatment.started_on == (started.on if started else None),
        )
    )
    changed = True
    if decision.dates is not None:
        dated = session.scalars(
            select(Treatment).where(Treatment.patient_id == patient.id, Treatment.id == decision.dates)
        ).one()
        if dated.kind != decision.kind:
            raise Refused(_("The treatment chosen is of another kind."), "dates")
        if started is None:
            raise Refused(_("Enter when it began."), "began")
        changed = treatments.date_better(session, patient, dated, started, reason=decision.note, **when)
    elif same is not None:
        dated, changed = same, False
    else:
        dated = treatments.add(session, patient, NewTreatment(decision.kind, started), **when)
    recorded = {"kind": dated.kind, "value": _as_said(started), "treatment": dated.id}
    return recorded, frozenset({"treatment"} if changed else ())
