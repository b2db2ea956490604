"""Messages that staff ask for: the link now, a message once more, or that one arrived after all.

They go through the outbox as all others do, in the patient's hours and by the patient's channel. The plan
leaves them alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.mail.channels import channels
from surveys.models import Contact, Message, Patient, Visit
from surveys.schedule import is_over, not_yet_open
from surveys.store.errors import Refused
from surveys.store.post import messages
from surveys.store.post.facts import OneVisit, channel_of, facts_of, load
from surveys.store.post.sendable import decide
from surveys.store.post.settling import tell

AGAIN = ("invitation", "reminder")
WENT = ("sent", "failed", "bounced", "unknown")
ARRIVES_LATE = ("bounced", "unknown")


@dataclass(frozen=True)
class Offer:
    """What may be sent for an open visit now: by which channel, and when at the earliest; or `why` not."""

    channel: str | None
    why: str | None = None
    not_before: datetime | None = None


def offers(session: Session, patient_id: int, *, at: datetime) -> dict[int, Offer]:
    """An offer for each visit of the patient that is open and not answered."""
    open_visits = (Patient.id == patient_id) & Visit.done_at.is_(None) & Visit.withdrawn_at.is_(None)
    return {
        one.visit.id: _offer(one, _kind(one), at)
        for one in load(session, open_visits)
        if _is_open(one, at) and one.visit.battery
    }


def send_now(session: Session, visit_id: int, *, at: datetime, actor: str) -> Offer:
    """Let the link of a visit go as soon as it may: the planned invitation, or a message of its own.

    Raises:
        Refused: it may not go.
    """
    one = _locked(session, visit_id)
    kind = _kind(one)
    offer = _offered(one, kind, at)
    planned = next((row for row in one.rows if row.kind == "invitation" and _is_waiting(row)), None)
    if planned is None:
        _add(session, one, kind, at, actor)
        return offer
    planned.planned_at, planned.retry_at, planned.asked_at = at, None, at
    planned.channel = offer.channel or planned.channel
    session.flush()
    tell(session, one.patient.id, planned, "asked", None, at, actor)
    return offer


def send_again(session: Session, message_id: int, *, at: datetime, actor: str) -> Offer:
    """Send an invitation or a reminder once more.

    Raises:
        Refused: it has not gone yet, or may not go.
    """
    row = session.get_one(Message, message_id)
    if row.kind not in AGAIN or row.outcome not in WENT:
        raise Refused(_("Only an invitation or a reminder that went is sent again."))
    one = _locked(session, row.visit_id)
    offer = _offered(one, row.kind, at)
    _add(session, one, row.kind, at, actor)
    return offer


def arrived(session: Session, message_id: int, *, at: datetime, actor: str) -> None:
    """Record that a message arrived which came back or whose fate was unknown; its address is good again.

    Raises:
        Refused: it did neither.
    """
    row = session.get_one(Message, message_id, with_for_update=True, populate_existing=True)
    if row.outcome not in ARRIVES_LATE:
        raise Refused(_("This message neither came back nor is its fate unknown. Look at the list again."))
    visit = session.get_one(Visit, row.visit_id)
    contact = session.scalar(select(Contact).join(Patient).where(Patient.id == visit.patient_id))
    way = channels().get(row.channel)
    if row.outcome == "bounced" and contact is not None and way:
        way.accept(contact)
    row.outcome, row.outcome_at, row.error = "sent", at, None
    session.flush()
    tell(session, visit.patient_id, row, "arrived", None, at, actor)
    messages.plan_patient(session, visit.patient_id, at=at)


def _locked(session: Session, visit_id: int) -> OneVisit:
    """The visit, locked so that a button pressed twice sends once."""
    session.execute(select(Visit.id).where(Visit.id == visit_id).with_for_update())
    [one] = load(session, Visit.id == visit_id)
    return one


def _is_open(one: OneVisit, at: datetime) -> bool:
    today = at.astimezone(ZoneInfo(one.study.timezone)).date()
    return not not_yet_open(one.visit, today) and not is_over(one.visit, today)


def _kind(one: OneVisit) -> str:
    """A reminder for who was invited, otherwise the invitation."""
    invited = any(row.kind == "invitation" and row.outcome in {"sent", "unknown"} for row in one.rows)
    return "reminder" if invited else "invitation"


def _is_waiting(row: Message) -> bool:
    return row.outcome is None and row.claimed_at is None


def _offer(one: OneVisit, kind: str, at: datetime) -> Offer:
    channel = channel_of(one.contact)
    if any(row.outcome is None and (row.claimed_at or row.asked_at) for row in one.rows):
        return Offer(channel, why="asked")
    decided = decide(facts_of(one, kind, at), at)
    if decided.cancelled or decided.held not in {None, "hours"}:
        return Offer(channel, why=decided.cancelled or decided.held)
    return Offer(channel, not_before=decided.not_before)


def _offered(one: OneVisit, kind: str, at: datetime) -> Offer:
    offer = _offer(one, kind, at)
    if offer.why is not None:
        raise Refused(_("This may not go now. The page says why."))
    return offer


def _add(session: Session, one: OneVisit, kind: str, at: datetime, actor: str) -> None:
    # The planned ones keep their numbers, also those that are yet to be planned.
    planned = len(one.settings.reminder_days) if kind == "reminder" else 0
    last = max([planned, *(row.nth for row in one.rows if row.kind == kind)])
    channel = channel_of(one.contact)
    assert channel is not None  # noqa: S101 — without one it may not go
    row = Message(
        visit_id=one.visit.id,
        kind=kind,
        nth=last + 1,
        channel=channel,
        planned_at=at,
        asked_at=at,
        attempts=0,
    )
    session.add(row)
    session.flush()
    tell(session, one.patient.id, row, "asked", None, at, actor)
