"""When messages may go: the patient's own clock, quiet hours, and both edges of daylight saving."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.daytime import Hours, allowed, is_time_zone, messages, moment, next_allowed

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "America/Santiago",
    "Africa/Cairo",
    "Pacific/Kiritimati",
    "UTC",
)
zones = st.sampled_from(ZONES)
days = st.dates(date(2010, 1, 1), date(2035, 12, 31))
instants = st.integers(0, 25 * 365 * 24 * 60).map(
    lambda minutes: datetime(2010, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def test_a_time_zone_is_one_of_the_systems() -> None:
    """Names as `ZoneInfo` takes them; not a place alone, nor nothing."""
    assert [is_time_zone(zone) for zone in ZONES] == [True] * len(ZONES)
    assert not any(map(is_time_zone, ("Berlin", "", None)))


@st.composite
def some_hours(draw: st.DrawFn) -> Hours:
    """Any three hours in their order."""
    latest = draw(st.integers(1, 24))
    send = draw(st.integers(0, latest - 1))
    return Hours(send, draw(st.integers(0, send)), latest)


def local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def awake(at: datetime, hours: Hours, zone: str) -> bool:
    """The rule of the quiet hours in minutes of the patient's day, beside the code under test."""
    midnight = datetime.combine(local(at, zone).date(), time())
    minutes = (local(at, zone).replace(tzinfo=None) - midnight) // timedelta(minutes=1)
    return minutes in range(60 * hours.earliest, 60 * hours.latest)


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ("2026-03-28T06:59", "Europe/Berlin", False),  # 7:59 on the wall, in winter
        ("2026-03-28T07:00", "Europe/Berlin", True),
        ("2026-03-28T18:59", "Europe/Berlin", True),  # 19:59
        ("2026-03-28T19:00", "Europe/Berlin", False),
        ("2026-03-29T05:59", "Europe/Berlin", False),  # 7:59, in summer
        ("2026-03-29T06:00", "Europe/Berlin", True),
        ("2026-03-29T17:59", "Europe/Berlin", True),  # 19:59
        ("2026-03-29T18:00", "Europe/Berlin", False),
        ("2026-03-10T02:14", "Asia/Kathmandu", False),  # 7:59
        ("2026-03-10T02:15", "Asia/Kathmandu", True),
        ("2026-03-10T14:14", "Asia/Kathmandu", True),  # 19:59
        ("2026-03-10T14:15", "Asia/Kathmandu", False),
    ],
)
def test_the_hours_of_a_day_in_minutes(at: str, zone: str, expected: bool) -> None:
    """From 8 o'clock to a minute before 20 o'clock where the patient lives, worked out by hand."""
    moment_asked = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert allowed(moment_asked, Hours(), zone) is expected
    assert awake(moment_asked, Hours(), zone) is expected


@given(instants, some_hours(), zones)
def test_every_minute_is_in_the_hours_or_not(at: datetime, hours: Hours, zone: str) -> None:
    """Any hours, any zone: as counted in minutes."""
    assert allowed(at, hours, zone) is awake(at, hours, zone)


@pytest.mark.parametrize(
    ("on", "hour", "zone", "expected"),
    [
        (date(2026, 3, 28), 9, "Europe/Berlin", "2026-03-28T08:00"),
        (date(2026, 3, 29), 9, "Europe/Berlin", "2026-03-29T07:00"),  # summer begins at 2
        (date(2026, 3, 29), 2, "Europe/Berlin", "2026-03-29T01:00"),  # not shown: 3 o'clock at once
        (date(2026, 10, 25), 2, "Europe/Berlin", "2026-10-25T00:00"),  # shown twice: the first
        (date(2026, 10, 25), 9, "Europe/Berlin", "2026-10-25T08:00"),
        (date(2026, 3, 8), 9, "America/New_York", "2026-03-08T13:00"),
        (date(2026, 11, 1), 9, "America/New_York", "2026-11-01T14:00"),
        (date(2026, 3, 10), 24, "Europe/Berlin", "2026-03-10T23:00"),
        (date(2026, 3, 10), 9, "Asia/Kathmandu", "2026-03-10T03:15"),
    ],
)
def test_an_hour_on_the_wall(on: date, hour: int, zone: str, expected: str) -> None:
    """Worked out by hand, the two edges of daylight saving among them."""
    assert moment(on, hour, zone) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@given(days, st.integers(0, 23), zones)
def test_the_clock_shows_the_hour_or_jumped_over_it(on: date, hour: int, zone: str) -> None:
    """Never earlier than asked; later only where the clock has no such hour."""
    at = moment(on, hour, zone)
    shown = local(at, zone)
    wanted = datetime.combine(on, datetime.min.time().replace(hour=hour))
    assert shown.replace(tzinfo=None) >= wanted
    if shown.replace(tzinfo=None) != wanted:
        before = local(at - timedelta(minutes=1), zone).replace(tzinfo=None)
        assert before < wanted or shown.date() > on


@given(instants, some_hours(), zones)
def test_the_next_allowed_moment_is_allowed_and_the_first(at: datetime, hours: Hours, zone: str) -> None:
    """It lies in the hours, not before `at`, and no minute between would do."""
    found = next_allowed(at, hours, zone)
    assert awake(found, hours, zone)
    assert at <= found < at + timedelta(hours=50)
    between = range((found - at) // timedelta(minutes=1))
    assert not any(awake(at + timedelta(minutes=minute), hours, zone) for minute in between)


@given(
    days,
    st.integers(0, 120),
    st.integers(-30, 30),
    st.lists(st.integers(1, 60), max_size=4, unique=True).map(sorted),
    some_hours(),
    zones,
    zones,
)
def test_planned_messages_keep_to_the_window_and_the_hours(
    opens_on: date, length: int, enrolled: int, reminders: list[int], hours: Hours, zone: str, study_zone: str
) -> None:
    """All of them in the patient's day and the visit's window, in order, and each after its days."""
    closes_on = opens_on + timedelta(days=length)
    not_before = opens_on + timedelta(days=enrolled)
    planned = messages(
        opens_on,
        closes_on,
        not_before=not_before,
        reminder_days=reminders,
        hours=hours,
        zone=zone,
        study_zone=study_zone,
    )
    for one in planned:
        assert awake(one.at, hours, zone)
        assert opens_on <= local(one.at, study_zone).date() <= closes_on
        assert local(one.at, zone).date() >= not_before - timedelta(days=0 if opens_on < not_before else 1)
    assert [one.at for one in planned] == sorted(one.at for one in planned)
    assert len({(one.kind, one.nth) for one in planned}) == len(planned)


def test_a_patient_far_away_is_written_to_in_their_own_morning() -> None:
    """Nine o'clock in Auckland comes before the visit opens in London: the message waits for its day."""
    near, far = (
        messages(
            date(2026, 6, 1),
            date(2026, 6, 30),
            not_before=date(2026, 5, 1),
            reminder_days=(7,),
            hours=Hours(),
            zone=zone,
            study_zone="Europe/London",
        )
        for zone in ("Europe/London", "Pacific/Auckland")
    )
    for planned in (near, far):
        assert [(one.kind, one.nth) for one in planned] == [("invitation", 1), ("reminder", 1)]
    assert local(near[0].at, "Europe/London") == datetime(2026, 6, 1, 9, tzinfo=ZoneInfo("Europe/London"))
    # The visit opens at midnight in London, which is 11 o'clock in Auckland.
    assert local(far[0].at, "Pacific/Auckland") == datetime(
        2026, 6, 1, 11, tzinfo=ZoneInfo("Pacific/Auckland")
    )
    assert local(far[1].at, "Pacific/Auckland") == datetime(
        2026, 6, 8, 9, tzinfo=ZoneInfo("Pacific/Auckland")
    )
