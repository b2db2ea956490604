"""Sign-in beyond the password: codes from an app."""

from __future__ import annotations

from datetime import datetime

from passlib.totp import TOTP, TokenError
from sqlalchemy.orm import Session

from surveys.models import SecondFactor, Staff
from surveys.store import audit
from surveys.store.errors import Refused

ISSUER = "Seventh"
_WINDOW = 30  # seconds that the clocks of app and server may differ


def succeeded(session: Session, member: Staff, *, at: datetime) -> None:
    """Record that the person signed in."""
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
