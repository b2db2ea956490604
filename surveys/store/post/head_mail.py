"""Mail with the heads of the audit trail, to an address of the study: each month, and after each freeze.

What was mailed lies outside the database, where who changes the record cannot change it too. Another module
sends it; a freeze plans its own (`surveys.store.study.freezes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from surveys.models import Freeze, HeadMail, Study
from surveys.store.audit import heads
from surveys.store.audit.heads import Head
from surveys.store.post import outbox
from surveys.store.post.outbox import Outcome


@dataclass(frozen=True)
class HeadsOut:
    """A claimed mail with the `heads` of this moment, about `month` or after the freeze of this name."""

    id: int
    to: str
    study: str
    heads: list[Head]
    month: str | None
    freeze: str | None


def plan(session: Session, *, at: datetime) -> int:
    """Plan this month's mail of each study that has an address; returns how many are new."""
    month = f"{at.astimezone(UTC):%Y-%m}"
    of_month = and_(HeadMail.study_id == Study.id, HeadMail.month == month)
    asks = (Study.heads_address != "", HeadMail.id.is_(None))
    query = select(Study.id).outerjoin(HeadMail, of_month).where(*asks).order_by(Study.id)
    new = 0
    for study_id in session.scalars(query).all():
        new += outbox.plan(session, HeadMail, study_id=study_id, month=month, planned_at=at)
    return new


def claim(session: Session, *, at: datetime, simulated_only: bool = False) -> HeadsOut | None:
    """Claim the next mail to send at the instant `at`; the caller commits and then sends it.

    With `simulated_only`, mail of studies with real patients stays untouched.
    """
    while (row := outbox.next_due(session, HeadMail, at, simulated_only=simulated_only)) is not None:
        study = session.get_one(Study, row.study_id, populate_existing=True)
        if study.heads_address:
            outbox.claim(row, at=at)
            session.flush()
            freeze = session.scalar(select(Freeze.name).where(Freeze.id == row.freeze_id))
            own = heads.of_study(session, study.id)
            return HeadsOut(row.id, study.heads_address, study.code, own, row.month, freeze)
        outbox.cancel(row, "no_address", at=at)
        session.flush()
        _tell(session, row, at)
    return None


def due_about_real(session: Session, *, at: datetime) -> int:
    """How many mails are due in studies with real patients."""
    query = select(func.count(HeadMail.id)).where(
        *outbox.due(HeadMail, at), HeadMail.study_id.not_in(outbox.SIMULATED)
    )
    return session.scalar(query) or 0


def settle(session: Session, mail_id: int, outcome: Outcome, *, at: datetime) -> None:
    """Record the outcome of a mail."""
    if (row := outbox.settled(session, HeadMail, mail_id, outcome, at=at)) is not None:
        _tell(session, row, at)


def give_up_lost(session: Session, *, at: datetime) -> int:
    """Record of mails whose sender died that nobody knows what became of them; returns how many."""
    lost = outbox.give_up_lost(session, HeadMail, at=at)
    for row in lost:
        _tell(session, row, at)
    return len(lost)


def _tell(session: Session, row: HeadMail, at: datetime) -> None:
    facts = {"mail": row.id, **({"month": row.month} if row.month else {"freeze": row.freeze_id})}
    outbox.tell(session, row, "heads", facts, at=at)


def last(session: Session, study_id: int) -> HeadMail | None:
    """The study's last mail of which something became."""
    query = select(HeadMail).where(HeadMail.study_id == study_id, HeadMail.outcome.is_not(None))
    return session.scalar(query.order_by(HeadMail.outcome_at.desc(), HeadMail.id.desc()).limit(1))
