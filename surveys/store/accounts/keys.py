"""Keys with which a program reads one study in a person's name: made, listed, ended, and looked up.

A key gives what its owner may see at that moment: a role that is taken away takes the key's rights too. It
never gives a contact, and calendar dates only where it was made with a reason for them.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import ApiKey, Staff, Study
from surveys.models.key import DATES
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.study import exports

MOST = 20  # live ones of one person in one study
# REDCap's clients take tokens of this form alone: 128 random bits.
_SIGNS, _LENGTH = "0123456789ABCDEF", 32
CHANGERS = ("coordinator", "admin")


@dataclass(frozen=True)
class Holder:
    """Whom a key speaks for, and what that person may see now."""

    key_id: int
    staff_id: int
    email: str
    study_id: int
    role: str
    site: str | None
    dates: str

    @property
    def actor(self) -> str:
        """Who reads, as the trail has it."""
        return f"key:{self.key_id}"


def create(
    session: Session,
    member: Staff,
    study: Study,
    *,
    name: str,
    dates: str = "none",
    reason: str | None = None,
    at: datetime,
    actor: str,
) -> tuple[ApiKey, str]:
    """Make a key; returns it with its secret, which is stored nowhere.

    Raises:
        Refused: the person may not see the study, has too many keys in it, or real dates lack a reason or
            are asked for somebody who may not have them.
    """
    role = _role(member, study)
    if role is None:
        raise Refused(_("%(email)s has no role in study %(code)s.", email=member.email, code=study.code))
    if dates not in DATES:
        raise Refused(_("Say which calendar dates the key gives: none, shifted or exact."), "dates")
    why = (reason or "").strip()
    if dates == "exact" and not why:
        raise Refused(_("Say why calendar dates are needed."), "reason")
    if dates != "none" and role not in CHANGERS:
        raise Refused(_("Only a coordinator's key gives calendar dates."), "dates")
    live = [one for one in of_member(session, member) if one.study_id == study.id and not one.revoked_at]
    if len(live) >= MOST:
        raise Refused(_("There are %(most)s keys already. End one first.", most=MOST))
    if not name.strip():
        raise Refused(_("Name the program that will use the key."), "name")
    if dates == "shifted":
        exports.shift_key(session, study)
    secret = "".join(secrets.choice(_SIGNS) for __ in range(_LENGTH))
    key = ApiKey(
        staff_id=member.id,
        study_id=study.id,
        name=name.strip(),
        digest=_digest(secret),
        dates=dates,
        reason=why if dates == "exact" else None,
        created_at=at,
        created_by=actor,
    )
    session.add(key)
    session.flush()
    facts = {"key": key.id, "staff": member.id, "name": key.name, "dates": dates}
    audit.record(
        session, audit.Entry(at, actor, "key.created", facts=facts, reason=key.reason, study_id=study.id)
    )
    return key, secret


def revoke(session: Session, key: ApiKey, *, at: datetime, actor: str) -> None:
    """End a key for ever.

    Raises:
        Refused: it was ended before.
    """
    if key.revoked_at is not None:
        raise Refused(_("This key was ended already."))
    key.revoked_at = at
    session.flush()
    facts = {"key": key.id, "staff": key.staff_id, "name": key.name}
    audit.record(session, audit.Entry(at, actor, "key.revoked", facts=facts, study_id=key.study_id))


def revoke_own(session: Session, member: Staff, number: int, *, at: datetime) -> None:
    """End the key of that number, which is the member's own.

    Raises:
        Refused: the member has no such key, or it was ended before.
    """
    key = next((one for one in of_member(session, member) if one.id == number), None)
    if key is None:
        raise Refused(_("You have no such key."))
    revoke(session, key, at=at, actor=f"staff:{member.id}")


def revoke_all(
    session: Session, member: Staff, study: Study | None = None, *, at: datetime, actor: str
) -> None:
    """End every key of `member`, in one study or in all."""
    for key in of_member(session, member):
        if key.revoked_at is None and (study is None or key.study_id == study.id):
            revoke(session, key, at=at, actor=actor)


def of_member(session: Session, member: Staff) -> Sequence[ApiKey]:
    """All keys of a person, the newest first."""
    query = select(ApiKey).where(ApiKey.staff_id == member.id).order_by(ApiKey.id.desc())
    return session.scalars(query).all()


def of_study(session: Session, study: Study) -> Sequence[tuple[ApiKey, str]]:
    """All keys of a study with their owners' addresses, the oldest first."""
    query = (
        select(ApiKey, Staff.email)
        .join(Staff, Staff.id == ApiKey.staff_id)
        .where(ApiKey.study_id == study.id)
        .order_by(ApiKey.id)
    )
    return [(key, email) for key, email in session.execute(query)]


def holder(session: Session, secret: str) -> Holder | None:
    """Whom a live key speaks for; None where it opens nothing (any more)."""
    query = (
        select(ApiKey, Staff, Study)
        .join(Staff, Staff.id == ApiKey.staff_id)
        .join(Study, Study.id == ApiKey.study_id)
        .where(ApiKey.digest == _digest(secret), ApiKey.revoked_at.is_(None), Staff.active)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    key, member, study = found
    role = _role(member, study)
    if role is None:
        return None
    site = next((one.site for one in member.memberships if one.study_id == study.id), None)
    dates = key.dates if role in CHANGERS else "none"
    return Holder(key.id, member.id, member.email, study.id, role, None if member.admin else site, dates)


def note_read(session: Session, holder: Holder, what: str, *, at: datetime) -> None:
    """Record that a program read `what` with the key."""
    facts = {"key": holder.key_id, "staff": holder.staff_id, "what": what, "site": holder.site}
    audit.record(session, audit.Entry(at, holder.actor, "study.read", facts=facts, study_id=holder.study_id))


def _role(member: Staff, study: Study) -> str | None:
    if member.admin:
        return "admin"
    return next((one.role for one in member.memberships if one.study_id == study.id), None)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
