"""Passkeys: keys that a device or a token made for one account, instead of password and code.

Only those count that verified their owner (by finger, face or PIN): the thing and its owner are two factors.
What a browser says fits one question only, which is good for minutes and until the next use of the passkey.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import Passkey, Staff
from surveys.models.staff import LONGEST_CREDENTIAL
from surveys.store import audit
from surveys.store.errors import Refused

GOOD_FOR = timedelta(minutes=10)
MOST = 10  # of one account
NOT_TAKEN = _("This passkey was not taken. Please try again, or sign in with your password.")


@dataclass(frozen=True)
class Site:
    """Where passkeys are good: the host that they are bound to, and the address that browsers name."""

    host: str
    origin: str


@dataclass(frozen=True)
class Question:
    """What a browser is asked, and what to keep of it until the browser answers."""

    options: dict[str, Any]
    challenge: str


def ask_for_new(session: Session, member: Staff, site: Site) -> Question:
    """Ask a browser to make a passkey; a device that has one of this account makes no second.

    Raises:
        Refused: the account has as many as it may have.
    """
    own = of(session, member)
    if len(own) >= MOST:
        raise Refused(_("You have %(most)s passkeys. Take one away first.", most=MOST))
    from surveys.store.accounts import credentials

    kept = (one.credential for one in own)
    return _question(
        credentials.to_make(site.host, member.id, member.email, member.name or member.email, kept)
    )


def add(
    session: Session, member: Staff, told: str, challenge: str, name: str, site: Site, *, at: datetime
) -> None:
    """Keep the passkey that a browser made for `member`.

    Raises:
        Refused: it answers another question, did not verify its owner, or is kept already.
    """
    from surveys.store.accounts import credentials

    try:
        made = credentials.made(told, challenge, site.host, site.origin)
    except credentials.NO_CREDENTIAL as error:
        raise Refused(_("This passkey was not taken. Please try again.")) from error
    longest = max(len(made.credential), len(made.public_key))
    if longest > LONGEST_CREDENTIAL or _find(session, made.credential):
        raise Refused(_("This passkey was not taken. Please try again."))
    session.add(
        Passkey(
            staff_id=member.id,
            name=name,
            credential=made.credential,
            public_key=made.public_key,
            sign_count=made.sign_count,
            made_at=at,
        )
    )
    session.flush()
    _note(
        session, "staff.passkey_added", member, audit.Value("passkey", None, name), at, f"staff:{member.id}"
    )


def ask(site: Site) -> Question:
    """Ask a browser to prove with any passkey of this site."""
    from surveys.store.accounts import credentials

    return _question(credentials.to_prove(site.host))


def owner(
    session: Session, told: str, challenge: str, site: Site, *, asked_at: datetime, at: datetime
) -> Staff:
    """Whom a browser proved, asked at `asked_at`; the passkey was used then.

    Raises:
        Refused: nobody, or somebody whose account is closed.
    """
    from surveys.store.accounts import credentials

    try:
        found = _find(session, credentials.named(told))
        if found is None or not timedelta(0) <= at - asked_at <= GOOD_FOR:
            raise ValueError("The passkey is not known, or the question is old.")
        if found.used_at is not None and found.used_at >= asked_at:
            raise ValueError("The question may have been answered already.")
        key, before = found.public_key, found.sign_count
        count = credentials.proved(told, challenge, site.host, site.origin, public_key=key, sign_count=before)
    except credentials.NO_CREDENTIAL as error:
        raise Refused(NOT_TAKEN) from error
    member = session.get_one(Staff, found.staff_id)
    if not member.active:
        raise Refused(NOT_TAKEN)
    found.sign_count, found.used_at = count, at
    session.flush()
    return member


def of(session: Session, member: Staff) -> Sequence[Passkey]:
    """The passkeys of `member`, the oldest first."""
    return session.scalars(select(Passkey).where(Passkey.staff_id == member.id).order_by(Passkey.id)).all()


def remove(session: Session, member: Staff, number: int, *, at: datetime) -> None:
    """Take one of one's own passkeys away.

    Raises:
        Refused: it is not there, or somebody else's.
    """
    own = (Passkey.id == number, Passkey.staff_id == member.id)
    name = session.scalar(delete(Passkey).where(*own).returning(Passkey.name))
    if name is None:
        raise Refused(_("This passkey is not there any more."))
    _note(
        session, "staff.passkey_removed", member, audit.Value("passkey", name, None), at, f"staff:{member.id}"
    )


def remove_all(session: Session, member: Staff, *, at: datetime, actor: str) -> None:
    """Take every passkey of `member` away: whoever may have got into the account may have made one."""
    for name in session.scalars(
        delete(Passkey).where(Passkey.staff_id == member.id).returning(Passkey.name)
    ).all():
        _note(session, "staff.passkey_removed", member, audit.Value("passkey", name, None), at, actor)


def _question(options: dict[str, Any]) -> Question:
    return Question(options, options["challenge"])


def _find(session: Session, credential: str) -> Passkey | None:
    return session.scalar(select(Passkey).where(Passkey.credential == credential).with_for_update())


def _note(session: Session, action: str, member: Staff, value: audit.Value, at: datetime, actor: str) -> None:
    facts = {"staff": member.id}
    audit.record(session, audit.Entry(at, actor, action, facts=facts, values=(value,)))
