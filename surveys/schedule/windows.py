"""The window of one row of a plan, from its anchor's date; and where a day lies in a window.

The functions about a day take any object with those dates: a window, a stored visit, or the table's columns,
which give a condition for the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from surveys.schedule.plan import PlannedVisit

FINISHING_DAYS = 7  # how long after its window a begun visit can still be finished


@dataclass(frozen=True)
class Window:
    """The calendar days on which a visit opens, is due and closes, all inclusive."""

    opens_on: date
    due_on: date
    closes_on: date


def not_yet_open(when: Any, on: date) -> Any:
    """Whether it opens after the day `on`."""
    return when.opens_on > on


def is_open(when: Any, on: date) -> Any:
    """Whether the day `on` lies in its window."""
    return (when.opens_on <= on) & (when.closes_on >= on)


def is_overdue(when: Any, on: date) -> Any:
    """Whether its due day has passed; it may still be open."""
    return when.due_on < on


def is_over(when: Any, on: date) -> Any:
    """Whether its window closed before the day `on`, so it can no longer be begun."""
    return when.closes_on < on


def is_over_for_good(when: Any, on: date) -> Any:
    """Whether the days for finishing have also passed, so it can no longer be finished."""
    return is_over(when, on - timedelta(days=FINISHING_DAYS))


def same_until(when: Any, on: date) -> date:
    """The last day on which all functions about the window, except `is_overdue`, say the same as on `on`."""
    opens_on: date = when.opens_on
    closes_on: date = when.closes_on
    if not_yet_open(when, on):
        return opens_on - timedelta(days=1)
    if not is_over(when, on):
        return closes_on
    return date.max if is_over_for_good(when, on) else closes_on + timedelta(days=FINISHING_DAYS)


def window(planned: PlannedVisit, anchor_on: date, nth: int = 1) -> Window:
    """The `nth` window of `planned` where the anchor is `anchor_on`. Calendar days, no clock time."""
    due_on = anchor_on + timedelta(days=planned.offset_days + (nth - 1) * (planned.every_days or 0))
    return Window(
        opens_on=due_on - timedelta(days=planned.window_before),
        due_on=due_on,
        closes_on=due_on + timedelta(days=planned.window_after),
    )


def unscheduled(on: date) -> Window:
    """The window of a visit outside the plan: that day and a month after it."""
    return Window(opens_on=on, due_on=on, closes_on=on + timedelta(days=30))


def planned_dates(
    plan: tuple[PlannedVisit, ...], anchors: Mapping[str, date | None], enrolled_on: date
) -> list[tuple[PlannedVisit, Window]]:
    """The first occasions of `plan` that lie ahead of a patient enrolled on `enrolled_on`.

    A timepoint is left out if its anchor is not known or it closed before enrolment.
    """
    dated = [
        (planned, window(planned, anchor_on))
        for planned in plan
        if (anchor_on := anchors.get(planned.anchor)) is not None
    ]
    return [(planned, when) for planned, when in dated if not is_over(when, enrolled_on)]
