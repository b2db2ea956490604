"""The page of all checks, and how many findings wait: one statement each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, literal, select, union_all
from sqlalchemy.orm import Session

from surveys.lists.at_once import ShortList, read
from surveys.lists.checks import (
    age,
    all_alike,
    consent,
    injection,
    no_channel,
    onset,
    order_of_dates,
    refused_mail,
    same_person,
    too_fast,
    unproved,
)
from surveys.lists.checks.check import Check, Terms
from surveys.models import Dismissal, Patient

ALL_CHECKS = (
    unproved.CHECK,
    order_of_dates.CHECK,
    age.CHECK,
    injection.CHECK,
    same_person.CHECK,
    too_fast.CHECK,
    all_alike.CHECK,
    onset.CHECK,
    refused_mail.CHECK,
    consent.CHECK,
    no_channel.CHECK,
)
CHECKS: Mapping[str, Check] = {check.key: check for check in ALL_CHECKS}
SHOWN, MOST_SHOWN = 20, 500


@dataclass(frozen=True)
class Finding:
    """What a check found of a patient. `figure` is the row to look at, `other` a code or an instrument."""

    patient: str
    patient_id: int
    kind: str
    subject: str
    seen: str
    one_on: date | None
    other_on: date | None
    figure: int | None
    other: str | None


@dataclass(frozen=True)
class Dismissed:
    """A finding that somebody let stand, and why; `dismissal` is its number."""

    dismissal: int
    patient: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Found:
    """The first findings of a check, how many there are, and those that were dismissed."""

    check: Check
    findings: Sequence[Finding]
    in_all: int
    dismissed: Sequence[Dismissed]


def page(session: Session, terms: Terms, only: str | None = None) -> list[Found]:
    """Every check, or `only` one with more of its findings, in one statement."""
    checks = ALL_CHECKS if only is None else (CHECKS[only],)
    limit = SHOWN if only is None else MOST_SHOWN
    lists: dict[str, ShortList] = {}
    for check in checks:
        found, order = _with_dismissals(check, terms)
        waiting = found.where(Dismissal.id.is_(None)).add_columns(func.count().over().label("in_all"))
        lists[f"{check.key}_found"] = ShortList(waiting, order, limit)
        stand = found.where(Dismissal.id.is_not(None)).add_columns(
            Dismissal.id.label("dismissal"),
            Dismissal.reason,
            Dismissal.dismissed_by.label("by"),
            Dismissal.dismissed_at.label("at"),
        )
        lists[f"{check.key}_dismissed"] = ShortList(stand, order, limit)
    rows = read(session, lists)
    return [_made(check, rows[f"{check.key}_found"], rows[f"{check.key}_dismissed"]) for check in checks]


def waiting(session: Session, terms: Terms) -> dict[str, int]:
    """How many findings wait, by check; checks without one are left out."""
    counts = []
    for check in ALL_CHECKS:
        found = _with_dismissals(check, terms)[0].where(Dismissal.id.is_(None)).subquery()
        counts.append(
            select(literal(check.key).label("key"), func.count().label("number")).select_from(found)
        )
    return {row.key: row.number for row in session.execute(union_all(*counts)) if row.number}


def find(session: Session, terms: Terms, key: str, patient: str, subject: str) -> Finding | None:
    """What the check found there, also if it was dismissed; None if it finds nothing (any more)."""
    found = _with_dismissals(CHECKS[key], terms)[0].subquery()
    query = select(found).where(found.c.patient == patient, found.c.subject == subject).limit(1)
    row = session.execute(query).mappings().first()
    return None if row is None else Finding(**row)


def _with_dismissals(check: Check, terms: Terms) -> tuple[Select[Any], tuple[Any, ...]]:
    """The findings about the reader's patients, each with the dismissal that holds; and their order."""
    found = check.found(terms).subquery(check.key)
    holds = and_(
        Dismissal.patient_id == found.c.patient_id,
        Dismissal.check_key == check.key,
        Dismissal.subject == found.c.subject,
        Dismissal.seen == found.c.seen,
    )
    columns = [one for one in found.c if one.key != "patient_id"]
    query = (
        select(Patient.code.label("patient"), Patient.id.label("patient_id"), *columns)
        .select_from(found)
        .join(Patient, Patient.id == found.c.patient_id)
        .outerjoin(Dismissal, holds)
        .where(terms.scope.condition)
    )
    return query, (Patient.code.expression, found.c.subject)


def _made(check: Check, found: Sequence[Mapping[str, Any]], stand: Sequence[Mapping[str, Any]]) -> Found:
    findings = [Finding(**{key: row[key] for key in row if key != "in_all"}) for row in found]
    names = ("dismissal", "patient", "reason", "by", "at")
    dismissed = [Dismissed(**{key: row[key] for key in names}) for row in stand]
    return Found(check, findings, found[0]["in_all"] if found else 0, dismissed)
