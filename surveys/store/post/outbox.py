"""What every outbox does with a row once it was claimed: settle it, try later, or own up to not knowing.

Knows neither what a row says nor who gets it. An outcome, once there, is changed only by better knowledge.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from surveys.models import AlertMail, Message, Study

OutboxRow = Message | AlertMail

# Whoever claimed a row longer ago than this without a word has died: no attempt takes so long.
CLAIM_LASTS = timedelta(minutes=15)
# The studies that mail may be about where nothing may go out about real patients.
SIMULATED = select(Study.id).where(Study.simulated)
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240))


@dataclass(frozen=True)
class Sent:
    """The mail server took the message."""


@dataclass(frozen=True)
class Rejected:
    """It will never take this one; `address` where it is the address that it does not know."""

    code: str
    address: bool = False


@dataclass(frozen=True)
class TryLater:
    """It did not take it now, or could not be reached."""

    code: str


@dataclass(frozen=True)
class Unclear:
    """The connection broke after the message was handed over: it may have been taken."""

    code: str


Outcome = Sent | Rejected | TryLater | Unclear


def claim(row: OutboxRow, *, at: datetime) -> None:
    """Mark a row that its caller has locked as being sent."""
    row.claimed_at = at
    row.attempts += 1
    row.retry_at = None
    row.error = None


def settle(row: OutboxRow, outcome: Outcome, *, at: datetime) -> None:
    """Write down what became of a claimed row; what may be tried again is given back."""
    if row.outcome not in {None, "unknown"}:
        return
    match outcome:
        case Sent():
            row.outcome, row.outcome_at, row.error = "sent", at, None
        case Rejected(code=code):
            row.outcome, row.outcome_at, row.error = "failed", at, code
        case Unclear(code=code):
            row.outcome, row.outcome_at, row.error = "unknown", at, code
        case TryLater(code=code):
            # Also after somebody gave the claim up as lost: nothing was sent, and now that is known.
            row.outcome, row.outcome_at, row.error = None, None, code
            row.claimed_at = None
            row.retry_at = at + BACK_OFF[min(row.attempts, len(BACK_OFF)) - 1]


def cancel(row: OutboxRow, why: str, *, at: datetime) -> None:
    """Never to go."""
    row.outcome, row.outcome_at, row.error = "cancelled", at, why


def hold(row: OutboxRow, why: str, until: datetime) -> None:
    """Not to go before `until`."""
    row.retry_at, row.error = until, why


def give_up_lost(session: Session, *, at: datetime) -> int:
    """Claims whose sender died become `unknown`: perhaps it went, so it is never sent again by itself."""
    lost = 0
    for table in (Message, AlertMail):
        statement = (
            update(table)
            .where(table.outcome.is_(None), table.claimed_at < at - CLAIM_LASTS)
            .values(outcome="unknown", outcome_at=at, error="lost")
        )
        lost += len(session.execute(statement.returning(table.id)).all())
    return lost


def due(table: type[Message] | type[AlertMail], at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Conditions: nobody has claimed or settled it, and it is time."""
    return (table.outcome.is_(None), table.claimed_at.is_(None), when(table) <= at)


def when(table: type[Message] | type[AlertMail]) -> ColumnElement[datetime]:
    """When a row is to be looked at next."""
    return func.coalesce(table.retry_at, table.planned_at)
