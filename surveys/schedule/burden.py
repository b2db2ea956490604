"""The burden of a plan on one patient, year by year, before enrolment begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from surveys.instruments.instrument import NotBefore
from surveys.schedule.course import Course, TreatmentDate, occasions
from surveys.schedule.laying import ScheduledVisit, lay_out
from surveys.schedule.plan import PlannedVisit, kinds_of
from surveys.schedule.windows import is_over

ONSET_DAYS_BEFORE = 3  # the days from onset to enrolment in an acute palsy
FIRST_TREATMENT_DAYS = 30
INJECTIONS_EVERY_DAYS = 112
INJECTIONS = 3
_ENROLLED_ON = date(2001, 1, 1)  # any day will do, because only differences count


@dataclass(frozen=True)
class Year:
    """The number of invitations and questions in one year after enrolment."""

    number: int
    invitations: int
    questions: int


def example(plan: Sequence[PlannedVisit]) -> Course:
    """An example patient with every anchor of `plan`.

    The onset is `ONSET_DAYS_BEFORE` enrolment, the planned treatment `FIRST_TREATMENT_DAYS` after it; there
    are `INJECTIONS` injections.
    """
    onset = _ENROLLED_ON - timedelta(days=ONSET_DAYS_BEFORE)
    acute = any(row.anchor == "onset" for row in plan)
    kinds = dict.fromkeys(kinds_of(row.treatment)[0] for row in plan if row.treatment)
    dates = [
        (kind, FIRST_TREATMENT_DAYS + nth * INJECTIONS_EVERY_DAYS)
        for kind in kinds
        for nth in range(INJECTIONS if kind == "botulinum_toxin" else 1)
    ]
    state = "planned" if any(row.treatment_state == "planned" for row in plan) else "given"
    return Course(
        _ENROLLED_ON,
        onset_on=onset if acute else None,
        onset_from=onset if acute else None,
        treatments=tuple(
            TreatmentDate(number, kind, state, _ENROLLED_ON + timedelta(days=days))
            for number, (kind, days) in enumerate(dates, start=1)
        ),
    )


def example_visits(
    plan: Sequence[PlannedVisit], not_before: Mapping[str, NotBefore]
) -> list[tuple[int, ScheduledVisit]]:
    """The visits of the example, each with its due day after enrolment."""
    course = example(plan)
    found = occasions(plan, course, not_before)
    ahead = [one for one in found if not is_over(one.window, course.enrolled_on)]
    laid_out = lay_out(ahead, enrolled_on=course.enrolled_on)
    return [((laid.window.due_on - course.enrolled_on).days, laid) for laid in laid_out]


def burden(
    plan: Sequence[PlannedVisit], questions: Mapping[str, int], not_before: Mapping[str, NotBefore]
) -> list[Year]:
    """Invitations and questions per year of the example; `questions` counts those of each instrument."""
    years: dict[int, list[int]] = {}
    for day, laid in example_visits(plan, not_before):
        years.setdefault(max(day, 0) // 365 + 1, []).append(sum(questions[key] for key in laid.battery))
    return [
        Year(number, len(years.get(number, [])), sum(years.get(number, [])))
        for number in range(1, max(years, default=0) + 1)
    ]
