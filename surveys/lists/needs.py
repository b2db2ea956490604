"""Everything in a study that waits for a person: alerts, calls, letters, returned mail, overdue visits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from surveys.lists import background, joined, twins
from surveys.lists.at_once import Part, Rows, ShortList, ask
from surveys.lists.background import AwaitedReport
from surveys.lists.scope import Scope
from surveys.lists.twins import Twins
from surveys.lists.visits import TITLE, states
from surveys.mail.channels import by_hand, channels
from surveys.models import Alert, Contact, Message, Patient, Timepoint, Visit
from surveys.schedule import is_over, is_overdue, not_yet_open

SHOWN = 50
MOST_LETTERS = 100  # in one print
MOST_OVERDUE = 200  # to choose from
MISSED_WITHIN = timedelta(days=30)
WAITING = ("new", "acknowledged", "acted_on")
NOT_DELIVERED = ("failed", "bounced", "unknown")
NO_WAY = ("no_address", "not_agreed", "no_birth_year")  # why a due message waits until a person finds a way


@dataclass(frozen=True)
class Waiting:
    """An open alert, and how to reach the patient."""

    id: int
    patient: str
    instrument: str
    rule: str
    state: str
    raised_at: datetime
    name: str | None
    telephone: str | None
    born_on: date | None


@dataclass(frozen=True)
class Overdue:
    """A visit open after its due day (`due`, `in_progress`), or over without a reason (`missed`)."""

    visit_id: int
    patient: str
    visit: str
    state: str
    due_on: date
    closes_on: date
    name: str | None
    telephone: str | None


@dataclass(frozen=True)
class ByHand:
    """A call or a letter that is due; `attempts` counts unanswered calls."""

    id: int
    patient: str
    visit_id: int
    visit: str
    battery: list[str]
    channel: str
    kind: str
    due_at: datetime
    attempts: int
    name: str | None
    telephone: str | None
    address: str | None


@dataclass(frozen=True)
class UnreachedPatient:
    """A patient whose message was refused, came back, or has an unknown outcome; or who cannot be reached.

    Without an `outcome` the message is due and waits, and `error` says why.
    """

    patient: str
    visit: str
    outcome: str | None
    error: str | None
    outcome_at: datetime
    name: str | None
    telephone: str | None


@dataclass(frozen=True)
class Request:
    """A patient's request to remove name and contact details."""

    patient: str
    asked_at: datetime


@dataclass(frozen=True)
class Needs:
    """Everything that waits; of overdue visits the first `SHOWN` and their number.

    `joined` is how many joined by themselves and wait for a look.
    """

    alerts: Sequence[Waiting]
    by_hand: Sequence[ByHand]
    undelivered: Sequence[UnreachedPatient]
    requests: Sequence[Request]
    reported: Sequence[AwaitedReport]
    overdue: Sequence[Overdue]
    overdue_in_all: int
    twins: Sequence[Twins]
    joined: int = 0


def needs(session: Session, scope: Scope, at: datetime) -> Part[Needs]:
    """Everything that waits at the instant `at`."""
    lists = {
        "alerts": _alerts(scope),
        "by_hand": _by_hand(scope, at),
        "undelivered": _undelivered(scope, at),
        "requests": _requests(scope),
        "reported": background.awaited(session, scope),
        "overdue": _overdue(scope),
        **twins.counted_twice(scope),
        "joined": joined.counted(scope),
    }
    return Part(lists, _made)


def _made(rows: Rows) -> Needs:
    return Needs(
        alerts=[Waiting(**row) for row in rows["alerts"]],
        by_hand=[ByHand(**row) for row in rows["by_hand"]],
        undelivered=[UnreachedPatient(**row) for row in rows["undelivered"]],
        requests=[Request(**row) for row in rows["requests"]],
        reported=[AwaitedReport(**row) for row in rows["reported"]],
        overdue=_overdue_in(rows),
        overdue_in_all=rows["overdue"][0]["in_all"] if rows["overdue"] else 0,
        twins=twins.twins_of(rows),
        joined=rows["joined"][0]["number"] if rows["joined"] else 0,
    )


def find_by_hand(session: Session, scope: Scope, message_id: int) -> int | None:
    """The visit of the call or letter with this id, if within the scope."""
    query = (
        select(Message.visit_id)
        .join(Visit, Visit.id == Message.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(scope.condition, Message.id == message_id, Message.channel.in_(by_hand()))
    )
    return session.scalar(query)


def _of_messages(*columns: Any) -> Select[Any]:
    """These columns of messages with visit and patient, and with timepoint and contact if they exist."""
    return (
        select(*columns)
        .select_from(Message)
        .join(Visit, Visit.id == Message.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
        .outerjoin(Contact, Contact.id == Patient.contact_id)
    )


def letters(session: Session, scope: Scope, at: datetime) -> list[ByHand]:
    """The letters that are due at the instant `at`, the first `MOST_LETTERS` of them."""
    due = _by_hand(scope, at, ("letter",), MOST_LETTERS)
    return ask(session, Part({"letters": due}, lambda rows: [ByHand(**row) for row in rows["letters"]]))


def overdue(session: Session, scope: Scope) -> list[Overdue]:
    """Visits open after their due day, or over without a reason: the first `MOST_OVERDUE`."""
    return ask(session, Part({"overdue": _overdue(scope, MOST_OVERDUE)}, _overdue_in))


def _overdue_in(rows: Rows) -> list[Overdue]:
    return [Overdue(**{name: row[name] for name in row if name != "in_all"}) for row in rows["overdue"]]


def _by_hand(
    scope: Scope, at: datetime, ways: Sequence[str] | None = None, limit: int | None = None
) -> ShortList:
    due_at = func.coalesce(Message.retry_at, Message.planned_at)
    query = _of_messages(
        Message.id,
        Patient.code.label("patient"),
        Visit.id.label("visit_id"),
        TITLE.label("visit"),
        Visit.battery,
        Message.channel,
        Message.kind,
        due_at.label("due_at"),
        Message.attempts,
        Contact.name,
        Contact.telephone,
        Contact.address,
    ).where(
        scope.condition,
        Message.channel.in_(by_hand() if ways is None else ways),
        Message.outcome.is_(None),
        Message.claimed_at.is_(None),
        due_at <= at,
        Patient.status == "active",
        Patient.messages_stopped_at.is_(None),
        Visit.withdrawn_at.is_(None),
    )
    return ShortList(query, (due_at, Message.id), limit or SHOWN)


def lost(scope: Scope, at: datetime) -> ScalarSelect[int]:
    """How many messages did not arrive, or cannot go."""
    found = _not_arrived(scope, at, Message.id).subquery()
    return select(func.count()).select_from(found).scalar_subquery()


def _undelivered(scope: Scope, at: datetime) -> ShortList:
    since = func.coalesce(Message.outcome_at, Message.planned_at)
    query = _not_arrived(
        scope,
        at,
        Patient.code.label("patient"),
        TITLE.label("visit"),
        Message.outcome,
        Message.error,
        since.label("outcome_at"),
        Contact.name,
        Contact.telephone,
    )
    return ShortList(query, (since.desc(), Message.id), SHOWN)


def _not_arrived(scope: Scope, at: datetime, *columns: Any) -> Select[Any]:
    # A corrected address needs no more work; an unknown outcome does.
    # Mail that came back for another reason, such as a full mailbox, waits until other mail arrives.
    later, its_visit = aliased(Message), aliased(Visit)
    arrived_since = exists().where(
        its_visit.id == later.visit_id,
        its_visit.patient_id == Patient.id,
        later.outcome == "sent",
        later.outcome_at > Message.outcome_at,
    )
    refused, for_now = _refused_ways(arrived_since)
    not_dealt_with = or_(Message.outcome == "unknown", refused, for_now)
    came_to_nothing = and_(
        Message.outcome.in_(NOT_DELIVERED), Message.outcome_at >= at - MISSED_WITHIN, not_dealt_with
    )
    no_way = and_(Message.outcome.is_(None), Message.error.in_(NO_WAY), Message.planned_at <= at)
    waiting = (scope.condition, Patient.status == "active", or_(came_to_nothing, no_way))
    return _of_messages(*columns).where(*waiting)


def _refused_ways(arrived_since: ColumnElement[bool]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """That the message's address is refused; and that none is, and nothing arrived since."""
    refused, for_now = [], []
    for key, way in channels().items():
        if way.refused is not None:
            by_it, bad = Message.channel == key, getattr(Contact, way.refused)
            refused.append(and_(by_it, getattr(Contact, way.column) == bad))
            for_now.append(and_(by_it, bad.is_(None), ~arrived_since))
    return or_(*refused), or_(*for_now)


def _alerts(scope: Scope) -> ShortList:
    query = (
        select(
            Alert.id,
            Patient.code.label("patient"),
            Alert.instrument,
            Alert.rule,
            Alert.state,
            Alert.raised_at,
            Contact.name,
            Contact.telephone,
            Contact.born_on,
        )
        .join(Visit, Visit.id == Alert.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(Contact, Contact.id == Patient.contact_id)
        .where(scope.condition, Alert.state.in_(WAITING))
    )
    new_first = case((Alert.state == "new", 0), else_=1)
    return ShortList(query, (new_first, Alert.raised_at, Alert.id), SHOWN)


def _requests(scope: Scope) -> ShortList:
    query = select(Patient.code.label("patient"), Patient.removal_requested_at.label("asked_at")).where(
        scope.condition, Patient.removal_requested_at.is_not(None), Patient.contact_id.is_not(None)
    )
    return ShortList(query, (Patient.removal_requested_at,))


def _overdue(scope: Scope, limit: int | None = None) -> ShortList:
    # The first conditions follow from the last; an index answers them, and few visits are left.
    stated = states(
        scope,
        Visit.done_at.is_(None),
        Visit.missed_reason.is_(None),
        ~not_yet_open(Visit, scope.today),
        ~is_over(Visit, scope.today - MISSED_WITHIN),
        is_overdue(Visit, scope.today),
        Patient.status == "active",
    )
    waiting = (stated.c.state.in_(("due", "in_progress")) & is_overdue(stated.c, scope.today)) | (
        (stated.c.state == "missed") & ~is_over(stated.c, scope.today - MISSED_WITHIN)
    )
    query = (
        select(
            stated.c.id.label("visit_id"),
            Patient.code.label("patient"),
            TITLE.label("visit"),
            stated.c.state,
            stated.c.due_on,
            stated.c.closes_on,
            Contact.name,
            Contact.telephone,
            func.count().over().label("in_all"),
        )
        .select_from(stated)
        .join(Visit, Visit.id == stated.c.id)
        .join(Patient, Patient.id == stated.c.patient_id)
        .outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
        .outerjoin(Contact, Contact.id == Patient.contact_id)
        .where(waiting)
    )
    open_first = case((stated.c.state == "missed", 1), else_=0)
    return ShortList(query, (open_first, stated.c.closes_on, stated.c.id), limit or SHOWN)
