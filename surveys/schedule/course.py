"""A plan for one patient's known dates: an occasion per timepoint, repeat and treatment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from analysis.data.onset import days_since, middle
from surveys.instruments.instrument import NotBefore
from surveys.schedule.plan import PlannedVisit, kinds_of
from surveys.schedule.windows import Window, window

SPACING_DAYS = 14  # the fewest days between two askings of an instrument


@dataclass(frozen=True)
class TreatmentDate:
    """A treatment with an exact day, planned or given."""

    id: int
    kind: str
    state: str
    on: date


@dataclass(frozen=True)
class Course:
    """The dates of one patient. Visits count from `onset_on`; `onset_from` is its first possible day.

    `onset_precision` is `day`, or `month` where `onset_on` is the middle of the month.
    """

    enrolled_on: date
    onset_on: date | None = None
    onset_from: date | None = None
    onset_precision: str | None = None
    synkinesis_noted_on: date | None = None
    treatments: tuple[TreatmentDate, ...] = ()


def onset_day(on: date | None, precision: str | None, enrolled_on: date) -> date | None:
    """The day from which visits count: the onset, the middle of its month, or None where less is known.

    As in the analysis, the middle of a month is never later than halfway from its first day to the enrolment.
    """
    if on is None or precision == "year":
        return None
    if precision == "day" or enrolled_on < on:
        return middle(on, precision)
    return max(on, enrolled_on - timedelta(days=days_since(on, precision, enrolled_on)))


@dataclass(frozen=True)
class OccasionKey:
    """The key of an occasion: a timepoint's `nth` repeat, or its treatment."""

    key: str
    nth: int = 1
    treatment_id: int | None = None


@dataclass(frozen=True)
class Occasion:
    """When and what a timepoint asks. A treatment moves an occasion that is not `ahead`, but never begins it:
    an occasion before an injection does not begin with the injection.
    """

    serves: OccasionKey
    anchor: str
    window: Window
    battery: tuple[str, ...]
    ahead: bool = True


def occasions(
    plan: Sequence[PlannedVisit], course: Course, not_before: Mapping[str, NotBefore]
) -> list[Occasion]:
    """Every occasion of `plan` for that course, in the plan's order, without empty ones.

    `not_before` gives the days after onset from which an instrument is asked.
    """
    found = []
    for planned in plan:
        for occasion in _of_treatments(planned, course) if planned.treatment else _of_dates(planned, course):
            if not planned.holds(occasion.window.due_on):
                continue
            battery = tuple(
                key for key in occasion.battery if _asked(not_before.get(key), occasion.window.due_on, course)
            )
            if battery:
                found.append(replace(occasion, battery=battery))
    return found


def _of_dates(planned: PlannedVisit, course: Course) -> Iterator[Occasion]:
    anchor_on = course.enrolled_on if planned.anchor == "enrolment" else course.onset_on
    if anchor_on is None:
        return
    for nth in range(1, planned.times + 1):
        when = window(planned, anchor_on, nth)
        yield Occasion(OccasionKey(planned.key, nth), planned.anchor, when, planned.battery)


def _of_treatments(planned: PlannedVisit, course: Course) -> Iterator[Occasion]:
    kinds = kinds_of(planned.treatment or "")
    meant = [one for one in course.treatments if one.kind in kinds and one.state != "cancelled"]
    for one in sorted(meant, key=lambda treatment: (treatment.on, treatment.id)):
        if planned.treatment_state == "given" and one.state != "given":
            continue
        if planned.unless_followed and any(other.on > one.on for other in meant):
            continue
        yield Occasion(
            OccasionKey(planned.key, treatment_id=one.id),
            planned.anchor,
            window(planned, one.on),
            planned.battery,
            ahead=one.state == planned.treatment_state or planned.offset_days > 0,
        )


def _asked(rule: NotBefore | None, on: date, course: Course) -> bool:
    if rule is None or course.onset_from is None:
        return True
    if rule.unless_noted == "synkinesis" and course.synkinesis_noted_on is not None:
        return True
    return (on - course.onset_from).days >= rule.days_after_onset
