"""Messages to patients: planned ahead, claimed one at a time. Another module sends them.

Whether one may still go is decided in the transaction that claims it, from what the database says then. Mail
goes after that commit, and what became of it is written in another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from analysis.data.statuses import NOT_IN_FOLLOW_UP
from surveys import daytime
from surveys.mail.channels import USUAL, channels
from surveys.models import Message, Patient, Study, Visit
from surveys.schedule import is_over, not_yet_open
from surveys.store import audit
from surveys.store.post import outbox
from surveys.store.post.facts import (
    OneVisit,
    channel_of,
    decision,
    facts_of,
    load,
    own_words,
)
from surveys.store.post.outbox import ACTOR
from surveys.store.post.sendable import Decision, decide
from surveys.store.post.settling import tell
from surveys.store.visit import links, short_codes

AHEAD = timedelta(days=60)
EXAMINED_AT_ONCE = 50
THANKS_AFTER = timedelta(hours=1)
# Cancelled for a reason that a changed plan, window or status takes away again.
REVIVED = ("plan", "closed", "only_at_visits", *NOT_IN_FOLLOW_UP)


@dataclass(frozen=True)
class ClaimedMessage:
    """A message that this caller alone sends, and the facts to write it. `path` is stored nowhere else.

    It is the link's, below the public address. `template` is the study's own subject and body, or None;
    `wording` then names the default to take.
    """

    id: int
    wording: str
    to: str
    name: str
    locale: str
    path: str
    clinic: str
    contact: str
    last_day: date
    template: tuple[str, str] | None


@dataclass(frozen=True)
class Claim:
    """The next message to send, if there was one among the `examined`; the others were settled or put off."""

    message: ClaimedMessage | None
    examined: int


@dataclass(frozen=True)
class Counts:
    """What planning changed."""

    new: int = 0
    moved: int = 0
    cancelled: int = 0


def plan(session: Session, *, at: datetime) -> Counts:
    """Bring the planned messages of all visits in line with the studies' settings and the visits' dates.

    Settled messages stay as they are. A second run, also in another place at once, makes no further change.
    """
    return _plan(session, and_(_near(at), _concerned(at)), at)


def plan_patient(session: Session, patient_id: int, *, at: datetime) -> Counts:
    """The same for one patient, in the transaction that changed status, contact or wishes."""
    return _plan(session, and_(_concerned(at), Patient.id == patient_id), at)


def _plan(session: Session, condition: ColumnElement[bool], at: datetime) -> Counts:
    counts = Counts()
    for one in load(session, condition):
        counts = _plan_visit(session, one, counts, at)
    return counts


def _near(at: datetime) -> ColumnElement[bool]:
    """No more than what indexes find of the visits concerned, so that planning reads no table whole."""
    near = aliased(Visit)
    in_time = select(near.id).where(
        ~not_yet_open(near, (at + AHEAD).date()), ~is_over(near, (at - timedelta(days=2)).date())
    )
    unsettled = select(Message.visit_id).where(Message.outcome.is_(None), Message.claimed_at.is_(None))
    return Visit.id.in_(in_time.union(unsettled))


def _concerned(at: datetime) -> ColumnElement[bool]:
    """Visits that are open or soon will be, in active studies; and visits with a message still to go."""
    unsettled = (
        select(Message.id)
        .where(Message.visit_id == Visit.id, Message.outcome.is_(None), Message.claimed_at.is_(None))
        .exists()
    )
    current = and_(
        Study.status == "active",
        Patient.in_follow_up,
        Patient.messages_stopped_at.is_(None),
        Visit.withdrawn_at.is_(None),
        ~not_yet_open(Visit, (at + AHEAD).date()),
        ~is_over(Visit, (at - timedelta(days=2)).date()),
    )
    return or_(current, unsettled)


def _plan_visit(session: Session, one: OneVisit, counts: Counts, at: datetime) -> Counts:
    wanted = _wanted(one)
    rows = {(row.kind, row.nth): row for row in one.rows}
    for (kind, nth), when in wanted.items():
        row = rows.get((kind, nth))
        if row is None:
            late = kind == "reminder" and when <= at
            if not late and decide(facts_of(one, kind, when), at).cancelled is None:
                counts = _insert(session, one, kind, nth, when, counts)
        elif _may_revive(one, row, when, at):
            _change(
                session, one, row, cancelled=True, outcome=None, outcome_at=None, error=None, planned_at=when
            )
            counts = replace(counts, moved=counts.moved + 1)
    for key, row in rows.items():
        if row.outcome is not None or row.claimed_at is not None:
            continue
        why = decision(one, row, at).cancelled or (None if key in wanted or row.asked_at else "plan")
        if why is not None:
            if _change(session, one, row, outcome="cancelled", outcome_at=at, error=why):
                tell(session, one.patient.id, row, "cancelled", why, at)
                counts = replace(counts, cancelled=counts.cancelled + 1)
            continue
        moved = row.attempts == 0 and row.asked_at is None and row.planned_at != wanted[key]
        channel = channel_of(one.contact) or row.channel
        if moved or channel != row.channel:
            when = wanted[key] if moved else row.planned_at
            _change(session, one, row, planned_at=when, retry_at=None, channel=channel)
            counts = replace(counts, moved=counts.moved + 1)
    return counts


def _may_revive(one: OneVisit, row: Message, when: datetime, at: datetime) -> bool:
    """Whether a cancelled message lies ahead again, after a change of the visit's window or the settings."""
    return (
        row.outcome == "cancelled"
        and row.error in REVIVED
        and when > at
        and decide(facts_of(one, row.kind, when, row), at).cancelled is None
    )


def _wanted(one: OneVisit) -> dict[tuple[str, int], datetime]:
    """When each message of the visit is to go, by kind and number."""
    settings = one.settings
    planned = daytime.messages(
        one.visit.opens_on,
        one.visit.closes_on,
        not_before=one.patient.enrolled_on,
        reminder_days=settings.reminder_days,
        hours=settings.hours,
        zone=one.zone,
        study_zone=one.study.timezone,
    )
    wanted = {(message.kind, message.nth): message.at for message in planned} if one.visit.battery else {}
    if settings.thanks and one.visit.done_at is not None:
        soon = daytime.next_allowed(one.visit.done_at + THANKS_AFTER, settings.hours, one.zone)
        wanted["thanks", 1] = soon
    return wanted


def _insert(session: Session, one: OneVisit, kind: str, nth: int, when: datetime, counts: Counts) -> Counts:
    channel = channel_of(one.contact)
    if channel is None:
        return counts
    values = {"visit_id": one.visit.id, "kind": kind, "nth": nth, "channel": channel, "planned_at": when}
    return replace(counts, new=counts.new + outbox.plan(session, Message, **values))


def _change(session: Session, one: OneVisit, row: Message, *, cancelled: bool = False, **values: Any) -> bool:
    """Change a row if it is still unclaimed and unsettled, or still cancelled with `cancelled`."""
    still = (
        (Message.outcome == "cancelled",)
        if cancelled
        else (Message.outcome.is_(None), Message.claimed_at.is_(None))
    )
    statement = update(Message).where(Message.id == row.id, *still).values(**values)
    statement = statement.returning(*Message.__table__.columns)
    options = {"synchronize_session": False, "named": not cancelled}
    changed = session.execute(statement, execution_options=options).mappings().first()
    if changed is not None and changed["outcome"] is not None:
        audit.bind(session, Message, [row.id], [{**changed, "patient_id": one.patient.id}])
    return changed is not None


def claim(session: Session, *, at: datetime, channel: str = USUAL, simulated_only: bool = False) -> Claim:
    """Claim the next message of `channel` that may go at the instant `at`; the caller commits, then sends it.

    Messages that may not go are delayed or cancelled on the way. The claim passes over a patient who is
    answering and a message that another process sends; it never waits for them. With `simulated_only`, real
    patients' messages stay untouched.
    """
    examined = 0
    while examined < EXAMINED_AT_ONCE and (row := _next(session, at, channel, simulated_only)) is not None:
        examined += 1
        [one] = load(session, Visit.id == row.visit_id)
        decided = decision(one, row, at)
        if decided.go and channel_of(one.contact) == row.channel:
            return Claim(_claimed(session, row, one, at), examined)
        _put_aside(session, row, one, decided, at)
    return Claim(None, examined)


def _next(session: Session, at: datetime, channel: str, simulated_only: bool) -> Message | None:
    """The first message that is due, locked with its visit and patient: neither changes until the commit."""
    query = (
        select(Message)
        .join(Visit, Visit.id == Message.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(*outbox.due(Message, at), Message.channel == channel)
        .order_by(outbox.when(Message), Message.id)
        .limit(1)
        .with_for_update(of=[Message, Visit, Patient], skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    if simulated_only:
        query = query.where(Patient.study_id.in_(outbox.SIMULATED))
    return session.scalars(query).first()


def _put_aside(session: Session, row: Message, one: OneVisit, decided: Decision, at: datetime) -> None:
    if decided.cancelled is not None:
        outbox.cancel(row, decided.cancelled, at=at)
        tell(session, one.patient.id, row, "cancelled", decided.cancelled, at)
    elif decided.not_before is not None:
        outbox.hold(row, decided.held or "", decided.not_before)
    else:
        row.channel = channel_of(one.contact) or row.channel
    session.flush()


def _claimed(session: Session, row: Message, one: OneVisit, at: datetime) -> ClaimedMessage:
    outbox.claim(row, at=at)
    session.flush()
    planned = [message for message in one.rows if message.kind == "reminder" and message.asked_at is None]
    is_last = row in planned and row.nth == max(message.nth for message in planned)
    wording = "last_reminder" if is_last else row.kind
    assert one.contact is not None  # noqa: S101 — decided above: it has an address
    way = channels()[row.channel]
    token = links.issue(session, one.visit, at=at, actor=ACTOR)
    link_id = links.find(session, token) if way.neutral_link else None
    path = f"s/{token}" if link_id is None else f"c/{short_codes.make_for_a_text(session, link_id)}"
    return ClaimedMessage(
        id=row.id,
        wording=way.template(wording),
        to=way.address(one.contact),
        name=one.contact.name,
        locale=one.locale,
        path=path,
        clinic=one.settings.clinic,
        contact=one.study.contact_in(one.locale),
        last_day=one.visit.closes_on,
        template=own_words(session, one.study.id, way.template(wording), one.locale),
    )


def due_to_real(session: Session, *, at: datetime, channel: str = USUAL) -> int:
    """How many messages of `channel` to real patients are due and not sent."""
    query = (
        select(func.count(Message.id))
        .join(Visit, Visit.id == Message.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(
            *outbox.due(Message, at),
            Message.channel == channel,
            Patient.study_id.not_in(outbox.SIMULATED),
        )
    )
    return session.scalar(query) or 0
