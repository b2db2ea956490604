"""Asking somebody to join: an account, a role, and a signed link to choose a password with, good once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import delete
from sqlalchemy.orm import Session

from surveys.models import FailedSignIn, Membership, Staff, Study
from surveys.store import audit, sign_in, staff, tokens
from surveys.store.errors import Refused

GOOD_FOR = timedelta(days=7)
_SALT = "seventh invitation"


def invite(
    session: Session,
    email: str,
    study: Study,
    role: str,
    *,
    name: str = "",
    site: str | None = None,
    at: datetime,
    actor: str,
) -> tuple[Staff, bool]:
    """Give `email` that role in `study`; the account, and whether it is new and needs a link.

    Raises:
        Refused: the address is none, there is no such role, or the account is closed.
    """
    member = staff.find(session, email)
    new = member is None
    if member is None:
        member = staff.add(session, email, secrets.token_urlsafe(32), name=name, at=at, actor=actor)
    elif not member.active:
        raise Refused("This account is closed.", "email")
    staff.grant(session, member, study, role, site=site, at=at, actor=actor)
    return member, new


def reset(session: Session, member: Staff, *, at: datetime, actor: str) -> None:
    """End every session, password, second factor and pause of an account: only a new link opens it again."""
    staff.set_password(session, member, secrets.token_urlsafe(32), at=at, actor=actor)
    sign_in.remove(session, member, at=at, actor=actor)
    session.execute(delete(FailedSignIn).where(FailedSignIn.staff_id == member.id))
    audit.record(session, audit.Entry(at, actor, "staff.reset", facts={"staff": member.id}))


def may_reset(session: Session, member: Staff, study: Study) -> bool:
    """Whether a coordinator of `study` may: nobody gets so into another study or an admin's account."""
    return not member.admin and {one.study_id for one in member.memberships} == {study.id}


def revoke(session: Session, member: Staff, study: Study, *, at: datetime, actor: str) -> None:
    """Take away what `member` may do in `study`; the account stays.

    Raises:
        Refused: there is nothing to take away, or it is one's own.
    """
    if actor == f"staff:{member.id}":
        raise Refused("Nobody takes away their own role: ask somebody else.")
    condition = (Membership.staff_id == member.id, Membership.study_id == study.id)
    taken = session.execute(delete(Membership).where(*condition).returning(Membership.role)).scalar()
    if taken is None:
        raise Refused("This person has no role in this study.")
    session.expire(member, ["memberships"])
    facts = {"staff": member.id, "study": study.code, "role": taken}
    audit.record(session, audit.Entry(at, actor, "staff.revoked", facts=facts))


def token(member: Staff, secret_key: str) -> str:
    """The link's secret part; worthless once the account has another password."""
    return tokens.spelled(str(_signer(secret_key).dumps([member.id, _stamp(member)])))


def member_of(session: Session, given: str, secret_key: str) -> Staff:
    """Whose link this is.

    Raises:
        Refused: it was used, is older than `GOOD_FOR`, or is none of ours.
    """
    gone = Refused("This link was used already or is too old. Ask for a new one.")
    try:
        signed = tokens.signed(given)
        number, stamp = _signer(secret_key).loads(signed, max_age=int(GOOD_FOR.total_seconds()))
    except (BadSignature, ValueError, TypeError):
        raise gone from None
    member = session.get(Staff, number)
    if member is None or not member.active or stamp != _stamp(member):
        raise gone
    return member


def _stamp(member: Staff) -> str:
    """Changes with the password."""
    return hashlib.sha256(member.fs_uniquifier.encode()).hexdigest()[:16]


def _signer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt=_SALT)
