"""The hours of a patient's day in which messages may go. Pure: instants in, instants out; no database.

Calendar days and hours are those of a wall clock where the patient lives. On the day when it is set forward,
a skipped hour counts as the first moment after the gap. On the day when it is set back, a repeated hour
counts as the first of the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

MOST_DAYS_ASLEEP = 8  # no zone has ever skipped more than one calendar day


@dataclass(frozen=True)
class Hours:
    """Messages go at the hour `send`, and in no case before `earliest` or from `latest` on (0 to 24)."""

    send: int = 9
    earliest: int = 8
    latest: int = 20


@dataclass(frozen=True)
class MessageTime:
    """The `nth` message of its kind, and its instant."""

    kind: str
    nth: int
    at: datetime


def is_time_zone(name: object) -> bool:
    """Whether a place's clock has this name."""
    return name in _zones()


def time_zones() -> list[str]:
    """The names of all places' clocks, those of regions first."""
    return sorted(_zones(), key=lambda name: ("/" not in name, name))


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # which looks at every file of the system's zones


def moment(on: date, hour: int, zone: str) -> datetime:
    """The instant (UTC) when the clock in `zone` first shows `hour` (0 to 24) on `on`, or has passed it."""
    day, hour = (on + timedelta(days=1), 0) if hour == 24 else (on, hour)
    return datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)


def allowed(at: datetime, hours: Hours, zone: str) -> bool:
    """Whether messages may go at `at` without waking the patient."""
    return hours.earliest <= at.astimezone(ZoneInfo(zone)).hour < hours.latest


def next_allowed(at: datetime, hours: Hours, zone: str) -> datetime:
    """`at`, or the first moment after it at which messages may go (UTC)."""
    if allowed(at, hours, zone):
        return at.astimezone(UTC)
    today = at.astimezone(ZoneInfo(zone)).date()
    # If the clock skips all hours in which messages may go, the day has none.
    for days in range(MOST_DAYS_ASLEEP):
        opens = moment(today + timedelta(days=days), hours.earliest, zone)
        if opens > at and allowed(opens, hours, zone):
            return opens
    raise ValueError(f"{hours} leaves no hour of the day in {zone}.")


def messages(
    opens_on: date,
    closes_on: date,
    *,
    not_before: date,
    reminder_days: Sequence[int],
    hours: Hours,
    zone: str,
    study_zone: str,
) -> list[MessageTime]:
    """The invitation and the reminders of a visit that is open from `opens_on` to `closes_on`.

    The visit's days are those of `study_zone`, where its link opens; no message is planned before or after
    them. The invitation goes on the first day, or on `not_before` if that is later; reminders go so many days
    after it.
    """
    first = max(opens_on, not_before)
    opened, over = moment(opens_on, 0, study_zone), moment(closes_on, 24, study_zone)
    days = [("invitation", 1, 0), *(("reminder", n, days) for n, days in enumerate(reminder_days, start=1))]
    planned = []
    for kind, nth, after in days:
        wanted = max(moment(first + timedelta(days=after), hours.send, zone), opened)
        at = next_allowed(wanted, hours, zone)
        if at < over:
            planned.append(MessageTime(kind, nth, at))
    return planned
