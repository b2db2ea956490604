"""From occasions to visits."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from surveys.instruments.facts import not_before
from surveys.instruments.library import Library
from surveys.schedule import (
    CLOSEST_DAYS,
    SPACING_DAYS,
    Course,
    InstrumentDay,
    Occasion,
    OccasionKey,
    ScheduledVisit,
    Window,
    lay_out,
    occasions,
    preset,
    preset_names,
)
from surveys.schedule.course import TreatmentDate

NOT_BEFORE = not_before(Library.load())
START = date(2026, 1, 1)
INSTRUMENTS = ("face", "phq9", "saq", "fdi")

batteries = st.lists(st.sampled_from(INSTRUMENTS), min_size=1, unique=True).map(tuple)
dates = st.integers(0, 700).map(lambda day: START + timedelta(days=day))


@st.composite
def found(draw: st.DrawFn) -> list[Occasion]:
    """Occasions of a made-up plan, each of a timepoint of its own."""
    return [
        occasion(f"t{number}", draw(dates), draw(st.integers(0, 60)), draw(st.integers(0, 60)), battery)
        for number, battery in enumerate(draw(st.lists(batteries, max_size=8)))
    ]


def occasion(key: str, due_on: date, before: int, after: int, battery: tuple[str, ...]) -> Occasion:
    """Due on that day, open so many days before and after."""
    when = Window(due_on - timedelta(days=before), due_on, due_on + timedelta(days=after))
    return Occasion(OccasionKey(key), "enrolment", when, battery)


def keys(visits: list[ScheduledVisit]) -> list[tuple[str, ...]]:
    """What each visit serves."""
    return [tuple(one.key for one in visit.serves) for visit in visits]


@given(found(), st.lists(st.builds(InstrumentDay, st.sampled_from(INSTRUMENTS), dates), max_size=4))
def test_nobody_is_asked_twice_too_soon(planned: list[Occasion], elsewhere: list[InstrumentDay]) -> None:
    """No instrument within 14 days of another study, nor of another visit, except where a timepoint would be
    lost: then within 7. No two visits are open at once.
    """
    visits = lay_out(planned, elsewhere)
    asked = [
        *elsewhere,
        *(InstrumentDay(key, visit.window.due_on) for visit in visits for key in visit.battery),
    ]
    ours = asked[len(elsewhere) :]
    for place, one in enumerate(ours, len(elsewhere)):
        for before, other in enumerate(asked[:place]):
            least = SPACING_DAYS if before < len(elsewhere) else CLOSEST_DAYS
            assert one.instrument != other.instrument or abs((one.on - other.on).days) >= least
    by_day = sorted(visits, key=lambda visit: visit.window.opens_on)
    for visit, after in pairwise(by_day):
        assert visit.window.closes_on < after.window.opens_on


@given(found())
def test_every_occasion_has_one_visit_within_its_window(planned: list[Occasion]) -> None:
    """Or, where it would ask the same too soon, the visit that asked; nothing is asked that no plan asks."""
    visits = lay_out(planned)
    by_key = {one.serves.key: one for one in planned}
    served = [key for visit in visits for key in (one.key for one in visit.serves)]
    assert sorted(served) == sorted(set(served))
    assert set(served) <= set(by_key)
    for visit in visits:
        window = visit.window
        assert window.opens_on <= window.due_on <= window.closes_on
        own = by_key[visit.serves[0].key].window
        assert any(
            one.window.opens_on <= window.opens_on and window.closes_on <= one.window.closes_on
            for one in (by_key[served.key] for served in visit.serves)
        ), own
        assert visit.battery
        assert set(visit.battery) <= {key for one in visit.serves for key in by_key[one.key].battery}
    for one in planned:
        if one.serves.key not in served:  # others ask all of it
            assert set(one.battery) <= {key for visit in visits for key in visit.battery}


@given(found())
def test_the_order_of_a_plan_does_not_matter_to_its_dates(planned: list[Occasion]) -> None:
    """Laying out twice gives the same, and so does what was laid out, laid out again."""
    assert lay_out(planned) == lay_out(planned)
    again = [
        Occasion(visit.serves[0], "enrolment", visit.window, visit.battery) for visit in lay_out(planned)
    ]
    assert [(one.window, one.battery) for one in lay_out(again)] == [
        (one.window, one.battery) for one in again
    ]


def test_overlapping_visits_are_one() -> None:
    """Open on the days that both are, asking what either asks, in the plan's order."""
    before = occasion("before", date(2026, 6, 1), 14, 7, ("face", "saq"))
    half_year = occasion("month_6", date(2026, 6, 4), 30, 60, ("face", "phq9"))
    [visit] = lay_out([half_year, before])
    assert visit == ScheduledVisit(
        (OccasionKey("month_6"), OccasionKey("before")),
        Window(date(2026, 5, 18), date(2026, 6, 1), date(2026, 6, 8)),
        ("face", "saq", "phq9"),
    )


def test_a_visit_that_waited_keeps_its_day_for_what_closes_before() -> None:
    """Two are due while the first is open: one waits until it has closed, the other closes before that."""
    first = occasion("first", START, 0, 14, ("face",))
    waits = occasion("waits", START + timedelta(days=1), 0, 14, ("face",))
    closes = occasion("closes", START + timedelta(days=1), 0, 13, ("face",))
    visits = lay_out([waits, closes, first])
    assert keys(visits) == [("first",), ("waits", "closes")]
    day = START + timedelta(days=15)
    assert [visit.window for visit in visits] == [first.window, Window(day, day, day)]


def test_a_visit_that_waits_for_another_is_due_once_it_opens() -> None:
    """Enrolled long after the onset, whose visit is overdue and open; today's follows, or is that one."""
    onset = occasion("onset", date(2026, 5, 15), 30, 60, ("gad7",))
    today = occasion("first", date(2026, 6, 1), 0, 90, ("phq9",))
    before, after = lay_out([onset, today])
    assert before.window == onset.window
    opens = date(2026, 7, 15)
    assert after.window == Window(opens, opens, today.window.closes_on)
    short = occasion("first", date(2026, 6, 1), 0, 10, ("phq9",))
    [both] = lay_out([onset, short])
    assert (both.window, both.battery) == (short.window, ("gad7", "phq9"))


def test_windows_that_only_touch_stay_two_visits() -> None:
    """Whoever is enrolled today is asked today; the later visit opens when the first has closed."""
    first = occasion("first", date(2026, 6, 1), 0, 30, ("face",))
    later = occasion("later", date(2026, 7, 15), 20, 20, ("face",))
    visits = lay_out([first, later])
    assert keys(visits) == [("first",), ("later",)]
    assert visits[1].window.opens_on == date(2026, 7, 2)


def test_a_visit_too_soon_opens_later_where_it_may() -> None:
    """Else it leaves out what was asked."""
    first = occasion("first", date(2026, 6, 1), 0, 3, ("face", "phq9"))
    soon = occasion("soon", date(2026, 6, 10), 3, 7, ("face",))
    assert lay_out([first, soon])[1].window == Window(date(2026, 6, 15), date(2026, 6, 15), date(2026, 6, 17))
    sooner = occasion("sooner", date(2026, 6, 8), 3, 5, ("face", "saq"))
    assert lay_out([first, sooner])[1].battery == ("saq",)


def test_a_visit_left_with_nothing_is_served_by_the_one_before() -> None:
    """The timepoint is answered all the same."""
    first = occasion("first", date(2026, 6, 1), 0, 3, ("face", "phq9"))
    sooner = occasion("sooner", date(2026, 6, 6), 1, 1, ("face",))
    assert keys(lay_out([first, sooner])) == [("first", "sooner")]


def test_a_timepoint_due_after_the_one_before_has_closed_is_not_lost() -> None:
    """A week apart is enough then; not if another study asks, nor if it is due while the other is open."""
    first = occasion("first", date(2026, 6, 1), 0, 3, ("face", "phq9"))
    second = occasion("second", date(2026, 6, 6), 3, 7, ("face",))
    laid = lay_out([first, second])
    assert keys(laid) == [("first",), ("second",)]
    assert laid[1].window == Window(date(2026, 6, 8), date(2026, 6, 8), date(2026, 6, 13))
    late = occasion("late", date(2026, 6, 10), 1, 2, ("face",))
    assert lay_out([first, late])[1].window == late.window
    answered = InstrumentDay("face", date(2026, 6, 3), until=date(2026, 6, 3))
    [later] = lay_out([second], [answered])
    assert later.window == Window(date(2026, 6, 10), date(2026, 6, 10), date(2026, 6, 13))
    assert lay_out([second], [InstrumentDay("face", date(2026, 6, 3))]) == []
    assert lay_out([second], [InstrumentDay("face", date(2026, 6, 3), until=date(2026, 6, 6))]) == []


def test_what_was_due_before_the_enrolment_is_asked_with_it() -> None:
    """In the days of the enrolment, which is not put off until the earlier one has closed."""
    onset = occasion("onset", date(2026, 5, 26), 3, 7, ("face",))
    today = occasion("first", date(2026, 6, 1), 0, 3, ("face", "phq9"))
    [both] = lay_out([onset, today], enrolled_on=date(2026, 6, 1))
    assert (both.window, both.battery) == (today.window, ("face", "phq9"))
    assert len(lay_out([onset, today], enrolled_on=date(2026, 5, 20))) == 2


def test_nobody_with_a_recent_palsy_misses_two_weeks() -> None:
    """Whenever within three weeks of the onset: asked 11 to 21 days after it, the enrolment whole."""
    plan = preset("acute_bells_palsy")
    for days in range(22):
        onset = START - timedelta(days=days)
        found = occasions(plan, Course(START, onset, onset, onset_precision="day"), NOT_BEFORE)
        ahead = [one for one in found if one.window.closes_on >= START]
        laid = lay_out(ahead, enrolled_on=START)
        assert laid[0].window == Window(START, START, START + timedelta(days=3)), days
        [asked] = [one for one in laid if OccasionKey("week_2") in one.serves]
        assert 11 <= (asked.window.due_on - onset).days <= 21, days
        assert (asked.window.closes_on - asked.window.opens_on).days >= 2, days


def test_a_visit_keeps_its_day() -> None:
    """Who is enrolled two days before a later visit opens is asked on the day of enrolment."""
    first = occasion("first", date(2026, 6, 1), 0, 3, ("face",))
    later = occasion("later", date(2026, 6, 4), 1, 28, ("face",))
    laid = lay_out([first, later])
    assert keys(laid) == [("first",), ("later",)]
    assert [visit.window.due_on for visit in laid] == [date(2026, 6, 1), date(2026, 6, 15)]


def test_another_study_asks_for_both() -> None:
    """What the person answers there is not asked here."""
    visit = occasion("first", date(2026, 6, 1), 0, 3, ("face", "saq"))
    [left] = lay_out([visit], [InstrumentDay("face", date(2026, 6, 10))])
    assert left.battery == ("saq",)
    assert (
        lay_out([visit], [InstrumentDay("face", date(2026, 6, 10)), InstrumentDay("saq", date(2026, 5, 19))])
        == []
    )


@given(st.sampled_from(preset_names()), dates, st.integers(0, 400), st.lists(dates, max_size=5, unique=True))
def test_every_plan_that_ships_lays_out(
    name: str, enrolled_on: date, since_onset: int, treated: list[date]
) -> None:
    """Whatever the dates: asked on the day of enrolment where the plan says so, and never twice too soon."""
    onset = enrolled_on - timedelta(days=since_onset)
    treatments = tuple(
        TreatmentDate(number, kind, "planned", on)
        for number, on in enumerate(treated)
        for kind in ("botulinum_toxin", "static_sling")
    )
    all_found = occasions(preset(name), Course(enrolled_on, onset, onset, treatments=treatments), NOT_BEFORE)
    visits = lay_out([one for one in all_found if one.window.closes_on >= enrolled_on])
    if any(one.anchor == "enrolment" for one in all_found):
        assert any(visit.window.opens_on <= enrolled_on <= visit.window.closes_on for visit in visits)


def test_the_last_visit_before_it_serves_what_is_left() -> None:
    """Where two visits before it ask each a part, the later one was nearer to its day."""
    first = occasion("first", date(2026, 6, 1), 0, 1, ("face",))
    second = occasion("second", date(2026, 6, 5), 1, 1, ("saq",))
    left = occasion("left", date(2026, 6, 9), 1, 2, ("face", "saq"))
    assert keys(lay_out([first, second, left])) == [("first",), ("second", "left")]
