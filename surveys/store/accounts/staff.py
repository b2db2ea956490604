"""Accounts of staff, and what each may do in which study."""

from __future__ import annotations

import secrets
import unicodedata
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys import same
from surveys.models import Membership, Staff, Study
from surveys.models.staff import ROLES
from surveys.same import NoAddressError
from surveys.store import audit
from surveys.store.accounts import passwords, sessions
from surveys.store.errors import Refused


def add(
    session: Session,
    email: str,
    password: str,
    *,
    name: str = "",
    admin: bool = False,
    at: datetime,
    actor: str,
) -> Staff:
    """A new account, without any study yet.

    Raises:
        Refused: this is no e-mail address or has an account already, or the password is easy to guess.
    """
    address = normal_email(email)
    if find(session, address) is not None:
        raise Refused(_("There already is an account for %(address)s.", address=address), "email")
    passwords.check(password, (address, name))
    member = Staff(
        email=address,
        name=name,
        password=hash_password(password),
        admin=admin,
        fs_uniquifier=secrets.token_hex(32),
        created_at=at,
    )
    session.add(member)
    session.flush()
    audit.record(
        session,
        audit.Entry(
            at,
            actor,
            "staff.added",
            facts={"staff": member.id, "admin": admin},
            values=(audit.Value("email", None, address),),
        ),
    )
    return member


def set_password(session: Session, member: Staff, password: str, *, at: datetime, actor: str) -> None:
    """Set a new password; this ends every session of the account.

    Raises:
        Refused: the password is easy to guess.
    """
    studies = [word for one in member.memberships for word in (one.study.code, one.study.title)]
    passwords.check(password, (member.email, member.name, *studies))
    member.password = hash_password(password)
    member.fs_uniquifier = secrets.token_hex(32)
    sessions.end_all(session, member)
    audit.record(session, audit.Entry(at, actor, "staff.password_set", facts={"staff": member.id}))


def speak(member: Staff, language: str) -> None:
    """Let the pages speak `language` to this person; no event, because it is a fact of nobody else."""
    member.language = language


def reopen(session: Session, member: Staff, *, at: datetime, actor: str) -> None:
    """Let the owner of a closed account choose a password by a new link; rights have to be given again."""
    member.active = True
    set_password(session, member, secrets.token_urlsafe(32), at=at, actor=actor)
    audit.record(session, audit.Entry(at, actor, "staff.reopened", facts={"staff": member.id}))


def grant(
    session: Session,
    member: Staff,
    study: Study,
    role: str,
    *,
    site: str | None = None,
    at: datetime,
    actor: str,
) -> Membership:
    """Give `member` that role in `study`; it replaces the role that the member has there.

    Raises:
        Refused: there is no such role.
    """
    if role not in ROLES:
        raise Refused(
            _("%(role)s is no role. Choose one of: %(roles)s.", role=repr(role), roles=", ".join(ROLES)),
            "role",
        )
    membership = session.scalar(
        select(Membership).where(Membership.staff_id == member.id, Membership.study_id == study.id)
    )
    before = membership.role if membership else None
    if membership is None:
        membership = Membership(staff_id=member.id, study_id=study.id)
        session.add(membership)
    membership.role = role
    membership.site = site
    session.flush()
    session.expire(member, ["memberships"])
    audit.record(
        session,
        audit.Entry(
            at,
            actor,
            "staff.granted",
            facts={"staff": member.id, "study": study.code, "role": role, "before": before, "site": site},
            study_id=study.id,
        ),
    )
    return membership


def find(session: Session, email: str) -> Staff | None:
    """The account with this address, however it is spelt."""
    if "\0" in email:  # PostgreSQL refuses it, even in a comparison
        return None
    return session.scalar(select(Staff).where(Staff.email == same.email(email)))


def normal_email(email: str) -> str:
    """The address in the form in which accounts store and compare it.

    Raises:
        Refused: it is no e-mail address. Delivery is not tested.
    """
    try:
        return same.email(same.email_address(email))
    except NoAddressError as error:
        raise Refused(str(error), "email") from None


def hash_password(password: str) -> str:
    """The argon2id hash of `password` in the Unicode form that sign-in compares."""
    return _hasher().hash(unicodedata.normalize("NFKD", password))


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


def language_of(session: Session, actor: str) -> str | None:
    """The language that an actor of the form `staff:<id>` chose; None for all others."""
    kind, __, number = actor.partition(":")
    return session.scalar(select(Staff.language).where(Staff.id == int(number))) if kind == "staff" else None
