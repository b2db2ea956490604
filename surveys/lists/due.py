"""Whose data are kept longer than the study said: what becomes due for erasure once its years are over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from surveys.lists.scope import Scope
from surveys.models import Erasure, Patient, Study

SHOWN = 50
ALL = "answers"  # the level of an erasure after which nothing of a patient is left


@dataclass(frozen=True)
class Due:
    """Patients whose data were to be kept until `until`: how many, and the first `SHOWN` codes."""

    until: date
    patients: int
    codes: Sequence[str]


def due(session: Session, study: Study, scope: Scope) -> Due | None:
    """What is due on the scope's day; None before, while the study is open, and once all is erased."""
    until = study.kept_until
    if until is None or scope.today <= until:
        return None
    gone = exists().where(Erasure.patient_id == Patient.id, Erasure.level == ALL)
    kept = (Patient.within(scope.study_id, scope.site), ~gone)
    number = session.scalars(select(func.count(Patient.id)).where(*kept)).one()
    codes = session.scalars(select(Patient.code).where(*kept).order_by(Patient.code).limit(SHOWN)).all()
    return Due(until, number, codes) if number else None
