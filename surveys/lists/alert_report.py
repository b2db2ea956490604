"""One month of alerts: how many, their causes, how soon they were taken on, and how many are open."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.daytime import moment
from surveys.lists.scope import Scope
from surveys.models import Alert, Patient, Visit


@dataclass(frozen=True)
class ReportedCause:
    """A cause of alerts, and how many it raised."""

    instrument: str
    rule: str
    alerts: int


@dataclass(frozen=True)
class Report:
    """The alerts raised in one month as they stand now; those of old answers are counted apart.

    `median_wait` and `longest_wait` are times from raising to taking on, of alerts that were taken on.
    """

    raised: int
    historical: int
    causes: tuple[ReportedCause, ...]
    taken_on: int
    median_wait: timedelta | None
    longest_wait: timedelta | None
    escalated: int
    acted_on: int
    closed: int
    waiting: int


def months(session: Session, scope: Scope, zone: str) -> list[date]:
    """The first day of each month from the first alert's to the scope's, latest first."""
    query = (
        select(func.min(Alert.raised_at))
        .join(Visit, Visit.id == Alert.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(scope.condition)
    )
    first = session.scalar(query)
    found: list[date] = []
    month = scope.today.replace(day=1)
    while first is not None and moment(_following(month), 0, zone) > first:
        found.append(month)
        month = (month - timedelta(days=1)).replace(day=1)
    return found


def of_month(session: Session, scope: Scope, first: date, zone: str) -> Report:
    """The report of the month that begins on `first`, by the clock in `zone`."""
    from statistics import median  # it loads fractions, for a page that few open

    query = (
        select(
            Alert.instrument,
            Alert.rule,
            Alert.state,
            Alert.raised_at,
            Alert.acknowledged_at,
            Alert.acted_at,
            Alert.escalated_at,
        )
        .join(Visit, Visit.id == Alert.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(
            scope.condition,
            Alert.raised_at >= moment(first, 0, zone),
            Alert.raised_at < moment(_following(first), 0, zone),
        )
    )
    rows = session.execute(query).all()
    called = [row for row in rows if row.state != "historical"]
    waits: list[timedelta] = [
        row.acknowledged_at - row.raised_at for row in called if isinstance(row.acknowledged_at, datetime)
    ]
    by_cause = Counter((row.instrument, row.rule) for row in called)
    return Report(
        raised=len(called),
        historical=len(rows) - len(called),
        causes=tuple(ReportedCause(*cause, number) for cause, number in sorted(by_cause.items())),
        taken_on=len(waits),
        median_wait=timedelta(seconds=median(wait.total_seconds() for wait in waits)) if waits else None,
        longest_wait=max(waits, default=None),
        escalated=sum(row.escalated_at is not None for row in called),
        acted_on=sum(row.acted_at is not None for row in called),
        closed=sum(row.state == "closed" for row in called),
        waiting=sum(row.state == "new" for row in called),
    )


def _following(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
