"""Keeps the list of patients, so that no page computes the state of every one of them.

A list is right without it, only slower: it computes the lines that are not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime

from sqlalchemy import Select, and_, delete, select, true, union
from sqlalchemy.orm import Session

from surveys.lists.patients import computed, lines
from surveys.lists.scope import Scope
from surveys.models import Patient, PatientState, Study, Visit
from surveys.models.dialects import alone, insert_or_replace
from surveys.models.patient_state import PATIENT_CHANGED
from surveys.schedule import same_until
from surveys.store.audit import Break
from surveys.store.study.studies import today

AT_ONCE = 500
KEEPING = 7000002  # the lock's number; 7000001 is of the audit's chains
LINE = ("id", "code", "site", "state", "visit_id", "due_on")
Transaction = Callable[[], AbstractContextManager[Session]]
"""Opens a session that commits when its block ends well."""


def keep_all(transaction: Transaction, at: datetime, stopped: Callable[[], bool] = lambda: False) -> int:
    """Keep every line that is not kept, in short transactions; returns how many."""
    count = 0
    with transaction() as session:
        days = {study.id: today(study, at) for study in session.scalars(select(Study))}
    for study_id, day in days.items():
        while not stopped():
            with transaction() as session:
                kept = keep_some(session, study_id, day)
            count += kept
            if kept < AT_ONCE:
                break
    return count


def wrong(session: Session, at: datetime) -> Iterator[Break]:
    """Patients whom the kept lists show otherwise than their facts say, or not at all."""
    for study in session.scalars(select(Study).order_by(Study.id)).all():
        scope = Scope(study.id, None, today(study, at))
        # Whoever changes while both are read is looked at again.
        if found := _differing(session, scope):
            found &= _differing(session, scope)
        for patient_id in sorted(found):
            code = session.scalar(select(Patient.code).where(Patient.id == patient_id))
            yield Break(
                f"Patient {code} of {study.code}",
                "the kept list of patients shows it otherwise than its facts say, until one of them changes",
            )


def _differing(session: Session, scope: Scope) -> set[int]:
    shown, right = (
        {row.id: hash(tuple(row)) for row in session.execute(select(*(found.c[name] for name in LINE)))}
        for found in (lines(scope), computed(scope, true()))
    )
    return {one for one in shown.keys() | right.keys() if shown.get(one) != right.get(one)}


def keep_some(session: Session, study_id: int, day: date) -> int:
    """Keep up to `AT_ONCE` lines of a study as they are on that day; returns how many.

    None where another worker keeps some: what it computed before a change must not replace what is newer.
    """
    if not alone(session, KEEPING, study_id):
        return 0
    ids = list(session.scalars(_stale(study_id, day)))
    if not ids:
        return 0
    # First: what is said about a patient from here on stays in the table, and the line is computed again.
    session.execute(delete(PATIENT_CHANGED).where(PATIENT_CHANGED.c.patient_id.in_(ids)))
    lines = session.execute(select(computed(Scope(study_id, None, day), Patient.id.in_(ids)))).mappings()
    until = _until(session, ids, day)
    rows = [
        {
            "patient_id": line["id"],
            "study_id": study_id,
            **{name: line[name] for name in ("code", "site", "state", "visit_id", "due_on")},
            "until": until.get(line["id"], date.max),
        }
        for line in lines
    ]
    insert_or_replace(session, PatientState, rows)
    return len(ids)


def _stale(study_id: int, day: date) -> Select[int]:
    """The next patients whose line is not kept.

    Both parts are found by an index and cut short each. As one condition with two lists, PostgreSQL looks
    through a list that is too long for its memory once for every patient.
    """
    of_study = Patient.id == PATIENT_CHANGED.c.patient_id, Patient.study_id == study_id
    changed = select(PATIENT_CHANGED.c.patient_id.label("id")).join(Patient, and_(*of_study)).distinct()
    expired = select(PatientState.patient_id.label("id")).where(
        PatientState.study_id == study_id, PatientState.until < day
    )
    firsts = (part.order_by("id").limit(AT_ONCE).subquery() for part in (changed, expired))
    both = union(*(select(part.c.id) for part in firsts)).subquery()
    return select(both.c.id).order_by(both.c.id).limit(AT_ONCE)


def _until(session: Session, ids: list[int], day: date) -> dict[int, date]:
    """The last day on which each patient's visits are where they are on that day."""
    windows = select(Visit.patient_id, Visit.opens_on, Visit.closes_on).where(
        Visit.patient_id.in_(ids), Visit.withdrawn_at.is_(None), Visit.done_at.is_(None)
    )
    found: dict[int, date] = {}
    for visit in session.execute(windows):
        found[visit.patient_id] = min(found.get(visit.patient_id, date.max), same_until(visit, day))
    return found
