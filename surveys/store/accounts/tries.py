"""Wrong tries at signing in: each address is slowed down, whether somebody has an account under it or not.

A try counts before it is looked at, so that many at once gain nothing. After `FREE` of them the next one has
to wait, each time twice as long; nothing sleeps meanwhile. A device that signed in before counts by itself:
whoever guesses from elsewhere cannot shut its owner out.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from surveys import same
from surveys.models import Event, SignInTries, Staff
from surveys.models.dialects import insert_once
from surveys.store import audit

FREE = 4  # tries that may follow one another
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
OF_STRANGERS = timedelta(minutes=1)  # between two events about addresses without an account
FAILED = "staff.sign_in_failed"


def key(address: str, secret_key: str, device: str | None = None) -> str:
    """What tries with `address` are counted under: a keyed digest, since people mistype passwords there."""
    content = f"sign-in {same.email(address)} {device or ''}".encode()
    return hmac.new(secret_key.encode(), content, hashlib.sha256).hexdigest()


def take(session: Session, counted_as: str, member: Staff | None, *, at: datetime) -> datetime | None:
    """Count a try that may be looked at now; or until when it has to wait, uncounted."""
    session.execute(delete(SignInTries).where(SignInTries.last_at < at - FORGOTTEN_AFTER))
    staff_id = None if member is None else member.id
    insert_once(session, SignInTries, key=counted_as, staff_id=staff_id, times=0, last_at=at)
    found = session.scalars(
        select(SignInTries).where(SignInTries.key == counted_as).with_for_update(),
        execution_options={"populate_existing": True},
    ).one()
    if found.waits_until is not None and found.waits_until > at:
        return found.waits_until
    found.times += 1
    found.last_at, found.waits_until = at, _waits_until(found.times, at)
    session.flush()
    return None


def failed(session: Session, member: Staff | None, *, at: datetime) -> None:
    """Record that a try was wrong; of addresses without an account one a minute, and never the address."""
    if member is None:
        last = select(Event.at).where(Event.study_id.is_(None), Event.action == FAILED)
        before = session.scalar(last.order_by(Event.id.desc()).limit(1))
        if before is not None and at - before < OF_STRANGERS:
            return
    facts = {"staff": None if member is None else member.id}
    audit.record(session, audit.Entry(at, "visitor", FAILED, facts=facts))


def forget(session: Session, counted_as: str) -> None:
    """Forget the tries before a right one."""
    session.execute(delete(SignInTries).where(SignInTries.key == counted_as))


def forget_all(session: Session, member: Staff) -> None:
    """Forget every try with the account, from whatever device."""
    session.execute(delete(SignInTries).where(SignInTries.staff_id == member.id))


def _waits_until(times: int, at: datetime) -> datetime | None:
    if times <= FREE:
        return None
    return at + min(FIRST_WAIT * (1 << min(times - FREE - 1, 10)), LONGEST_WAIT)
