"""How new the data behind a figure are, counted in events of the audit trail.

Every change of what figures show leaves an event in its transaction, and event ids follow the order in which
transactions end. The number of an event therefore names a state of the data.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event
from surveys.models.message import OUTCOMES

# After these the frames are as before. An action that is not named here counts as a change.
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
        *(f"message.{outcome}" for outcome in OUTCOMES),
    }
)

# After these an older figure is only behind. Any other action may have taken away what it shows, or the right
# to see it: an erasure, a consent, an annulled response, a status, a study's settings, and what is new here.
ADDING = WITHOUT_EFFECT | {
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
    """The last event that changed what figures may show; 0 before the first."""
    return _newest(session, WITHOUT_EFFECT, since=0)


def newest_loss(session: Session, *, since: int) -> int:
    """The last event after `since` from which on no older figure may be shown; 0 where there is none."""
    return _newest(session, ADDING, since=since)


def _newest(session: Session, harmless: frozenset[str], *, since: int) -> int:
    later = select(Event.id).where(Event.id > since, Event.action.not_in(sorted(harmless)))
    return session.scalar(later.order_by(Event.id.desc()).limit(1)) or 0
