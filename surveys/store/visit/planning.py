"""A patient's visits by the study's plan: laid out at enrolment, and again whenever an anchor changes.

Only visits that nobody has opened are moved or withdrawn. Whoever changes an onset, a treatment or what is
known of synkinesis calls `replan` in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlalchemy.orm import Session

from surveys.models import (
    Alert,
    Assistance,
    Background,
    Draft,
    Palsy,
    Patient,
    Response,
    Serving,
    Study,
    Timepoint,
    Treatment,
    Visit,
)
from surveys.schedule import (
    SPACING_DAYS,
    Asked,
    Course,
    Laid,
    Occasion,
    Served,
    TreatmentDate,
    Window,
    is_open,
    is_over,
    is_over_for_good,
    lay_out,
    not_yet_open,
    occasions,
)
from surveys.store import audit
from surveys.store.study.studies import plan_of, today
from surveys.store.visit import links


@dataclass(frozen=True)
class Change:
    """A visit whose dates were changed, or would have been; a side is None where there is no such visit."""

    title: str
    before: Window | None
    after: Window | None


@dataclass(frozen=True)
class Replanned:
    """What became of a patient's visits. `kept` are those opened already, which stay as they are."""

    added: tuple[Change, ...] = ()
    moved: tuple[Change, ...] = ()
    withdrawn: tuple[Change, ...] = ()
    kept: tuple[Change, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether any visit is other than before."""
        return bool(self.added or self.moved or self.withdrawn)


def plan_visits(
    session: Session, patient: Patient, timepoints: Sequence[Timepoint], *, since: date
) -> list[Visit]:
    """The visits of somebody just enrolled: all that lie ahead and have not closed before `since`."""
    ahead = [
        one
        for one in occasions(plan_of(timepoints), _course(session, patient))
        if one.ahead and not is_over(one.window, since)
    ]
    visits = _Visits(timepoints, patient.id, ())
    for laid in lay_out(ahead, _asked_elsewhere(session, patient, since)):
        visits.add(session, laid)
    session.flush()
    return visits.made


def replan(
    session: Session,
    patient: Patient,
    *,
    changed: Collection[str],
    at: datetime,
    actor: str,
    reason: str | None = None,
) -> Replanned:
    """Lay out anew the visits of `patient`, whose dates have changed in this transaction.

    A visit that nobody has opened moves with its anchor, asks what it is to ask now, and is withdrawn where
    its anchor is gone. New ones come only of the anchors in `changed` (enrolment, onset, treatment), as far
    as they have not closed yet.
    """
    session.flush()
    session.execute(select(Patient.id).where(Patient.id == patient.id).with_for_update())
    study = session.get_one(Study, patient.study_id)
    if study.status == "closed" or patient.gone:
        return Replanned()
    timepoints = session.scalars(
        select(Timepoint).where(Timepoint.study_id == study.id).order_by(Timepoint.position)
    ).all()
    since = today(study, at)
    found = occasions(plan_of(timepoints), _course(session, patient))
    known = _known(session, patient, timepoints, since)
    visits = _Visits(timepoints, patient.id, known)
    asked = _asked_elsewhere(session, patient, since)
    asked += [asked_there for one in known if one.fixed for asked_there in one.asked]
    added: list[Change] = []
    moved: list[Change] = []
    for laid in lay_out(_wanted(found, known, changed, since), asked):
        there = visits.take(laid)
        if there is None:
            added.append(Change(visits.title(visits.add(session, laid)), None, laid.window))
            continue
        before = None if there.row.withdrawn_at else there.window
        if before and is_over(before, since) and is_over(laid.window, since):
            continue  # over either way
        if before and _let_in_late(there, laid):
            continue
        visits.change(session, there, laid)
        if before != laid.window:
            links.outlive(session, there.row)
            (moved if before else added).append(Change(visits.title(there.row), before, laid.window))
    withdrawn = []
    for there in visits.left():
        there.row.withdrawn_at = at
        withdrawn.append(Change(visits.title(there.row), there.window, None))
    anchors = {row.key: row.anchor for row in timepoints}
    kept = _kept(known, found, [key for key, anchor in anchors.items() if anchor in changed], visits)
    done = Replanned(tuple(added), tuple(moved), tuple(withdrawn), tuple(kept))
    session.flush()
    if done.changed:
        audit.record(session, audit.Entry(at, actor, "visits.replanned", patient.id, _facts(done), reason))
    return done


def space_out(session: Session, patient_id: int, *, at: datetime, actor: str) -> None:
    """After an answer: what asks the same person the same within `SPACING_DAYS` opens later or asks it not.

    In every study, and only where a visit that nobody has opened comes so soon.
    """
    session.flush()
    contact = select(Patient.contact_id).where(Patient.id == patient_id).scalar_subquery()
    same = or_(Patient.id == patient_id, Patient.contact_id == contact)
    day = at.date()
    soon = (
        select(Patient)
        .join(Visit, Visit.patient_id == Patient.id)
        .where(
            same,
            Visit.timepoint_id.is_not(None),
            Visit.withdrawn_at.is_(None),
            Visit.opened_at.is_(None),
            # A day more on either side: at most so far is another time zone.
            ~not_yet_open(Visit, day + timedelta(days=SPACING_DAYS + 1)),
            ~is_over(Visit, day - timedelta(days=1)),
            ~exists().where(Response.visit_id == Visit.id),
            ~exists().where(Draft.visit_id == Visit.id),
        )
        .distinct()
        .order_by(Patient.id)
    )
    for row in session.scalars(soon).all():
        replan(session, row, changed=(), at=at, actor=actor)


def _let_in_late(there: _Known, laid: Laid) -> bool:
    """Whether staff left a visit open for longer than planned, and nothing else about it is to change."""
    same = (there.row.opens_on, there.row.due_on) == (laid.window.opens_on, laid.window.due_on)
    return same and set(there.serves) == set(laid.serves) and there.row.closes_on > laid.window.closes_on


def _wanted(
    found: Sequence[Occasion], known: Sequence[_Known], changed: Collection[str], since: date
) -> list[Occasion]:
    """The occasions that are to have a visit which is not fixed: those that have one, and new ones."""
    fixed = {served for one in known if one.fixed for served in one.serves}
    there = {served for one in known if one.row.withdrawn_at is None for served in one.serves}
    return [
        one
        for one in found
        if one.serves not in fixed
        and (one.serves in there or (one.ahead and one.anchor in changed and not is_over(one.window, since)))
    ]


@dataclass(frozen=True)
class _Known:
    """A visit as it is stored; `fixed` where it is none of the plan's, was opened, or missed for a reason.

    `primary` is what its own timepoint and occurrence stand for; None outside the plan.
    """

    row: Visit
    serves: tuple[Served, ...]
    primary: Served | None
    fixed: bool
    asked: tuple[Asked, ...]

    @property
    def window(self) -> Window:
        return Window(self.row.opens_on, self.row.due_on, self.row.closes_on)


class _Visits:
    """One patient's visits while they are laid out anew."""

    def __init__(self, timepoints: Sequence[Timepoint], patient_id: int, known: Sequence[_Known]) -> None:
        self._timepoints = {row.key: row for row in timepoints}
        self._titles = {row.id: row.name for row in timepoints}
        self._patient_id = patient_id
        self._movable = [one for one in known if not one.fixed]
        self._taken: set[int] = set()
        self._numbers = {(one.row.timepoint_id, one.row.occurrence) for one in known}
        self._names = {(one.row.name, one.row.occurrence) for one in known}
        self.made: list[Visit] = []

    def title(self, row: Visit) -> str:
        """The visit's name for people."""
        name = self._titles.get(row.timepoint_id or 0, row.name)
        return f"{name} {row.occurrence}" if row.occurrence > 1 else name

    def take(self, laid: Laid) -> _Known | None:
        """The stored visit that `laid` is to be, one not withdrawn first."""
        fitting = [one for one in self._movable if one.primary in laid.serves]
        if not fitting:
            return None
        taken = min(fitting, key=lambda one: (one.row.withdrawn_at is not None, one.row.id))
        self._taken.add(taken.row.id)
        return taken

    def left(self) -> list[_Known]:
        """What was not taken and is there still."""
        return [
            one for one in self._movable if one.row.id not in self._taken and one.row.withdrawn_at is None
        ]

    def add(self, session: Session, laid: Laid) -> Visit:
        """A new visit."""
        primary = laid.serves[0]
        timepoint = self._timepoints[primary.key]
        occurrence = primary.nth
        while primary.treatment_id is not None and (timepoint.id, occurrence) in self._numbers:
            occurrence += 1
        # A visit outside the plan may have taken the name before the plan had it.
        name = timepoint.key if (timepoint.key, occurrence) not in self._names else f"{timepoint.key} (plan)"
        row = Visit(patient_id=self._patient_id, timepoint_id=timepoint.id, name=name, occurrence=occurrence)
        self._numbers.add((timepoint.id, occurrence))
        self._names.add((name, occurrence))
        self.made.append(row)
        _set(row, laid)
        session.add(row)
        if laid.serves != (primary,) or primary.treatment_id is not None:
            session.flush()  # for its id
            self._serve(session, row, primary, laid)
        return row

    def change(self, session: Session, known: _Known, laid: Laid) -> None:
        """Make a stored visit what `laid` says."""
        _set(known.row, laid)
        if known.primary and set(known.serves) != set(laid.serves):
            session.execute(delete(Serving).where(Serving.visit_id == known.row.id))
            self._serve(session, known.row, known.primary, laid)

    def _serve(self, session: Session, row: Visit, primary: Served, laid: Laid) -> None:
        if laid.serves == (primary,) and primary.treatment_id is None:
            return  # its own timepoint and occurrence say it all
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


def _set(row: Visit, laid: Laid) -> None:
    row.withdrawn_at = None
    row.opens_on = laid.window.opens_on
    row.due_on = laid.window.due_on
    row.closes_on = laid.window.closes_on
    row.battery = list(laid.battery)


def _course(session: Session, patient: Patient) -> Course:
    palsy = session.scalar(select(Palsy).where(Palsy.patient_id == patient.id, Palsy.is_index))
    dated = select(Treatment).where(
        Treatment.patient_id == patient.id,
        Treatment.started_precision == "day",
        Treatment.state != "cancelled",
    )
    return Course(
        enrolled_on=patient.enrolled_on,
        onset_on=palsy.onset_on if palsy and palsy.onset_precision == "day" else None,
        onset_from=palsy.onset_on if palsy else None,
        synkinesis_noted_on=palsy.synkinesis_noted_on if palsy else None,
        treatments=tuple(
            TreatmentDate(row.id, row.kind, row.state, row.started_on)
            for row in session.scalars(dated)
            if row.started_on
        ),
    )


def _known(session: Session, patient: Patient, timepoints: Sequence[Timepoint], since: date) -> list[_Known]:
    keys = {row.id: row.key for row in timepoints}
    touched = (
        Visit.opened_at.is_not(None)
        | Visit.missed_reason.is_not(None)
        | exists().where(Background.visit_id == Visit.id)
        | exists().where(Draft.visit_id == Visit.id)
        | exists().where(Response.visit_id == Visit.id)
        | exists().where(Assistance.visit_id == Visit.id)
        | exists().where(Alert.visit_id == Visit.id)
    )
    rows = session.execute(
        select(Visit, touched).where(Visit.patient_id == patient.id).order_by(Visit.id)
    ).all()
    servings: dict[int, list[Serving]] = {}
    for serving in session.scalars(
        select(Serving).join(Visit, Visit.id == Serving.visit_id).where(Visit.patient_id == patient.id)
    ):
        servings.setdefault(serving.visit_id, []).append(serving)
    answered = _answered(session, Visit.patient_id == patient.id)
    found = []
    for row, is_touched in rows:
        serves, primary = _serves(row, servings.get(row.id, []), keys)
        found.append(
            _Known(
                row=row,
                serves=serves,
                primary=primary,
                fixed=is_touched or primary is None,
                asked=tuple(_asked(row, answered.get(row.id, {}), since)),
            )
        )
    return found


def _serves(
    row: Visit, servings: Sequence[Serving], keys: Mapping[int, str]
) -> tuple[tuple[Served, ...], Served | None]:
    """All that a visit serves, and that which its own timepoint and occurrence stand for."""
    if row.timepoint_id is None:
        return (), None
    if not servings:
        own = Served(keys[row.timepoint_id], row.occurrence)
        return (own,), own
    by_place = {
        (one.timepoint_id, one.occurrence): Served(
            keys[one.timepoint_id], 1 if one.treatment_id else one.occurrence, one.treatment_id
        )
        for one in servings
    }
    return tuple(by_place.values()), by_place.get((row.timepoint_id, row.occurrence))


def _answered(session: Session, condition: ColumnElement[bool]) -> dict[int, dict[str, date]]:
    """When each instrument was answered, by visit."""
    query = (
        select(Response.visit_id, Response.instrument, Response.completed_on)
        .join(Visit, Visit.id == Response.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(condition, Response.stands)
    )
    found: dict[int, dict[str, date]] = {}
    for visit_id, instrument, completed_on in session.execute(query):
        found.setdefault(visit_id, {})[instrument] = completed_on
    return found


def _asked(row: Visit, answered: Mapping[str, date], since: date) -> Iterator[Asked]:
    """What a visit has asked, or may still ask, on or after `since`."""
    for instrument, on in answered.items():
        yield Asked(instrument, on)
    if row.withdrawn_at is None and not is_over_for_good(row, since):
        for instrument in row.battery:
            if instrument not in answered:
                yield Asked(instrument, row.due_on)


def _asked_elsewhere(session: Session, patient: Patient, since: date) -> list[Asked]:
    """What the same person answers in other studies: only the contact knows who that is."""
    if patient.contact_id is None:
        return []
    same = (Patient.contact_id == patient.contact_id) & (Patient.id != patient.id)
    query = (
        select(Visit, Patient.in_follow_up & (Study.status != "closed"))
        .join(Patient, Patient.id == Visit.patient_id)
        .join(Study, Study.id == Patient.study_id)
        .where(same)
    )
    answered = _answered(session, same)
    return [
        asked
        for row, goes_on in session.execute(query)
        for asked in _asked(row, answered.get(row.id, {}), since if goes_on else date.max)
    ]


def _kept(
    known: Sequence[_Known], found: Sequence[Occasion], keys: Collection[str], visits: _Visits
) -> list[Change]:
    """Visits opened already whose dates the plan would now set otherwise."""
    windows = {one.serves: one.window for one in found}
    kept = []
    for one in known:
        if not one.fixed or one.primary is None or one.primary.key not in keys:
            continue
        new = windows.get(one.primary)
        if new is None or not is_open(new, one.row.due_on):
            kept.append(Change(visits.title(one.row), one.window, new))
    return kept


def _facts(done: Replanned) -> dict[str, Any]:
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
