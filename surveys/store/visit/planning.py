"""A patient's visits by the study's plan: laid out at enrolment, and again whenever an anchor changes.

Only visits that were not opened are moved or withdrawn. A change of an onset, a treatment or the knowledge of
synkinesis calls `replan` in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, exists, or_, select
from sqlalchemy.orm import Session

from surveys.instruments.facts import not_before
from surveys.instruments.library import Library
from surveys.models import (
    Draft,
    Patient,
    Response,
    Serving,
    Study,
    Timepoint,
    Visit,
)
from surveys.schedule import (
    SPACING_DAYS,
    Occasion,
    OccasionKey,
    ScheduledVisit,
    Window,
    is_open,
    is_over,
    lay_out,
    not_yet_open,
    occasions,
)
from surveys.store import audit
from surveys.store.study.studies import today
from surveys.store.visit import links, study_plan
from surveys.store.visit.basis import (
    KnownVisit,
    asked_elsewhere,
    courses_of,
    in_several_studies,
    stored_visits,
)
from surveys.store.visit.study_plan import StudyPlan

_PERSON: Any = bindparam("same_person")
_SOON: Any = bindparam("soon")
_OPEN_SINCE: Any = bindparam("open_since")
_CONTACT = select(Patient.contact_id).where(Patient.id == _PERSON).scalar_subquery()
ASKED_SOON = (
    select(Patient)
    .join(Visit, Visit.patient_id == Patient.id)
    .where(
        or_(Patient.id == _PERSON, Patient.contact_id == _CONTACT),
        Visit.timepoint_id.is_not(None),
        Visit.withdrawn_at.is_(None),
        Visit.opened_at.is_(None),
        ~not_yet_open(Visit, _SOON),
        ~is_over(Visit, _OPEN_SINCE),
        ~exists().where(Response.visit_id == Visit.id),
        ~exists().where(Draft.visit_id == Visit.id),
    )
)
"""The same person, in every study in which a visit that nobody has opened comes soon: by `soon_after`."""


@dataclass(frozen=True)
class Change:
    """A visit whose dates changed, or would have changed; a side is None where it has no visit."""

    title: str
    before: Window | None
    after: Window | None


@dataclass(frozen=True)
class PlanChanges:
    """The changes of a patient's visits. `kept` are visits that were opened already and stay as they are.

    `asking` are visits that stay on their days and ask other questionnaires than before.
    """

    added: tuple[Change, ...] = ()
    moved: tuple[Change, ...] = ()
    withdrawn: tuple[Change, ...] = ()
    kept: tuple[Change, ...] = ()
    asking: tuple[Change, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether any visit changed."""
        return bool(self.added or self.moved or self.withdrawn)


def plan_visits(
    session: Session, patients: Sequence[Patient], timepoints: Sequence[Timepoint], library: Library
) -> list[Visit]:
    """Make the visits of new patients: all that lie ahead and did not close before enrolment."""
    plan, sensible_from = study_plan.read(session, patients, timepoints), not_before(library)
    courses = courses_of(session, patients)
    known = in_several_studies(session, patients)
    made: list[Visit] = []
    laid_out = []
    for patient in patients:
        since = patient.enrolled_on
        found = occasions(plan.of(patient), courses[patient.id], sensible_from)
        ahead = [one for one in found if one.ahead and not is_over(one.window, since)]
        asked = asked_elsewhere(session, patient, since) if patient.contact_id in known else []
        visits = _Visits(timepoints, patient, (), plan)
        for laid in lay_out(ahead, asked, enrolled_on=since):
            visits.add(session, laid)
        laid_out.append(visits)
        made += visits.made
    session.flush()
    for visits in laid_out:
        visits.serve(session)
    session.flush()
    return made


def replan(
    session: Session,
    patient: Patient,
    library: Library,
    *,
    changed: Collection[str],
    at: datetime,
    actor: str,
    reason: str | None = None,
    added: Collection[str] = (),
    ended: bool = False,
) -> PlanChanges:
    """Lay out the visits of `patient` again after their dates changed in this transaction.

    A visit that was not opened moves with its anchor, asks what the plan asks now, and is withdrawn if its
    anchor is gone. New visits come only from the anchors in `changed` (enrolment, onset, treatment) and from
    the timepoints in `added`, by key, if they have not closed yet. `ended`: also of a patient who has left.
    """
    session.flush()
    session.execute(select(Patient.id).where(Patient.id == patient.id).with_for_update())
    study = session.get_one(Study, patient.study_id)
    if study.status == "closed" or (patient.gone and not ended):
        return PlanChanges()
    timepoints = session.scalars(
        select(Timepoint).where(Timepoint.study_id == study.id).order_by(Timepoint.position)
    ).all()
    since = today(study, at)
    plan = study_plan.read(session, [patient], timepoints)
    found = occasions(plan.of(patient), courses_of(session, [patient])[patient.id], not_before(library))
    known = stored_visits(session, patient, timepoints, since)
    visits = _Visits(timepoints, patient, known, plan)
    asked = asked_elsewhere(session, patient, since)
    asked += [asked_there for one in known if one.fixed for asked_there in one.asked]
    come: list[Change] = []
    moved: list[Change] = []
    asking: list[Change] = []
    wanted = _wanted(found, known, changed, added, since)
    for laid in lay_out(wanted, asked, enrolled_on=patient.enrolled_on):
        there = visits.take(laid)
        if there is None:
            if is_over(laid.window, since):
                continue  # served by a visit that is over: that one stays as it is
            come.append(Change(visits.title(visits.add(session, laid), laid), None, laid.window))
            continue
        before = None if there.row.withdrawn_at else there.window
        if before and is_over(before, since) and is_over(laid.window, since):
            continue  # over either way
        if before and _let_in_late(there, laid):
            continue
        asked_before = there.row.battery
        visits.change(session, there, laid)
        change = Change(visits.title(there.row, laid), before, laid.window)
        if before != laid.window:
            links.outlive(session, there.row)
            (moved if before else come).append(change)
        elif asked_before != there.row.battery:
            asking.append(change)
    withdrawn = []
    for there in visits.left():
        there.row.withdrawn_at = at
        withdrawn.append(Change(visits.title(there.row), there.window, None))
    anchors = {row.key: row.anchor for row in timepoints}
    kept = _kept(known, found, [key for key, anchor in anchors.items() if anchor in changed], visits)
    done = PlanChanges(tuple(come), tuple(moved), tuple(withdrawn), tuple(kept), tuple(asking))
    session.flush()
    visits.serve(session)
    session.flush()
    if done.changed:
        audit.record(session, audit.Entry(at, actor, "visits.replanned", patient.id, _facts(done), reason))
    return done


def space_out(session: Session, patient_id: int, library: Library, *, at: datetime, actor: str) -> None:
    """After an answer: a visit that asks it again within `SPACING_DAYS` opens later or leaves it out.

    This holds in every study, and only for visits that were not opened.
    """
    session.flush()
    soon = ASKED_SOON.distinct().order_by(Patient.id)
    for row in session.scalars(soon, soon_after(patient_id, at)).all():
        replan(session, row, library, changed=(), at=at, actor=actor)


def soon_after(patient_id: int, at: datetime) -> dict[str, Any]:
    """What `ASKED_SOON` is asked with; a day more on either side covers every time zone."""
    day = at.date()
    return {
        "same_person": patient_id,
        "soon": day + timedelta(days=SPACING_DAYS + 1),
        "open_since": day - timedelta(days=1),
    }


def _let_in_late(there: KnownVisit, laid: ScheduledVisit) -> bool:
    """Whether staff left a visit open for longer than planned, and this is its only difference."""
    same = (there.row.opens_on, there.row.due_on) == (laid.window.opens_on, laid.window.due_on)
    return same and set(there.serves) == set(laid.serves) and there.row.closes_on > laid.window.closes_on


def _wanted(
    found: Sequence[Occasion],
    known: Sequence[KnownVisit],
    changed: Collection[str],
    added: Collection[str],
    since: date,
) -> list[Occasion]:
    """The occasions that need a visit which is not fixed: those that have one, and new ones."""
    fixed = {served for one in known if one.fixed for served in one.serves}
    there = {served for one in known if one.row.withdrawn_at is None for served in one.serves}
    return [
        one
        for one in found
        if one.serves not in fixed
        and (
            one.serves in there
            or (
                one.ahead
                and (one.anchor in changed or one.serves.key in added)
                and not is_over(one.window, since)
            )
        )
    ]


class _Visits:
    """One patient's visits during a new layout."""

    def __init__(
        self,
        timepoints: Sequence[Timepoint],
        patient: Patient,
        known: Sequence[KnownVisit],
        plan: StudyPlan,
    ) -> None:
        self._plan = plan
        self._timepoints = {row.key: row for row in timepoints}
        self._titles = {row.id: row.name for row in timepoints}
        self._patient = patient
        self._movable = [one for one in known if not one.fixed]
        self._taken: set[int] = set()
        self._numbers = {(one.row.timepoint_id, one.row.occurrence) for one in known}
        self._names = {(one.row.name, one.row.occurrence) for one in known}
        self._laid: list[tuple[Visit, ScheduledVisit]] = []
        self.made: list[Visit] = []

    def title(self, row: Visit, laid: ScheduledVisit | None = None) -> str:
        """The visit's name for people, with each timepoint that it serves where that is `laid`."""
        name = self._titles.get(row.timepoint_id or 0, row.name)
        own = f"{name} {row.occurrence}" if row.occurrence > 1 else name
        others = [self._timepoints[one.key] for one in laid.serves] if laid else []
        return " + ".join([own, *(one.name for one in others if one.id != row.timepoint_id)])

    def take(self, laid: ScheduledVisit) -> KnownVisit | None:
        """Take the stored visit for `laid`, preferably one that is not withdrawn."""
        fitting = [one for one in self._movable if one.primary in laid.serves]
        if not fitting:
            return None
        taken = min(fitting, key=lambda one: (one.row.withdrawn_at is not None, one.row.id))
        self._taken.add(taken.row.id)
        return taken

    def left(self) -> list[KnownVisit]:
        """The stored visits that were not taken."""
        return [
            one for one in self._movable if one.row.id not in self._taken and one.row.withdrawn_at is None
        ]

    def add(self, session: Session, laid: ScheduledVisit) -> Visit:
        """Add a visit; `serve` stores its occasions once it has an id."""
        primary = laid.serves[0]
        timepoint = self._timepoints[primary.key]
        occurrence = primary.nth
        while primary.treatment_id is not None and (timepoint.id, occurrence) in self._numbers:
            occurrence += 1
        # A visit outside the plan may have the name already.
        name = timepoint.key if (timepoint.key, occurrence) not in self._names else f"{timepoint.key} (plan)"
        row = Visit(
            patient_id=self._patient.id,
            study_id=self._patient.study_id,
            timepoint_id=timepoint.id,
            name=name,
            occurrence=occurrence,
        )
        self._numbers.add((timepoint.id, occurrence))
        self._names.add((name, occurrence))
        self.made.append(row)
        self._set(row, laid)
        session.add(row)
        self._laid.append((row, laid))
        return row

    def serve(self, session: Session) -> None:
        """Store the occasions of the new visits."""
        for row, laid in self._laid:
            self._serve(session, row, laid.serves[0], laid)
        self._laid.clear()

    def change(self, session: Session, known: KnownVisit, laid: ScheduledVisit) -> None:
        """Change a stored visit to match `laid`."""
        self._set(known.row, laid)
        if known.primary and set(known.serves) != set(laid.serves):
            session.execute(delete(Serving).where(Serving.visit_id == known.row.id))
            self._serve(session, known.row, known.primary, laid)

    def _set(self, row: Visit, laid: ScheduledVisit) -> None:
        row.withdrawn_at = None
        row.opens_on = laid.window.opens_on
        row.due_on = laid.window.due_on
        row.closes_on = laid.window.closes_on
        row.battery = list(laid.battery)
        row.plan_version = self._plan.version(self._patient, laid.window.due_on)

    def _serve(self, session: Session, row: Visit, primary: OccasionKey, laid: ScheduledVisit) -> None:
        if laid.serves == (primary,) and primary.treatment_id is None:
            return  # its own timepoint and occurrence are enough
        numbers = set()
        for served in sorted(laid.serves, key=lambda one: one != primary):
            timepoint_id = self._timepoints[served.key].id
            occurrence = row.occurrence if served == primary else served.nth
            while (timepoint_id, occurrence) in numbers:
                occurrence += 1
            numbers.add((timepoint_id, occurrence))
            session.add(
                Serving(
                    visit_id=row.id,
                    timepoint_id=timepoint_id,
                    occurrence=occurrence,
                    treatment_id=served.treatment_id,
                )
            )


def _kept(
    known: Sequence[KnownVisit], found: Sequence[Occasion], keys: Collection[str], visits: _Visits
) -> list[Change]:
    """Visits opened already to which the plan would now give other dates."""
    windows = {one.serves: one.window for one in found}
    kept = []
    for one in known:
        if not one.fixed or one.primary is None or one.primary.key not in keys:
            continue
        new = windows.get(one.primary)
        if new is None or not is_open(new, one.row.due_on):
            kept.append(Change(visits.title(one.row), one.window, new))
    return kept


def _facts(done: PlanChanges) -> dict[str, Any]:
    return {
        name: "; ".join(map(_told, changes))
        for name in ("added", "moved", "withdrawn", "kept")
        if (changes := getattr(done, name))
    }


def _told(change: Change) -> str:
    """`Peak effect 2026-03-24/2026-04-07/2026-04-21 -> …`: opens, due, closes."""
    sides = [
        "/".join(on.isoformat() for on in (window.opens_on, window.due_on, window.closes_on))
        for window in (change.before, change.after)
        if window is not None
    ]
    return f"{change.title} {' -> '.join(sides)}"
