"""From occasions to visits: overlapping ones are one visit, and no instrument is asked twice too soon."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from surveys.schedule.course import SPACING_DAYS, Occasion, OccasionKey
from surveys.schedule.windows import Window, is_overdue

CLOSEST_DAYS = 7  # the fewest days between two askings where the plan's own timepoint would be lost
FEWEST_DAYS = 3  # a visit that is open for fewer is as good as lost


@dataclass(frozen=True)
class InstrumentDay:
    """An instrument and the day on which the person answered it, or is to answer it.

    `until` is the last day on which the same plan asks it; None where another study asks it.
    """

    instrument: str
    on: date
    until: date | None = None


@dataclass(frozen=True)
class ScheduledVisit:
    """One planned visit: its occasions in the plan's order, its window, and its instruments."""

    serves: tuple[OccasionKey, ...]
    window: Window
    battery: tuple[str, ...]


def lay_out(
    found: Sequence[Occasion],
    elsewhere: Iterable[InstrumentDay] = (),
    *,
    enrolled_on: date | None = None,
) -> list[ScheduledVisit]:
    """The visits of one patient, by due date; two are never open on the same day.

    Two occasions are one visit if one is due while the other is open; it is open on the days that they
    share. Where windows only touch, or the earlier occasion is due before the later one opens, each stays a
    visit: the later one opens when the earlier one has closed. What was due before the enrolment and is
    still open is asked with what is due on that day: nobody could ask it before. Within `SPACING_DAYS` of
    an instrument asked `elsewhere` or at an earlier visit, a visit opens later if its window allows it;
    otherwise it leaves the instrument out. If no instrument would be left, or the visit be open for fewer
    than `FEWEST_DAYS`, and the occasion is due after the plan's own earlier visit has closed,
    `CLOSEST_DAYS` are enough. If that is not possible either, the last earlier visit that asks the same
    serves the occasion; an instrument that is asked elsewhere leaves the occasion without a visit.
    """
    asked = list(elsewhere)
    visits: list[ScheduledVisit] = []
    for visit in _merged(found, enrolled_on):
        spaced = _spaced(visit, asked)
        if spaced.battery:
            visits.append(spaced)
            window = spaced.window
            asked += [InstrumentDay(key, window.due_on, window.closes_on) for key in spaced.battery]
        else:
            _serve_too(visits, visit)
    return visits


def _merged(found: Sequence[Occasion], enrolled_on: date | None) -> list[ScheduledVisit]:
    """Greedily by due date."""
    order = {occasion.serves: place for place, occasion in enumerate(found)}
    visits: list[ScheduledVisit] = []
    for occasion in sorted(found, key=lambda one: (one.window.due_on, order[one.serves])):
        before = visits[-1] if visits else None
        if before is None or before.window.closes_on < occasion.window.opens_on:
            visits.append(ScheduledVisit((occasion.serves,), occasion.window, occasion.battery))
            continue
        shared = _shared(before.window, occasion.window)
        after = before.window.closes_on + timedelta(days=1)
        too_late = enrolled_on == occasion.window.due_on and is_overdue(before.window, enrolled_on)
        if shared is None and after <= occasion.window.closes_on and not too_late:
            later = replace(occasion.window, opens_on=after, due_on=max(after, occasion.window.due_on))
            visits.append(ScheduledVisit((occasion.serves,), later, occasion.battery))
        else:
            serves = tuple(sorted((*before.serves, occasion.serves), key=order.__getitem__))
            battery = tuple(dict.fromkeys((*before.battery, *occasion.battery)))
            visits[-1] = ScheduledVisit(serves, shared or _later_of(before.window, occasion.window), battery)
    return visits


def _later_of(before: Window, after: Window) -> Window:
    """The days of the one that opens later: ``before`` may have moved past all days of ``after``."""
    return after if before.opens_on <= after.opens_on else before


def _shared(before: Window, after: Window) -> Window | None:
    """The days on which both are open, with the first due day in them; None if neither is due then."""
    opens_on, closes_on = max(before.opens_on, after.opens_on), min(before.closes_on, after.closes_on)
    if before.due_on < opens_on:  # the visit would come after its due day, and at enrolment not on that day
        return None
    due = [on for on in (before.due_on, after.due_on) if opens_on <= on <= closes_on]
    return Window(opens_on, due[0], closes_on) if due else None


def _spaced(visit: ScheduledVisit, asked: Sequence[InstrumentDay]) -> ScheduledVisit:
    """`visit`, opening late enough after earlier askings, otherwise without the instruments that clash."""
    near = [one for one in asked if one.instrument in visit.battery and _near(one.on, visit.window.due_on)]
    too_soon = {one.instrument for one in near}
    later = _later(visit, near, asked)
    enough = min(FEWEST_DAYS, _days(visit.window))
    if too_soon == set(visit.battery) and (later is None or _days(later) < enough):
        later = _closer(visit, near) or later
    if later is not None:
        return replace(visit, window=later)
    return replace(visit, battery=tuple(key for key in visit.battery if key not in too_soon))


def _later(
    visit: ScheduledVisit, near: Sequence[InstrumentDay], asked: Sequence[InstrumentDay]
) -> Window | None:
    """The days of the visit that are `SPACING_DAYS` after what was asked before; None if there are none."""
    earlier = [one.on for one in near if one.on <= visit.window.due_on]
    if not earlier:
        return None
    opens_on = max(max(earlier) + timedelta(days=SPACING_DAYS), visit.window.opens_on)
    due_on = max(opens_on, visit.window.due_on)
    if opens_on > visit.window.closes_on or any(
        _near(one.on, due_on) for one in asked if one.instrument in visit.battery
    ):
        return None
    return replace(visit.window, opens_on=opens_on, due_on=due_on)


def _days(window: Window) -> int:
    return (window.closes_on - window.opens_on).days + 1


def _closer(visit: ScheduledVisit, near: Sequence[InstrumentDay]) -> Window | None:
    """The days of a visit that would be lost although it is due after all of `near`, in the same plan."""
    last = [one.until for one in near if one.until and one.until < visit.window.due_on]
    if len(last) < len(near):
        return None
    opens_on = max(
        max(last) + timedelta(days=1),
        max(one.on for one in near) + timedelta(days=CLOSEST_DAYS),
        visit.window.opens_on,
    )
    if opens_on > visit.window.closes_on:
        return None
    return replace(visit.window, opens_on=opens_on, due_on=max(opens_on, visit.window.due_on))


def _near(one: date, other: date) -> bool:
    return abs((one - other).days) < SPACING_DAYS


def _serve_too(visits: list[ScheduledVisit], left: ScheduledVisit) -> None:
    for place in reversed(range(len(visits))):
        visit = visits[place]
        if set(left.battery) & set(visit.battery) and _near(visit.window.due_on, left.window.due_on):
            visits[place] = replace(visit, serves=(*visit.serves, *left.serves))
            return
