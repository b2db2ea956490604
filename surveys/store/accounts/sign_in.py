"""Sign-in beyond the password: codes from an app, and recovery codes for who has lost it."""

from __future__ import annotations

from datetime import datetime

from passlib.totp import TOTP, TokenError
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import RecoveryCode, SecondFactor, Staff
from surveys.store import audit
from surveys.store.accounts import invitations, sealed
from surveys.store.errors import Refused
from surveys.store.visit import short_codes

ISSUER = "Seventh"
RECOVERY_CODES = 10
RECOVERY_LENGTH = 10  # fifty random bits
_WINDOW = 30  # seconds that the clocks of app and server may differ


def succeeded(session: Session, member: Staff, *, by: str, at: datetime) -> None:
    """Record that the person signed in, and by what: password, service or passkey."""
    facts = {"staff": member.id, "by": by}
    audit.record(session, audit.Entry(at, f"staff:{member.id}", "staff.signed_in", facts=facts))


def second_factor(session: Session, member: Staff) -> SecondFactor | None:
    """The account's second factor, where one is in force."""
    found = session.get(SecondFactor, member.id)
    return found if found is not None and found.confirmed_at is not None else None


def prepare(session: Session, member: Staff, secret_key: str) -> str:
    """The secret for an app; it stays the same until it is confirmed.

    Raises:
        Refused: a second factor is in force already.
    """
    found = session.get(SecondFactor, member.id)
    if found is not None and found.confirmed_at is not None:
        raise Refused(_("Codes from an app are asked already."))
    secret = None if found is None else sealed.opened(found.secret, member.id, secret_key)
    if secret is None:
        secret = str(TOTP.new().base32_key)
        kept = sealed.seal(secret, member.id, secret_key)
        session.merge(SecondFactor(staff_id=member.id, secret=kept))
        session.flush()
    return secret


def address_of(member: Staff, secret: str) -> str:
    """The address that the app reads from a QR code."""
    address: str = TOTP(key=secret, format="base32").to_uri(member.email, issuer=ISSUER)
    return address


def confirm(
    session: Session, member: Staff, code: str, secret_key: str, *, at: datetime, actor: str
) -> list[str]:
    """Ask for a code at sign-in from now on; returns the recovery codes, which are shown this once.

    Raises:
        Refused: the code is not the app's code.
    """
    found = session.get(SecondFactor, member.id)
    if found is None or found.confirmed_at is not None or not _matches(found, code, secret_key, at):
        raise Refused(_("This is not the code that the app shows now. Try the next one."), "code")
    found.confirmed_at = at
    _note(session, "staff.second_factor_on", member, at, actor)
    return make_recovery_codes(session, member, secret_key, at=at, actor=actor)


def check(session: Session, member: Staff, code: str, secret_key: str, *, at: datetime) -> bool:
    """Whether `code` lets this person in; true where there is no second factor.

    A code from the app counts once, and so does a recovery code.
    """
    session.get(SecondFactor, member.id, with_for_update=True)
    found = second_factor(session, member)
    if found is None or _matches(found, code, secret_key, at):
        return True
    return _is_recovery(session, member, code, secret_key, at)


def make_recovery_codes(
    session: Session, member: Staff, secret_key: str, *, at: datetime, actor: str
) -> list[str]:
    """New recovery codes in place of the earlier ones; the database keeps their digests alone."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == member.id))
    codes = [short_codes.drawn(RECOVERY_LENGTH) for __ in range(RECOVERY_CODES)]
    for code in codes:
        digest = invitations.digest_of(code, secret_key)
        session.add(RecoveryCode(staff_id=member.id, digest=digest, made_at=at))
    session.flush()
    _note(session, "staff.recovery_codes_made", member, at, actor)
    return codes


def recovery_codes_left(session: Session, member: Staff) -> int:
    """How many recovery codes were not used yet."""
    left = (RecoveryCode.staff_id == member.id, RecoveryCode.used_at.is_(None))
    return session.scalar(select(func.count(RecoveryCode.id)).where(*left)) or 0


def remove(session: Session, member: Staff, *, at: datetime, actor: str) -> None:
    """Stop asking for a code, if the account had a second factor."""
    found = session.get(SecondFactor, member.id)
    if found is not None:
        session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == member.id))
        session.delete(found)
        session.flush()
        _note(session, "staff.second_factor_off", member, at, actor)


def seal_anew(session: Session, secret_key: str) -> int:
    """Seal the secrets that earlier versions stored otherwise; returns how many there were.

    What another key sealed stays as it is: nobody gets in by it, as before.
    """
    query = select(SecondFactor).where(SecondFactor.secret.not_like(f"{sealed.MARK}%"))
    done = 0
    for one in session.scalars(query).all():
        secret = sealed.opened_before(one.secret, one.staff_id, secret_key)
        if secret is not None:
            one.secret = sealed.seal(secret, one.staff_id, secret_key)
            done += 1
    session.flush()
    return done


def _is_recovery(session: Session, member: Staff, code: str, secret_key: str, at: datetime) -> bool:
    if len(short_codes.signs_of(code)) != RECOVERY_LENGTH:
        return False
    own = (RecoveryCode.staff_id == member.id, RecoveryCode.digest == invitations.digest_of(code, secret_key))
    unused = update(RecoveryCode).where(*own, RecoveryCode.used_at.is_(None)).values(used_at=at)
    if session.scalar(unused.returning(RecoveryCode.id)) is None:
        return False
    facts = {"staff": member.id, "left": recovery_codes_left(session, member)}
    audit.record(session, audit.Entry(at, f"staff:{member.id}", "staff.recovery_code_used", facts=facts))
    return True


def _matches(factor: SecondFactor, code: str, secret_key: str, at: datetime) -> bool:
    secret = sealed.opened(factor.secret, factor.staff_id, secret_key)
    if secret is None:
        return False
    try:
        found = TOTP(key=secret, format="base32").match(
            code, at, window=_WINDOW, last_counter=factor.last_counter
        )
    except TokenError:
        return False
    factor.last_counter = found.counter
    return True


def _note(session: Session, action: str, member: Staff, at: datetime, actor: str) -> None:
    audit.record(session, audit.Entry(at, actor, action, facts={"staff": member.id}))
