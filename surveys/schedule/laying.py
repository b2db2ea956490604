"""From occasions to visits: overlapping ones are one visit, and no instrument is asked twice too soon."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from surveys.schedule.course import SPACING_DAYS, Occasion, OccasionKey
from surveys.schedule.windows import Window


@dataclass(frozen=True)
class InstrumentDay:
    """An instrument and the day on which the person answered it, or is to answer it elsewhere."""

    instrument: str
    on: date


@dataclass(frozen=True)
class ScheduledVisit:
    """One planned visit: its occasions in the plan's order, its window, and its instruments."""

    serves: tuple[OccasionKey, ...]
    window: Window
    battery: tuple[str, ...]


def lay_out(found: Sequence[Occasion], elsewhere: Iterable[InstrumentDay] = ()) -> list[ScheduledVisit]:
    """The visits of one patient, by due date; two are never open on the same day.

    Two occasions are one visit if one is due while the other is open; it is open on the days that they share.
    Where windows only touch, or the earlier occasion is due before the later one opens, each stays a visit:
    the later one opens when the earlier one has closed. Within `SPACING_DAYS` of an instrument asked
    `elsewhere` or at an earlier visit, a visit opens later if its window allows it; otherwise it leaves the
    instrument out. If no instrument is left, the last earlier visit that asks the same serves the occasion;
    an instrument that is asked elsewhere leaves the occasion without a visit.
    """
    asked = list(elsewhere)
    visits: list[ScheduledVisit] = []
    for visit in _merged(found):
        spaced = _spaced(visit, asked)
        if spaced.battery:
            visits.append(spaced)
            asked += [InstrumentDay(key, spaced.window.due_on) for key in spaced.battery]
        else:
            _serve_too(visits, visit)
    return visits


def _merged(found: Sequence[Occasion]) -> list[ScheduledVisit]:
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
        if shared is None and after <= occasion.window.closes_on:
            later = replace(occasion.window, opens_on=after, due_on=max(after, occasion.window.due_on))
            visits.append(ScheduledVisit((occasion.serves,), later, occasion.battery))
        else:
            serves = tuple(sorted((*before.serves, occasion.serves), key=order.__getitem__))
            battery = tuple(dict.fromkeys((*before.battery, *occasion.battery)))
            # The days of the later one, where all of them lie within the earlier one's.
            visits[-1] = ScheduledVisit(serves, shared or occasion.window, battery)
    return visits


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
    earlier = [one.on for one in near if one.on <= visit.window.due_on]
    if earlier:
        opens_on = max(max(earlier) + timedelta(days=SPACING_DAYS), visit.window.opens_on)
        later = replace(visit.window, opens_on=opens_on, due_on=max(opens_on, visit.window.due_on))
        if opens_on <= visit.window.closes_on and not any(
            _near(one.on, later.due_on) for one in asked if one.instrument in visit.battery
        ):
            return replace(visit, window=later)
    too_soon = {one.instrument for one in near}
    return replace(visit, battery=tuple(key for key in visit.battery if key not in too_soon))


def _near(one: date, other: date) -> bool:
    return abs((one - other).days) < SPACING_DAYS


def _serve_too(visits: list[ScheduledVisit], left: ScheduledVisit) -> None:
    for place in reversed(range(len(visits))):
        visit = visits[place]
        if set(left.battery) & set(visit.battery) and _near(visit.window.due_on, left.window.due_on):
            visits[place] = replace(visit, serves=(*visit.serves, *left.serves))
            return
