"""The end of an account: sessions, rights and sign-in go at once. What the person did keeps their name."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import AlertReader, RecoveryCode, ResetAsked, SecondFactor, Staff, Study
from surveys.store import audit
from surveys.store.accounts import invitations, keys, passkeys, staff
from surveys.store.errors import Refused


def close(session: Session, member: Staff, *, at: datetime, actor: str) -> None:
    """End what `member` may do, in every study, and every session; nobody signs in with the account.

    An administrator opens it again by a new invitation (`staff.reopen`).

    Raises:
        Refused: it is closed already, or one's own.
    """
    if actor == f"staff:{member.id}":
        raise Refused(_("Nobody closes their own account: ask somebody else."))
    if not member.active:
        raise Refused(_("This account is closed already."))
    for study in [one.study for one in member.memberships]:
        invitations.revoke(session, member, study, at=at, actor=actor)
    passkeys.remove_all(session, member, at=at, actor=actor)
    keys.revoke_all(session, member, at=at, actor=actor)
    for table in (SecondFactor, RecoveryCode, ResetAsked):
        session.execute(delete(table).where(table.staff_id == member.id))
    staff.set_password(session, member, secrets.token_urlsafe(32), at=at, actor=actor)
    member.active, member.admin = False, False
    session.flush()
    audit.record(session, audit.Entry(at, actor, "staff.closed", facts={"staff": member.id}))


def alerts_read(session: Session, member: Staff) -> Sequence[str]:
    """The codes of the studies that have `member` read their alerts: somebody else must be named there."""
    query = select(Study.code).join(AlertReader, AlertReader.study_id == Study.id)
    return session.scalars(query.where(AlertReader.staff_id == member.id).order_by(Study.code)).all()
