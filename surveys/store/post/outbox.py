"""What every outbox does with a claimed row: settle it, try later, or record that the outcome is unknown.

It knows neither the content nor the recipient. A stored outcome changes only if a better one is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from surveys.models import AlertMail, HeadMail, Message, Study
from surveys.models.dialects import insert_planned
from surveys.store import audit

OutboxRow = Message | AlertMail | HeadMail
Row = TypeVar("Row", Message, AlertMail, HeadMail)
StaffMail = TypeVar("StaffMail", AlertMail, HeadMail)

ACTOR = "outbox"
# A sender that claimed a row longer ago than this has died: no attempt takes so long.
CLAIM_LASTS = timedelta(minutes=15)
# The studies whose mail may go where mail about real patients may not.
SIMULATED = select(Study.id).where(Study.simulated)
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240))


@dataclass(frozen=True)
class Sent:
    """The mail server took the message."""


@dataclass(frozen=True)
class Rejected:
    """It will never take this message; `address` means that it does not know the address."""

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


def plan(session: Session, table: type[OutboxRow], **values: Any) -> bool:
    """Plan a row, unless it is there already. The audit trail binds it once something became of it."""
    return insert_planned(session, table, **values, attempts=0) is not None


def claim(row: OutboxRow, *, at: datetime) -> None:
    """Mark a row that its caller has locked as being sent."""
    row.claimed_at = at
    row.attempts += 1
    row.retry_at = None
    row.error = None


def settle(row: OutboxRow, outcome: Outcome, *, at: datetime) -> None:
    """Record the outcome of a claimed row; a row that may be tried again is given back."""
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
            # Also after the claim was given up as lost: now it is known that the message was not sent.
            row.outcome, row.outcome_at, row.error = None, None, code
            row.claimed_at = None
            row.retry_at = at + BACK_OFF[min(row.attempts, len(BACK_OFF)) - 1]


def settled(session: Session, table: type[Row], row_id: int, outcome: Outcome, *, at: datetime) -> Row | None:
    """The row with its outcome recorded, locked; None if that is the outcome it had."""
    row = session.get_one(table, row_id, with_for_update=True, populate_existing=True)
    before = row.outcome
    settle(row, outcome, at=at)
    session.flush()
    return row if row.outcome != before else None


def cancel(row: OutboxRow, why: str, *, at: datetime) -> None:
    """Cancel the row for good."""
    row.outcome, row.outcome_at, row.error = "cancelled", at, why


def hold(row: OutboxRow, why: str, until: datetime) -> None:
    """Hold the row until `until`."""
    row.retry_at, row.error = until, why


def tell(session: Session, row: StaffMail, about: str, facts: dict[str, Any], *, at: datetime) -> None:
    """Record in the audit what became of mail to staff, if anything did."""
    if row.outcome is not None:
        told = {**facts, **({"error": row.error} if row.error else {})}
        entry = audit.Entry(at, ACTOR, f"{about}.{row.outcome}", facts=told, study_id=row.study_id)
        audit.record(session, entry)


def give_up_lost(session: Session, table: type[Row], *, at: datetime) -> Sequence[Row]:
    """Set claims of dead senders to `unknown`: the mail may have gone, so it is not sent again by itself."""
    query = (
        select(table)
        .where(table.outcome.is_(None), table.claimed_at < at - CLAIM_LASTS)
        .order_by(table.id)
        .with_for_update(skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    lost = session.scalars(query).all()
    for row in lost:
        row.outcome, row.outcome_at, row.error = "unknown", at, "lost"
    session.flush()
    return lost


def due(table: type[OutboxRow], at: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions for a row that is neither claimed nor settled, and whose time has come."""
    return (table.outcome.is_(None), table.claimed_at.is_(None), when(table) <= at)


def next_due(
    session: Session, table: type[StaffMail], at: datetime, *, simulated_only: bool
) -> StaffMail | None:
    """The first mail to staff that is due, locked; None without one.

    With `simulated_only`, mail of studies with real patients stays untouched.
    """
    query = (
        select(table)
        .where(*due(table, at))
        .order_by(when(table), table.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if simulated_only:
        query = query.where(table.study_id.in_(SIMULATED))
    return session.scalars(query).first()


def when(table: type[OutboxRow]) -> ColumnElement[datetime]:
    """When to look at a row next."""
    return func.coalesce(table.retry_at, table.planned_at)
