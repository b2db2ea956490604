"""Whether a planned message may go now. Pure: facts in, a decision out; the same rules plan and send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from analysis.data.statuses import NOT_IN_FOLLOW_UP
from surveys.daytime import Hours, next_allowed
from surveys.mail.channels import NOT_AT_ALL, channels
from surveys.schedule import is_over, not_yet_open

# A patient gets at most one message about a visit within a day.
LEAST_GAP = timedelta(hours=20)
HELD_FOR = timedelta(hours=1)
THANKS_WITHIN = timedelta(days=3)


@dataclass(frozen=True)
class Facts:
    """All facts that decide about one message, as they are in the transaction that claims it.

    `channel` is how the patient is reached now: None where it is not known, `none` where there is no person.
    `reachable` says whether that way is open; an address that mail servers refuse is closed. `settled_at` is
    when the last message about the visit went, `waiting` whether an earlier one has yet to. `agreed`: the
    patient agrees to be reached so, where that is asked. `year_known`: the year of birth is known, where the
    link asks for it.
    """

    kind: str
    planned_at: datetime
    channel: str | None
    reachable: bool
    study_status: str
    study_zone: str
    patient_status: str
    stopped: bool
    opens_on: date
    closes_on: date
    missed: bool
    withdrawn: bool
    finished_at: datetime | None
    settled_at: datetime | None
    waiting: bool
    hours: Hours
    zone: str
    agreed: bool = True
    year_known: bool = True


@dataclass(frozen=True)
class Decision:
    """`go`; or never (`cancelled` says why); or not before `not_before` (`held` says why)."""

    cancelled: str | None = None
    held: str | None = None
    not_before: datetime | None = None

    @property
    def go(self) -> bool:
        """Whether it may go at once."""
        return self.cancelled is None and self.held is None


def decide(facts: Facts, at: datetime) -> Decision:
    """The decision about the message at the instant `at`."""
    if (why := _never(facts, at)) is not None:
        return Decision(cancelled=why)
    if (why := _not_now(facts, at)) is not None:
        return Decision(held=why, not_before=at + HELD_FOR)
    if (day := next_allowed(at, facts.hours, facts.zone)) > at:
        return Decision(held="hours", not_before=day)
    return Decision()


def _never(facts: Facts, at: datetime) -> str | None:
    """Why the message must never go; None while it may."""
    if facts.study_status == "closed":
        return "study_closed"
    if facts.patient_status in NOT_IN_FOLLOW_UP:
        return facts.patient_status
    if facts.stopped:
        return "stopped"
    if facts.withdrawn:
        return "withdrawn"
    if facts.channel == "none":
        return "no_contact"
    if facts.channel == NOT_AT_ALL:
        return "only_at_visits"
    if facts.kind == "thanks":
        if facts.finished_at is None or at - facts.finished_at > THANKS_WITHIN:
            return "closed"
        way = channels().get(facts.channel or "")
        return None if way and way.thanks else "channel"
    if facts.finished_at is not None:
        return "done"
    if facts.missed:
        return "missed"
    if is_over(facts, _today(facts, at)):
        return "closed"
    if facts.kind == "reminder" and facts.settled_at is not None:
        goes_at = max(at, facts.planned_at)  # a planned message is judged at its own time
        return "too_soon" if goes_at - facts.settled_at < LEAST_GAP else None
    return None


def _not_now(facts: Facts, at: datetime) -> str | None:
    """Why the message must wait."""
    if facts.patient_status == "paused":
        return "paused"
    if facts.study_status != "active":
        return "study_draft"
    if not facts.reachable:
        return "no_address"
    if not facts.agreed:
        return "not_agreed"
    if not facts.year_known:
        return "no_birth_year"
    if facts.kind != "thanks" and not_yet_open(facts, _today(facts, at)):
        return "not_open"
    if facts.kind == "reminder" and facts.waiting:
        return "earlier"
    return None


def _today(facts: Facts, at: datetime) -> date:
    return at.astimezone(ZoneInfo(facts.study_zone)).date()
