"""Who somebody at a sign-in service is here: at first by a verified address, then by the service's own name.

At each sign-in the service's groups decide about roles in the studies that the settings name for them, and in
no others: roles are given, changed and taken away. No group makes an administrator.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import Membership, SignInIdentity, Staff, Study
from surveys.settings import GroupRole
from surveys.store import audit
from surveys.store.accounts import invitations, staff
from surveys.store.errors import Refused

ACTOR = "sign-in service"


@dataclass(frozen=True)
class Person:
    """Somebody as the service proved them; `email` is empty unless the service says that it was verified.

    `groups` is None where the service says nothing of groups.
    """

    issuer: str
    subject: str
    email: str = ""
    name: str = ""
    groups: frozenset[str] | None = None


def account_of(session: Session, person: Person, rules: Iterable[GroupRole], *, at: datetime) -> Staff:
    """The account of `person`, linked from now on, with the roles that the groups stand for.

    Raises:
        Refused: there is none, it is closed or somebody else's, or nothing is known of the groups.
    """
    meant = _meant(session, person, tuple(rules))
    linked = select(SignInIdentity.staff_id).where(
        SignInIdentity.issuer == person.issuer, SignInIdentity.subject == person.subject
    )
    number = session.scalar(linked)
    member = session.get_one(Staff, number) if number is not None else _first(session, person, meant, at)
    if not member.active:
        raise Refused(_("This account is closed. Ask an administrator for a new invitation."))
    _set_roles(session, member, meant, at)
    return member


def link_of(session: Session, member: Staff, issuer: str) -> SignInIdentity | None:
    """How the service knows `member`, where it does."""
    of = (SignInIdentity.staff_id == member.id, SignInIdentity.issuer == issuer)
    return session.scalar(select(SignInIdentity).where(*of))


def _first(
    session: Session, person: Person, meant: Mapping[int, tuple[Study, GroupRole | None]], at: datetime
) -> Staff:
    """The account with the address, or a new one where a group gives a role, linked with `person`."""
    if not person.email:
        raise Refused(_("Your sign-in service does not say that it has verified your e-mail address."))
    member = staff.find(session, person.email)
    if member is None:
        if not any(rule for __, rule in meant.values()):
            raise Refused(_("You have no account here. Ask a coordinator of your study to invite you."))
        password = secrets.token_urlsafe(32)
        member = staff.add(session, person.email, password, name=person.name, at=at, actor=ACTOR)
    elif not member.active:
        raise Refused(_("This account is closed. Ask an administrator for a new invitation."))
    elif link_of(session, member, person.issuer) is not None:
        raise Refused(
            _("The account with your e-mail address belongs to somebody else at your sign-in service.")
        )
    session.add(
        SignInIdentity(staff_id=member.id, issuer=person.issuer, subject=person.subject, linked_at=at)
    )
    session.flush()
    values = (audit.Value("subject", None, person.subject),)
    facts = {"staff": member.id, "issuer": person.issuer}
    audit.record(session, audit.Entry(at, ACTOR, "staff.linked", facts=facts, values=values))
    return member


def _meant(
    session: Session, person: Person, rules: tuple[GroupRole, ...]
) -> dict[int, tuple[Study, GroupRole | None]]:
    """For each study that the settings name, what the groups give in it; the first rule that fits counts."""
    if not rules:
        return {}
    if person.groups is None:
        raise Refused(
            _("Your sign-in service does not say in which groups you are, and here they give the roles.")
        )
    found: dict[int, tuple[Study, GroupRole | None]] = {}
    for study in session.scalars(select(Study).where(Study.code.in_({one.study for one in rules}))):
        fits = (one for one in rules if one.study == study.code and one.group in person.groups)
        found[study.id] = (study, next(fits, None))
    return found


def _set_roles(
    session: Session, member: Staff, meant: Mapping[int, tuple[Study, GroupRole | None]], at: datetime
) -> None:
    query = select(Membership).where(Membership.staff_id == member.id)
    has = {one.study_id: (one.role, one.site) for one in session.scalars(query)}
    for study, rule in meant.values():
        if rule is None:
            if study.id in has:
                invitations.revoke(session, member, study, at=at, actor=ACTOR)
        elif has.get(study.id) != (rule.role, rule.site):
            staff.grant(session, member, study, rule.role, site=rule.site, at=at, actor=ACTOR)
