"""A new password for somebody who lost theirs; one person alone can never take over an account.

With a mail server, the link goes to its owner alone. Without one, one person asks and sees a code, and
another confirms and sees the link; it opens with both. A second factor stays in force.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import Event, ResetAsked, Staff, Study
from surveys.store import audit
from surveys.store.accounts import invitations, passkeys, staff, tries
from surveys.store.errors import Refused
from surveys.store.visit import short_codes

CODE_LENGTH = 10  # fifty random bits, tried over the network for at most seven days


def may_reset(session: Session, member: Staff, study: Study) -> bool:
    """Whether a coordinator of `study` may reset it: never an admin's or one of another study."""
    return not member.admin and {one.study_id for one in member.memberships} == {study.id}


def mailed(session: Session, member: Staff, *, at: datetime, actor: str) -> None:
    """Record that a link goes to the owner by mail; the password holds until it is used."""
    _asked(session, member, at=at, actor=actor, by_mail=True)


def ask(session: Session, member: Staff, asker: Staff, *, secret_key: str, at: datetime) -> str:
    """Ask for a new password for `member`, in place of an earlier request; returns the code for `asker`.

    Raises:
        Refused: the account is the asker's own, or the asker's account may be somebody else's.
    """
    if asker.id == member.id:
        raise Refused(_("You change your own password on the page Your account."))
    _refuse_made_here(session, asker)
    code = short_codes.drawn(CODE_LENGTH)
    session.execute(select(Staff.id).where(Staff.id == member.id).with_for_update())  # a button pressed twice
    session.execute(delete(ResetAsked).where(ResetAsked.staff_id == member.id))
    session.add(
        ResetAsked(
            staff_id=member.id,
            asked_by=asker.id,
            asked_at=at,
            code_digest=invitations.digest_of(code, secret_key),
        )
    )
    session.flush()
    _asked(session, member, at=at, actor=f"staff:{asker.id}", by_mail=False)
    return code


def waiting(session: Session, *, at: datetime) -> dict[int, ResetAsked]:
    """The requests that may still be confirmed, by account."""
    asked = select(ResetAsked).where(ResetAsked.asked_at >= at - invitations.GOOD_FOR)
    return {one.staff_id: one for one in session.scalars(asked)}


def confirm(session: Session, member: Staff, confirmer: Staff, *, at: datetime) -> str:
    """End the sessions and the password of `member`; returns the digest of the code that the link needs.

    Raises:
        Refused: there is no request, or the confirmer is not a second person.
    """
    asked = session.get(ResetAsked, member.id, with_for_update=True)
    if asked is None or at - asked.asked_at > invitations.GOOD_FOR:
        raise Refused(_("There is nothing to confirm any more. Ask for a new password again."))
    if confirmer.id in {asked.asked_by, member.id}:
        raise Refused(_("Somebody else must confirm this: not who asked, nor whose password it is."))
    _refuse_made_here(session, confirmer)
    digest, asked_by = asked.code_digest, asked.asked_by
    session.delete(asked)
    end(session, member, at=at, actor=f"staff:{confirmer.id}", asked_by=asked_by)
    return digest


def end(session: Session, member: Staff, *, at: datetime, actor: str, asked_by: int | None = None) -> None:
    """End every session, the password and the waits of an account: only a new link opens it again."""
    staff.set_password(session, member, secrets.token_urlsafe(32), at=at, actor=actor)
    passkeys.remove_all(session, member, at=at, actor=actor)
    tries.forget_all(session, member)
    facts = {"staff": member.id, "asked_by": asked_by}
    audit.record(session, audit.Entry(at, actor, "staff.reset", facts=facts))


def _refuse_made_here(session: Session, person: Staff) -> None:
    """Without a mail server the inviter sees the link, so the new account may be the inviter's second one."""
    added = select(Event.actor).where(
        Event.action == "staff.added", Event.facts["staff"].as_integer() == person.id
    )
    if str(session.scalar(added) or "staff:").startswith("staff:"):
        raise Refused(
            _(
                "Without a mail server this needs two people whose accounts were made on the server with "
                "`seventh staff add`. Yours was made on the page Team, by somebody who saw its link. Whoever "
                "runs the server can use `seventh staff reset`."
            )
        )


def _asked(session: Session, member: Staff, *, at: datetime, actor: str, by_mail: bool) -> None:
    facts = {"staff": member.id, "by_mail": by_mail}
    audit.record(session, audit.Entry(at, actor, "staff.reset_asked", facts=facts))
