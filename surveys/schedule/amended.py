"""A plan that is amended: what an amendment may change, and what it leaves to whom. Pure: no database.

The due day of an occasion never changes by an amendment, so that exactly one row of the plan holds for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from analysis.words import words as _
from surveys.schedule.plan import PlannedVisit


@dataclass(frozen=True)
class Version:
    """A version of the plan, for what is due on `holds_from` or later."""

    number: int
    holds_from: date


@dataclass(frozen=True)
class Amended:
    """What differs between two plans, by the timepoints' keys; `grown` are those that may ask more."""

    added: tuple[str, ...]
    ended: tuple[str, ...]
    changed: tuple[str, ...]
    grown: tuple[str, ...]

    @property
    def anything(self) -> bool:
        """Whether anything differs."""
        return bool(self.added or self.ended or self.changed)


def compare(before: Sequence[PlannedVisit], after: Sequence[PlannedVisit]) -> Amended:
    """What an amendment from one plan to the other does; both have a row for each timepoint."""
    old, new = ({row.key: row for row in rows} for rows in (before, after))
    both = [key for key in new if key in old and asked_as(old[key]) != asked_as(new[key])]
    return Amended(
        added=tuple(key for key in new if key not in old),
        ended=tuple(key for key in old if key not in new),
        changed=tuple(both),
        grown=tuple(
            key
            for key in both
            if set(new[key].battery) - set(old[key].battery) or new[key].times > old[key].times
        ),
    )


def asked_as(row: PlannedVisit) -> tuple[object, ...]:
    """What an amendment may change of a timepoint."""
    return (row.window_before, row.window_after, row.times, row.every_days, row.battery)


def faults(before: Sequence[PlannedVisit], after: Sequence[PlannedVisit]) -> Iterator[str]:
    """Why an amendment may not go from one plan to the other, a sentence each."""
    old = {row.key: row for row in before}
    for row in after:
        was = old.get(row.key)
        if was is None:
            continue
        if _counted(was) != _counted(row) or (was.times > 1 < row.times and was.every_days != row.every_days):
            yield (
                _(
                    "%(name)s: an amendment cannot change from when and to which day it counts. End this "
                    "timepoint, and add another.",
                    name=was.name,
                )
            )
        if was.name != row.name:
            yield _(
                "%(name)s: its name stays, because visits have it. End this timepoint, and add another.",
                name=was.name,
            )


def _counted(row: PlannedVisit) -> tuple[object, ...]:
    return (row.anchor, row.treatment, row.treatment_state, row.offset_days, row.unless_followed)


def without(plan: Sequence[PlannedVisit], withheld: Collection[int]) -> tuple[PlannedVisit, ...]:
    """The plan without what the versions `withheld` added: timepoints, questionnaires and repeats.

    It stays away in later versions too, which only took it over.
    """
    if not withheld:
        return tuple(plan)
    were: dict[str, PlannedVisit] = {}
    barred: dict[str, set[str]] = {}
    most: dict[str, int] = {}
    gone: set[str] = set()
    kept = []
    for row in plan:
        key, before = row.key, were.get(row.key)
        were[key] = row
        if row.version in withheld:
            if before is None:
                gone.add(key)
            else:
                barred.setdefault(key, set()).update(set(row.battery) - set(before.battery))
                if row.times > before.times:
                    most[key] = min(before.times, most.get(key, before.times))
        if key not in gone:
            kept.append(_part_of(row, barred.get(key, ()), most.get(key, row.times)))
    return tuple(kept)


def _part_of(row: PlannedVisit, barred: Collection[str], most: int) -> PlannedVisit:
    times = min(row.times, most)
    battery = tuple(key for key in row.battery if key not in barred)
    return replace(row, battery=battery, times=times, every_days=row.every_days if times > 1 else None)


def version_on(versions: Sequence[Version], due_on: date, withheld: Collection[int] = ()) -> int:
    """The number of the version by which a visit due on that day is laid."""
    held = [one.number for one in versions if one.holds_from <= due_on and one.number not in withheld]
    return max(held, default=1)


def day_after(days: Collection[date]) -> date:
    """The day after the last of these days."""
    return max(days) + timedelta(days=1)
