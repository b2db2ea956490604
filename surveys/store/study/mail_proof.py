"""Test alerts as mail: the mail server took one, and the person it went to opened the link in it.

Only that link shows that mail of this study arrives; a button on a page would show that somebody pressed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys import signing, tokens
from surveys.models import AlertMail, AlertReader, Staff, Study
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.study import readers

GOOD_FOR = timedelta(days=7)
_SALT = "test alert"


@dataclass(frozen=True)
class Tested:
    """The newest test alert to one person, and what became of it."""

    name: str
    planned_at: datetime
    outcome: str | None
    outcome_at: datetime | None
    error: str | None
    opened_at: datetime | None


def signed(mail_id: int, secret_key: str) -> str:
    """The part of the link that only this mail holds."""
    return tokens.spelled(signing.signed(mail_id, secret_key, _SALT))


def ask(session: Session, study: Study, staff_id: int, *, at: datetime, actor: str) -> None:
    """Let a test alert go to one member of staff, where nobody is named to read alerts."""
    session.add(AlertMail(study_id=study.id, kind="test", staff_id=staff_id, planned_at=at))
    session.flush()
    facts = {"study": study.code, "staff": staff_id}
    audit.record(session, audit.Entry(at, actor, "test_mail.asked", facts=facts, study_id=study.id))


def find(
    session: Session, study: Study, given: str, staff_id: int, *, secret_key: str, at: datetime, lock: bool
) -> AlertMail:
    """The test alert whose link was opened by this person; `lock` for whoever records that.

    Raises:
        Refused: the link is none of ours or too old, or the mail went to somebody else.
    """
    try:
        mail_id = signing.read(tokens.signed(given), secret_key, _SALT, GOOD_FOR, at=at)
    except (BadSignature, ValueError) as bad:
        raise Refused(_("This link is no longer good. Send another test alert.")) from bad
    query = select(AlertMail).where(AlertMail.id == mail_id, AlertMail.study_id == study.id)
    mail = session.scalar(query.with_for_update() if lock else query)
    if mail is None:
        raise Refused(_("This link is no longer good. Send another test alert."))
    if mail.staff_id != staff_id:
        raise Refused(_("This test alert went to somebody else, who must open its link."))
    return mail


def opened(session: Session, study: Study, mail: AlertMail, *, at: datetime, actor: str) -> None:
    """Record that the mail arrived; a reader of alerts acknowledges the test with it."""
    if mail.opened_at is None:
        mail.opened_at = at
        if mail.outcome == "unknown":  # it is known now
            mail.outcome, mail.outcome_at, mail.error = "sent", at, None
        session.flush()
        facts = {"study": study.code, "staff": mail.staff_id}
        audit.record(session, audit.Entry(at, actor, "test_mail.opened", facts=facts, study_id=study.id))
    reads = select(AlertReader.id).where(
        AlertReader.study_id == study.id,
        AlertReader.staff_id == mail.staff_id,
        AlertReader.tested_at <= mail.planned_at,
    )
    if session.scalar(reads) is not None:
        readers.acknowledge(session, study, mail.staff_id, at=at, actor=actor)


def newest(session: Session, study_id: int) -> list[Tested]:
    """The newest test alert to each person, by name."""
    latest = (
        select(func.max(AlertMail.id))
        .where(AlertMail.study_id == study_id, AlertMail.kind == "test")
        .group_by(AlertMail.staff_id)
    )
    query = (
        select(
            func.coalesce(func.nullif(Staff.name, ""), Staff.email).label("name"),
            AlertMail.planned_at,
            AlertMail.outcome,
            AlertMail.outcome_at,
            AlertMail.error,
            AlertMail.opened_at,
        )
        .join(Staff, Staff.id == AlertMail.staff_id)
        .where(AlertMail.id.in_(latest))
        .order_by(Staff.name, Staff.email)
    )
    return [Tested(**row) for row in session.execute(query).mappings()]
