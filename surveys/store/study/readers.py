"""The readers of a study's alerts, and the test alert that each of them must acknowledge."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import AlertReader, Staff, Study
from surveys.models.readiness import RANKS
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.study import readiness


def candidates(session: Session, study_id: int) -> list[Staff]:
    """The staff who may read the study's alerts: coordinators and investigators of all sites, by name."""
    query = select(Staff).where(readiness.may_read(study_id)).order_by(Staff.name, Staff.email)
    return list(session.scalars(query))


def name(session: Session, study: Study, first: int, deputy: int, *, at: datetime, actor: str) -> bool:
    """Name those two members of staff as readers of the study's alerts; returns whether one is new.

    A reader who was named already keeps the acknowledgement.

    Raises:
        Refused: the two are the same person, or one may not see the study's alerts.
    """
    if first == deputy:
        raise Refused(_("The deputy must be somebody else than the first person."), "deputy")
    allowed = {member.id for member in candidates(session, study.id)}
    for rank, staff_id in zip(RANKS, (first, deputy), strict=True):
        if staff_id not in allowed:
            raise Refused(_("Choose a coordinator or investigator of the whole study."), rank)
    there = readiness.readers(session, study.id)
    if {rank: row.staff_id for rank, row in there.items()} == {"first": first, "deputy": deputy}:
        return False
    acknowledged = {row.staff_id: (row.tested_at, row.acknowledged_at) for row in there.values()}
    for row in there.values():
        session.delete(row)
    session.flush()
    for rank, staff_id in zip(RANKS, (first, deputy), strict=True):
        tested_at, acknowledged_at = acknowledged.get(staff_id, (None, None))
        session.add(
            AlertReader(
                study_id=study.id,
                rank=rank,
                staff_id=staff_id,
                named_by=actor,
                named_at=at,
                tested_at=tested_at,
                acknowledged_at=acknowledged_at,
            )
        )
    session.flush()
    facts = {"study": study.code, "first": first, "deputy": deputy}
    audit.record(session, audit.Entry(at, actor, "alert_readers.named", facts=facts, study_id=study.id))
    return True


def send_test(session: Session, study: Study, *, at: datetime, actor: str) -> list[AlertReader]:
    """Raise a test alert that both readers must acknowledge again; returns them, the first reader first.

    Raises:
        Refused: the study has no readers yet.
    """
    named = readiness.readers(session, study.id)
    if set(named) != set(RANKS):
        raise Refused(_("Name the first person and the deputy before a test alert is sent."))
    for row in named.values():
        row.tested_at, row.acknowledged_at = at, None
    session.flush()
    audit.record(
        session,
        audit.Entry(at, actor, "alert_readers.tested", facts={"study": study.code}, study_id=study.id),
    )
    return [named[rank] for rank in RANKS]


def acknowledge(session: Session, study: Study, staff_id: int, *, at: datetime, actor: str) -> None:
    """Record that a reader acknowledged the test alert.

    Raises:
        Refused: this person does not read the study's alerts, or no test alert was sent.
    """
    row = next(
        (one for one in readiness.readers(session, study.id).values() if one.staff_id == staff_id), None
    )
    if row is None:
        raise Refused(_("You are not named to read the alerts of this study."))
    if row.tested_at is None:
        raise Refused(_("No test alert was sent yet."))
    if row.acknowledged_at is None:
        row.acknowledged_at = at
        session.flush()
        facts = {"study": study.code, "rank": row.rank}
        audit.record(
            session, audit.Entry(at, actor, "alert_readers.acknowledged", facts=facts, study_id=study.id)
        )
