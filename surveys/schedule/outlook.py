"""What a plan does not ask of a patient at a visit of its own, and why: it is said, not left to be missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from surveys.instruments.instrument import NotBefore
from surveys.schedule.course import Course, OccasionKey, occasions
from surveys.schedule.plan import PlannedVisit
from surveys.schedule.windows import is_over


@dataclass(frozen=True)
class Outlook:
    """What is to be said of one patient's visits.

    `counted_from` is the middle of the month, where visits count from it. `no_onset` says why no visit counts
    from the onset although the plan has such timepoints: the onset is `unknown` or known by `year` only, all
    were `over` at the enrolment, or there are `none` for another reason. `over` are timepoints that were over
    at the enrolment, where others were not; `together` is each timepoint that has no visit of its own, and
    that of the visit which serves it.
    """

    counted_from: date | None = None
    no_onset: str | None = None
    over: tuple[str, ...] = ()
    together: tuple[tuple[str, str], ...] = ()

    @property
    def silent(self) -> bool:
        """Whether there is nothing to say."""
        return self == Outlook()


def outlook(
    plan: Sequence[PlannedVisit],
    course: Course,
    not_before: Mapping[str, NotBefore],
    visits: Sequence[Sequence[OccasionKey]],
) -> Outlook:
    """The outlook of a patient whose `visits` serve these occasions, each with its own first."""
    rows = {row.key: row for row in plan}
    from_onset = [one for one in occasions(plan, course, not_before) if one.anchor == "onset"]
    over = [one for one in from_onset if is_over(one.window, course.enrolled_on)]
    served = {one.key for serves in visits for one in serves}
    has_onset = any(rows[key].anchor == "onset" for key in served)
    no_onset = None
    asks = (row for row in plan if row.until_on is None or row.until_on > course.enrolled_on)
    if not has_onset and any(row.anchor == "onset" for row in asks):
        if course.onset_on is None:
            no_onset = "unknown" if course.onset_from is None else "year"
        else:
            no_onset = "over" if from_onset and len(over) == len(from_onset) else "none"
    return Outlook(
        counted_from=course.onset_on if has_onset and course.onset_precision == "month" else None,
        no_onset=no_onset,
        over=tuple(_name(rows, one.serves) for one in over) if has_onset else (),
        together=tuple(
            (_name(rows, further), _name(rows, own)) for own, *others in visits for further in others
        ),
    )


def _name(rows: Mapping[str, PlannedVisit], occasion: OccasionKey) -> str:
    name = rows[occasion.key].name
    return f"{name} {occasion.nth}" if occasion.nth > 1 else name
