"""Where an account is signed in: each browser has a row, and is signed in no longer than the row is there."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session, joinedload

from analysis.words import words as _
from surveys.models import Staff, StaffSession
from surveys.store import audit
from surveys.store.accounts import browsers
from surveys.store.errors import Refused

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
OFTEN = timedelta(minutes=1)  # the precision of the last use: not every request writes


def begin(session: Session, member: Staff, *, user_agent: str, at: datetime) -> str:
    """Sign `member` in with a browser; returns the secret for its cookie. Sessions that are over go."""
    over = or_(StaffSession.began_at < at - LONGEST, StaffSession.seen_at < at - IDLE)
    session.execute(delete(StaffSession).where(over))
    secret = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            staff_id=member.id,
            digest=_digest(secret),
            device=browsers.named(user_agent),
            began_at=at,
            seen_at=at,
        )
    )
    session.flush()
    return secret


def find(session: Session, secret: str) -> tuple[StaffSession, Staff] | None:
    """The session of a cookie, over or not, and its account; None once it was ended or the account closed."""
    query = select(StaffSession, Staff).join(Staff, Staff.id == StaffSession.staff_id)
    query = query.where(StaffSession.digest == _digest(secret), Staff.active)
    # every page of staff asks for the memberships too
    row = session.execute(query.options(joinedload(Staff.memberships))).unique().one_or_none()
    return None if row is None else (row[0], row[1])


def is_over(one: StaffSession, at: datetime) -> bool:
    """Whether it was idle or lasted too long."""
    return at - one.began_at > LONGEST or at - one.seen_at > IDLE


def ends_at(one: StaffSession, at: datetime) -> datetime:
    """When it is over if nothing follows its use at `at`, which counts as `used` notes it."""
    seen = at if at - one.seen_at > OFTEN else one.seen_at
    return min(one.began_at + LONGEST, seen + IDLE)


def used(session: Session, number: int, *, at: datetime) -> None:
    """Store the last use of a session."""
    session.execute(
        update(StaffSession).where(StaffSession.id == number, StaffSession.seen_at < at).values(seen_at=at)
    )


def of(session: Session, member: Staff, *, at: datetime) -> list[StaffSession]:
    """The browsers in which `member` is signed in, the last used first."""
    query = select(StaffSession).where(StaffSession.staff_id == member.id)
    found = session.scalars(query.order_by(StaffSession.seen_at.desc(), StaffSession.id.desc()))
    return [one for one in found if not is_over(one, at)]


def sign_out(session: Session, one: StaffSession, *, at: datetime) -> None:
    """End the session in which its owner pressed the button."""
    session.execute(delete(StaffSession).where(StaffSession.id == one.id))
    _note(session, "staff.signed_out", one.staff_id, at, f"staff:{one.staff_id}")


def end(session: Session, member: Staff, number: int, *, at: datetime) -> None:
    """End one of one's own sessions elsewhere.

    Raises:
        Refused: it is over already, or somebody else's.
    """
    own = (StaffSession.id == number, StaffSession.staff_id == member.id)
    if session.scalar(delete(StaffSession).where(*own).returning(StaffSession.id)) is None:
        raise Refused(_("You are not signed in there any more."))
    _note(session, "staff.sessions_ended", member.id, at, f"staff:{member.id}")


def end_others(session: Session, member: Staff, here: StaffSession, *, at: datetime) -> None:
    """End every session of `member` except the one `here`."""
    others = (StaffSession.staff_id == member.id, StaffSession.id != here.id)
    session.execute(delete(StaffSession).where(*others))
    _note(session, "staff.sessions_ended", member.id, at, f"staff:{member.id}")


def end_all(session: Session, member: Staff) -> None:
    """End every session of `member`, for a reason whose event says so."""
    session.execute(delete(StaffSession).where(StaffSession.staff_id == member.id))


def _note(session: Session, action: str, staff_id: int, at: datetime, actor: str) -> None:
    audit.record(session, audit.Entry(at, actor, action, facts={"staff": staff_id}))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
