"""Findings of standing checks that staff let stand, with a reason."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import Dismissal, Patient
from surveys.models.dialects import insert_once
from surveys.store import audit
from surveys.store.errors import Refused

LONGEST_REASON = 500
OF_CONTACT = ("same_person", "refused_mail", "no_channel")
"""Checks of the person behind the code, whose facts stand in no dismissal."""


def dismiss(
    session: Session,
    patient_id: int,
    check: str,
    subject: str,
    seen: str,
    reason: str,
    *,
    at: datetime,
    actor: str,
) -> bool:
    """Let stand what the check saw; returns False if somebody had done so.

    Raises:
        Refused: no reason is given, or a very long one.
    """
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why it may stand."), "reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(
            _("A reason has at most %(longest_reason)s characters.", longest_reason=LONGEST_REASON), "reason"
        )
    row = {"patient_id": patient_id, "check_key": check, "subject": subject, "seen": seen}
    made = insert_once(session, Dismissal, **row, reason=reason, dismissed_by=actor, dismissed_at=at)
    if made is None:
        return False
    values = (audit.Value("reason", None, reason),)
    facts = {"check": check, **({"about": subject} if subject else {})}
    audit.record(session, audit.Entry(at, actor, "check.dismissed", patient_id, facts, values=values))
    return True


def take_back(session: Session, dismissal: Dismissal, *, at: datetime, actor: str) -> None:
    """Let the finding wait again."""
    facts = {"check": dismissal.check_key, **({"about": dismissal.subject} if dismissal.subject else {})}
    audit.record(session, audit.Entry(at, actor, "check.raised_again", dismissal.patient_id, facts))
    session.delete(dismissal)
    session.flush()


def find(
    session: Session, study_id: int, site: str | None, dismissal_id: int
) -> tuple[Dismissal, Patient] | None:
    """The dismissal and its patient, if within that study and site."""
    query = (
        select(Dismissal, Patient)
        .join(Patient, Patient.id == Dismissal.patient_id)
        .where(Dismissal.id == dismissal_id, Patient.within(study_id, site))
    )
    row = session.execute(query).first()
    return None if row is None else (row[0], row[1])


def forget(session: Session, patient_ids: Collection[int], checks: Collection[str] = OF_CONTACT) -> None:
    """Forget what was said of these checks: the facts that it was said of have changed."""
    session.execute(
        delete(Dismissal).where(Dismissal.patient_id.in_(patient_ids), Dismissal.check_key.in_(checks))
    )
