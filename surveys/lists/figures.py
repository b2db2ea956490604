"""The age of the data behind a figure, counted in events of the audit trail.

Every change that figures show leaves an event in its transaction, and event ids follow the order in which
transactions end. An event's number therefore names a state of the data.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event
from surveys.models.message import OUTCOMES

# These actions leave the frames as before. An action that is not named here counts as a change.
WITHOUT_EFFECT = frozenset(
    {
        "staff.signed_in",
        "staff.locked",
        "staff.password_set",
        "staff.reset",
        "staff.second_factor_on",
        "staff.second_factor_off",
        "link.issued",
        "link.revoked",
        "note.written",
        "contact.changed",
        "clinic.expected",
        "clinic.taken_off",
        "alert.acknowledged",
        "alert.acted_on",
        "alert.closed",
        "alert.escalated",
        "study.exported",
        "study.frozen",
        "backup.proved",
        "import.begun",
        *(f"message.{outcome}" for outcome in OUTCOMES),
    }
)

# These actions make an older figure only out of date. Any other action may remove its data or the right to
# see them: an erasure, a consent, an annulled response, a status, a study's settings, and any new action.
ADDING = WITHOUT_EFFECT | {
    "import.done",
    "response.stored",
    "background.sent",
    "alert.raised",
    "patient.enrolled",
    "palsy.added",
    "treatment.added",
    "grading.added",
    "visit.added",
    "visit.missed",
    "visit.let_in_late",
    "visit.birth_year_told",
    "visit.help_told",
}


def newest_change(session: Session) -> int:
    """The last event that changed the figures; 0 before the first."""
    return _newest(session, WITHOUT_EFFECT, since=0)


def newest_loss(session: Session, *, since: int) -> int:
    """The last event after `since` that forbids older figures; 0 where there is none."""
    return _newest(session, ADDING, since=since)


def _newest(session: Session, harmless: frozenset[str], *, since: int) -> int:
    later = select(Event.id).where(Event.id > since, Event.action.not_in(sorted(harmless)))
    return session.scalar(later.order_by(Event.id.desc()).limit(1)) or 0
