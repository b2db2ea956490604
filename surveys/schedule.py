"""When a visit opens, is due and closes, and the plans a study may start from. Pure dates: no database."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

PRESETS = Path(__file__).parent / "presets"
FINISHING_DAYS = 7  # a visit begun in its window may still be finished this long after it closed


class PlanError(Exception):
    """A plan that cannot be used; the message says what to change."""


@dataclass(frozen=True)
class PlannedVisit:
    """One row of a plan: `offset_days` after the anchor, open from `window_before` to `window_after` days."""

    key: str
    name: str
    anchor: str
    offset_days: int
    window_before: int
    window_after: int
    battery: tuple[str, ...]


@dataclass(frozen=True)
class Window:
    """The calendar days on which a visit opens, is due and closes (all inclusive)."""

    opens_on: date
    due_on: date
    closes_on: date


def window(planned: PlannedVisit, anchor_on: date) -> Window:
    """The window of `planned` for somebody whose anchor is `anchor_on`. Calendar days, no clock time."""
    due_on = anchor_on + timedelta(days=planned.offset_days)
    return Window(
        opens_on=due_on - timedelta(days=planned.window_before),
        due_on=due_on,
        closes_on=due_on + timedelta(days=planned.window_after),
    )


def unscheduled(on: date) -> Window:
    """The window of a visit outside the plan: that day and a month to answer."""
    return Window(opens_on=on, due_on=on, closes_on=on + timedelta(days=30))


def planned_dates(
    plan: tuple[PlannedVisit, ...], anchors: Mapping[str, date | None], enrolled_on: date
) -> list[tuple[PlannedVisit, Window]]:
    """What of `plan` lies ahead of somebody enrolled on `enrolled_on`.

    A timepoint whose anchor is not known is left out, and one that had closed before enrolment.
    """
    dated = [
        (planned, window(planned, anchor_on))
        for planned in plan
        if (anchor_on := anchors.get(planned.anchor)) is not None
    ]
    return [(planned, when) for planned, when in dated if when.closes_on >= enrolled_on]


@cache
def preset(name: str) -> tuple[PlannedVisit, ...]:
    """The plan `presets/<name>.toml`.

    Raises:
        PlanError: there is no such preset.
    """
    if name not in preset_names():
        raise PlanError(f"There is no plan called {name!r}. Choose one of: {', '.join(preset_names())}.")
    rows = tomllib.loads((PRESETS / f"{name}.toml").read_text(encoding="utf-8"))["timepoints"]
    return tuple(PlannedVisit(**{**row, "battery": tuple(row["battery"])}) for row in rows)


def preset_names() -> list[str]:
    """The names of the plans that ship."""
    return sorted(path.stem for path in PRESETS.glob("*.toml"))
