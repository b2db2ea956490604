"""Passkeys: keys that a device or a token made for one account, instead of password and code.

Only those count that verified their owner (by finger, face or PIN): the thing and its owner are two factors.
py_webauthn judges what a browser says. What it says fits one question only, which is good for minutes and
until the next use of the passkey.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import webauthn
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from surveys.models import Passkey, Staff
from surveys.models.staff import LONGEST_CREDENTIAL
from surveys.store import audit
from surveys.store.errors import Refused

GOOD_FOR = timedelta(minutes=10)
MOST = 10  # of one account
NOT_TAKEN = "This passkey was not taken. Please try again, or sign in with your password."
# What the library lets through where a browser's words are not formed as the standard says.
_NO_CREDENTIAL = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError)
_VERIFIED = UserVerificationRequirement.REQUIRED


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
        raise Refused(f"You have {MOST} passkeys. Take one away first.")
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="Seventh",
        user_id=str(member.id).encode(),
        user_name=member.email,
        user_display_name=member.name or member.email,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(base64url_to_bytes(one.credential)) for one in own
        ],
    )
    return Question(options_to_json_dict(options), bytes_to_base64url(options.challenge))


def add(
    session: Session, member: Staff, told: str, challenge: str, name: str, site: Site, *, at: datetime
) -> None:
    """Keep the passkey that a browser made for `member`.

    Raises:
        Refused: it answers another question, did not verify its owner, or is kept already.
    """
    try:
        made = webauthn.verify_registration_response(
            credential=told,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _NO_CREDENTIAL as error:
        raise Refused("This passkey was not taken. Please try again.") from error
    credential = bytes_to_base64url(made.credential_id)
    key = bytes_to_base64url(made.credential_public_key)
    if max(len(credential), len(key)) > LONGEST_CREDENTIAL or _find(session, credential):
        raise Refused("This passkey was not taken. Please try again.")
    session.add(
        Passkey(
            staff_id=member.id,
            name=name,
            credential=credential,
            public_key=key,
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
    options = webauthn.generate_authentication_options(rp_id=site.host, user_verification=_VERIFIED)
    return Question(options_to_json_dict(options), bytes_to_base64url(options.challenge))


def owner(
    session: Session, told: str, challenge: str, site: Site, *, asked_at: datetime, at: datetime
) -> Staff:
    """Whom a browser proved, asked at `asked_at`; the passkey was used then.

    Raises:
        Refused: nobody, or somebody whose account is closed.
    """
    try:
        credential = webauthn.helpers.parse_authentication_credential_json(told)
        found = _find(session, bytes_to_base64url(credential.raw_id))
        if found is None or not timedelta(0) <= at - asked_at <= GOOD_FOR:
            raise ValueError("The passkey is not known, or the question is old.")
        if found.used_at is not None and found.used_at >= asked_at:
            raise ValueError("The question may have been answered already.")
        proved = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(found.public_key),
            credential_current_sign_count=found.sign_count,
            require_user_verification=True,
        )
    except _NO_CREDENTIAL as error:
        raise Refused(NOT_TAKEN) from error
    member = session.get_one(Staff, found.staff_id)
    if not member.active:
        raise Refused(NOT_TAKEN)
    found.sign_count, found.used_at = proved.new_sign_count, at
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
        raise Refused("This passkey is not there any more.")
    _note(
        session, "staff.passkey_removed", member, audit.Value("passkey", name, None), at, f"staff:{member.id}"
    )


def remove_all(session: Session, member: Staff, *, at: datetime, actor: str) -> None:
    """Take every passkey of `member` away: whoever may have got into the account may have made one."""
    for name in session.scalars(
        delete(Passkey).where(Passkey.staff_id == member.id).returning(Passkey.name)
    ).all():
        _note(session, "staff.passkey_removed", member, audit.Value("passkey", name, None), at, actor)


def _find(session: Session, credential: str) -> Passkey | None:
    return session.scalar(select(Passkey).where(Passkey.credential == credential).with_for_update())


def _note(session: Session, action: str, member: Staff, value: audit.Value, at: datetime, actor: str) -> None:
    facts = {"staff": member.id}
    audit.record(session, audit.Entry(at, actor, action, facts=facts, values=(value,)))
