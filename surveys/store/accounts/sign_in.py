"""Sign-in beyond the password: codes from an app, and the pause after too many failures."""

from __future__ import annotations

from datetime import datetime, timedelta

from passlib.totp import TOTP, TokenError
from sqlalchemy import delete
from sqlalchemy.orm import Session

from surveys.models import FailedSignIn, SecondFactor, Staff
from surveys.store import audit
from surveys.store.errors import Refused

MOST_FAILURES = 10
LOCKED_FOR = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)  # an older failure no longer counts
ISSUER = "Seventh"
_WINDOW = 30  # seconds that the clocks of app and server may differ


def locked_until(session: Session, member: Staff, *, at: datetime) -> datetime | None:
    """Until when sign-in with this account is paused; None where it is open."""
    failed = session.get(FailedSignIn, member.id)
    if failed is None or failed.locked_until is None or failed.locked_until <= at:
        return None
    return failed.locked_until


def failed(session: Session, member: Staff, *, at: datetime) -> None:
    """Count a failure; the tenth in a row locks the account for a quarter of an hour, which is recorded."""
    before = session.get(FailedSignIn, member.id, with_for_update=True)
    if before is None:
        session.add(FailedSignIn(staff_id=member.id, times=1, last_at=at))
        session.flush()
        return
    over = before.locked_until is not None and before.locked_until <= at
    fresh = over or at - before.last_at > FORGOTTEN_AFTER
    before.times = 1 if fresh else before.times + 1
    before.last_at, before.locked_until = at, None
    if before.times >= MOST_FAILURES:
        before.locked_until = at + LOCKED_FOR
        facts = {"staff": member.id, "until": before.locked_until.isoformat()}
        audit.record(session, audit.Entry(at, "system", "staff.locked", facts=facts))


def succeeded(session: Session, member: Staff, *, at: datetime) -> None:
    """Forget earlier failures, and record that the person signed in."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.staff_id == member.id))
    entry = audit.Entry(at, f"staff:{member.id}", "staff.signed_in", facts={"staff": member.id})
    audit.record(session, entry)


def second_factor(session: Session, member: Staff) -> SecondFactor | None:
    """The account's second factor, where one is in force."""
    found = session.get(SecondFactor, member.id)
    return found if found is not None and found.confirmed_at is not None else None


def prepare(session: Session, member: Staff) -> str:
    """The secret for an app; it stays the same until it is confirmed.

    Raises:
        Refused: a second factor is in force already.
    """
    found = session.get(SecondFactor, member.id)
    if found is None:
        found = SecondFactor(staff_id=member.id, secret=TOTP.new().base32_key)
        session.add(found)
        session.flush()
    elif found.confirmed_at is not None:
        raise Refused("Codes from an app are asked already.")
    return found.secret


def address_of(member: Staff, secret: str) -> str:
    """The address that the app reads from a QR code."""
    address: str = TOTP(key=secret, format="base32").to_uri(member.email, issuer=ISSUER)
    return address


def confirm(session: Session, member: Staff, code: str, *, at: datetime, actor: str) -> None:
    """Ask for a code at sign-in from now on.

    Raises:
        Refused: the code is not the app's code.
    """
    found = session.get(SecondFactor, member.id)
    if found is None or found.confirmed_at is not None or not _matches(found, code, at):
        raise Refused("This is not the code that the app shows now. Try the next one.", "code")
    found.confirmed_at = at
    audit.record(session, audit.Entry(at, actor, "staff.second_factor_on", facts={"staff": member.id}))


def check(session: Session, member: Staff, code: str, *, at: datetime) -> bool:
    """Whether `code` lets this person in; true where there is no second factor. A code counts once."""
    session.get(SecondFactor, member.id, with_for_update=True)
    found = second_factor(session, member)
    return found is None or _matches(found, code, at)


def remove(session: Session, member: Staff, *, at: datetime, actor: str) -> None:
    """Stop asking for a code, if the account had a second factor."""
    found = session.get(SecondFactor, member.id)
    if found is not None:
        session.delete(found)
        session.flush()
        entry = audit.Entry(at, actor, "staff.second_factor_off", facts={"staff": member.id})
        audit.record(session, entry)


def _matches(factor: SecondFactor, code: str, at: datetime) -> bool:
    app = TOTP(key=factor.secret, format="base32")
    try:
        found = app.match(code, at, window=_WINDOW, last_counter=factor.last_counter)
    except TokenError:
        return False
    factor.last_counter = found.counter
    return True
