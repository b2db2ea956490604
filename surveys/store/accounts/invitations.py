"""Asking somebody to join: an account, a role, and a signed link to choose a password with, good once.

Only the account's owner should see a link. A link that somebody else hands over is shown for a new account
only, or opens only with a code that a third person has (`resets`).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature
from sqlalchemy import delete
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys import signing, tokens
from surveys.models import Membership, ResetAsked, Staff, Study
from surveys.settings import Settings
from surveys.store import audit
from surveys.store.accounts import keys, passkeys, sessions, staff, tries
from surveys.store.errors import Refused
from surveys.store.visit import short_codes

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
    may_reopen: bool = False,
    at: datetime,
    actor: str,
) -> tuple[Staff, bool]:
    """Give `email` that role in `study`; the account, and whether it is new (or open again) and needs a link.

    Raises:
        Refused: this is no e-mail address or one's own, there is no such role, or the account is closed and
            only an administrator may open it again.
    """
    member = staff.find(session, email)
    new = member is None
    if member is None:
        member = staff.add(session, email, secrets.token_urlsafe(32), name=name, at=at, actor=actor)
    elif not member.active:
        if not may_reopen:
            raise Refused(_("This account is closed. Ask an administrator for a new invitation."), "email")
        staff.reopen(session, member, at=at, actor=actor)
        new = True
    elif actor == f"staff:{member.id}":
        raise Refused(_("Nobody gives themselves a role: ask somebody else."), "email")
    staff.grant(session, member, study, role, site=site, at=at, actor=actor)
    return member, new


def choose(session: Session, member: Staff, password: str, *, at: datetime) -> None:
    """Set the password that the owner chose by a link; end the waits and the open request.

    Raises:
        Refused: the password is too short or too long.
    """
    staff.set_password(session, member, password, at=at, actor=f"staff:{member.id}")
    passkeys.remove_all(session, member, at=at, actor=f"staff:{member.id}")
    tries.forget_all(session, member)
    session.execute(delete(ResetAsked).where(ResetAsked.staff_id == member.id))


def revoke(session: Session, member: Staff, study: Study, *, at: datetime, actor: str) -> None:
    """Take away what `member` may do in `study`, and end every session; the account stays.

    Raises:
        Refused: the member has no role in the study, or would take away their own.
    """
    if actor == f"staff:{member.id}":
        raise Refused(_("Nobody takes away their own role: ask somebody else."))
    condition = (Membership.staff_id == member.id, Membership.study_id == study.id)
    taken = session.execute(delete(Membership).where(*condition).returning(Membership.role)).scalar()
    if taken is None:
        raise Refused(_("This person has no role in this study."))
    session.expire(member, ["memberships"])
    sessions.end_all(session, member)
    keys.revoke_all(session, member, study, at=at, actor=actor)
    facts = {"staff": member.id, "study": study.code, "role": taken}
    audit.record(session, audit.Entry(at, actor, "staff.revoked", facts=facts, study_id=study.id))


def link(member: Staff, settings: Settings, code_digest: str = "") -> str:
    """The address where `member` chooses a password; with a digest it opens only with that code."""
    return f"{settings.public_url}/invitation/{token(member, settings.secret_key, code_digest)}"


def token(member: Staff, secret_key: str, code_digest: str = "") -> str:
    """The link's secret part; worthless once the account has another password or other rights."""
    return tokens.spelled(signing.signed([member.id, _stamp(member), code_digest], secret_key, _SALT))


def member_of(session: Session, given: str, secret_key: str) -> Staff | None:
    """Whose link this is; None if it was used, is older than `GOOD_FOR`, or is not our link."""
    try:
        number, stamp, __ = _read(given, secret_key)
    except (BadSignature, ValueError, TypeError):
        return None
    member = session.get(Staff, number)
    if member is None or not member.active or stamp != _stamp(member):
        return None
    return member


def asks_code(given: str, secret_key: str) -> bool:
    """Whether the link, which `member_of` took, opens only with a code."""
    return bool(_read(given, secret_key)[2])


def fits(given: str, code: str, secret_key: str) -> bool:
    """Whether `code`, as typed, is the link's code."""
    return hmac.compare_digest(_read(given, secret_key)[2], digest_of(code, secret_key))


def digest_of(code: str, secret_key: str) -> str:
    """The digest stored of a code; it is keyed, so a copy of the database or link does not tell the code."""
    content = f"{_SALT} {short_codes.signs_of(code)}".encode()
    return hmac.new(secret_key.encode(), content, hashlib.sha256).hexdigest()


def _read(given: str, secret_key: str) -> tuple[int, str, str]:
    """The account's number, its stamp and the code's digest (empty for none)."""
    text = tokens.signed(given)
    number, stamp, code_digest = signing.read(text, secret_key, _SALT, GOOD_FOR, at=datetime.now(UTC))
    return number, stamp, code_digest


def _stamp(member: Staff) -> str:
    """Changes with the password and the rights: an old link never gives rights that were added later."""
    rights = sorted((one.study_id, one.role, one.site or "") for one in member.memberships)
    content = repr((member.fs_uniquifier, member.admin, rights))
    return hashlib.sha256(content.encode()).hexdigest()[:16]
