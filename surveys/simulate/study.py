"""Simulated patients and their responses, put through the store like real ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.data.gradings import HOUSE_BRACKMANN
from analysis.data.statuses import LOST, NOT_REACHED
from surveys.instruments.definition import Instrument
from surveys.instruments.facts import asks_of
from surveys.instruments.library import Library, asking_order
from surveys.models import Patient, Study, Timepoint
from surveys.schedule import Window, is_over, planned_dates, unscheduled
from surveys.simulate.answers import answer
from surveys.simulate.people import Person, draw
from surveys.store.errors import Refused
from surveys.store.patient import importing
from surveys.store.patient import patients as patients_store
from surveys.store.patient.importing import NewVisit
from surveys.store.patient.patients import NewContact, NewPatient
from surveys.store.study import studies
from surveys.store.transactions import Transaction
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions

if TYPE_CHECKING:
    import numpy as np

BATCH = 250  # people drawn at once; another number gives other people
AT_ONCE = 25  # people stored in one transaction
LONGEST_ENROLLED_DAYS = 1000
RECENT_SHARE, RECENT_DAYS = 0.1, 14
WITHOUT_A_PLAN = ("face", "phq9", "saq")
RECOVERED_BELOW = -1.2
GRADED_SHARE = 0.75
LOST_SHARE = 0.6


@dataclass(frozen=True)
class SimulatedCounts:
    """What was stored."""

    patients: int
    visits: int
    responses: int
    alerts: int

    def __add__(self, other: SimulatedCounts) -> SimulatedCounts:
        return SimulatedCounts(
            self.patients + other.patients,
            self.visits + other.visits,
            self.responses + other.responses,
            self.alerts + other.alerts,
        )


@dataclass(frozen=True)
class SimulatedOccasion:
    """One visit of one person; `on` is the day of the answer, None without one (yet)."""

    name: str
    timepoint_id: int | None
    when: Window
    battery: tuple[str, ...]
    on: date | None


def simulate(
    transaction: Transaction,
    study: Study,
    library: Library,
    *,
    patients: int,
    visits: int,
    seed: int,
    today: date,
    at: datetime,
    actor: str,
    contact: Callable[[str], NewContact | None] = lambda code: None,
    progress: Callable[[int], None] = lambda count: None,
) -> SimulatedCounts:
    """Store `patients` simulated people with at most `visits` answered visits each, all before `today`.

    The same seed gives the same people and answers, moved to `today`. A draft study without a patient becomes
    a simulated one. Each transaction stores some people, and what was stored stays if a later one fails.
    `study` is only read. `contact` gives the person behind a code. `progress` gets the number of people
    stored since its last call.

    Raises:
        Refused: the study is a real one.
    """
    import numpy as np

    timepoints = list(study.timepoints)
    with transaction() as session:
        known = _known(session, session.get_one(Study, study.id), at=at, actor=actor)
        asked = {key for timepoint in timepoints for key in timepoint.battery} or set(WITHOUT_A_PLAN)
        frozen = {key: versions.freeze(session, library.get(key), at=at) for key in sorted(asked)}
    rng = np.random.default_rng(seed)
    making = _Making(rng, study, timepoints, library, frozen, today, at, actor)
    total = SimulatedCounts(0, 0, 0, 0)
    for start in range(0, patients, BATCH):
        size = min(BATCH, patients - start)
        people = [draw(rng, _enrolment(rng, today), study.lowest_age, today) for _ in range(size)]
        codes = [f"S{known + start + number:05}" for number in range(1, size + 1)]
        news = [
            replace(new_patient(code, person), contact=contact(code))
            for code, person in zip(codes, people, strict=True)
        ]
        made = making.make(news, people, most_visits=visits)
        for first in range(0, size, AT_ONCE):
            some = made[first : first + AT_ONCE]
            with transaction() as session:
                total += making.store(session, some)
            progress(len(some))
    facts = {"study": study.code, "seed": seed, "patients": total.patients, "responses": total.responses}
    with transaction() as session:
        importing.done(session, study, "simulation.done", facts, at=at, actor=actor)
    return total


def _known(session: Session, study: Study, *, at: datetime, actor: str) -> int:
    """How many patients there are; a study that may become a simulated one becomes it."""
    known = session.scalar(select(func.count()).select_from(Patient).where(Patient.study_id == study.id)) or 0
    if not study.simulated:
        if study.status != "draft" or known:
            raise Refused(
                f"Study {study.code} is a real one: simulated answers must not mix with its own. "
                "Make another with: seventh study create CODE --simulated"
            )
        importing.mark_simulated(session, study, at=at, actor=actor)
    return known


def new_patient(code: str, person: Person) -> NewPatient:
    """The enrolment of `person`."""
    return NewPatient(
        code=code,
        enrolled_on=person.enrolled_on,
        birth_year=person.birth_year,
        sex=person.sex,
        side=person.side,
        cause=person.cause,
        begin=person.begin,
        onset=person.onset,
        treatments=person.treatments,
    )


def _enrolment(rng: np.random.Generator, today: date) -> date:
    recent = rng.random() < RECENT_SHARE
    return today - timedelta(days=int(rng.integers(1, RECENT_DAYS if recent else LONGEST_ENROLLED_DAYS)))


def _course(
    rng: np.random.Generator, timepoints: Sequence[Timepoint], person: Person, most: int, today: date
) -> tuple[SimulatedOccasion, ...]:
    """All visits of `person`: planned, missed, and at most `most` answered ones."""
    onset = person.onset.on if person.onset and person.onset.precision == "day" else None
    anchors = {"enrolment": person.enrolled_on, "onset": onset}
    ahead = planned_dates(studies.plan_of(timepoints), anchors, person.enrolled_on)
    ids = {timepoint.key: timepoint.id for timepoint in timepoints}
    found = []
    answered, comes = 0, True
    for planned, when in sorted(ahead, key=lambda pair: pair[1].due_on):
        on = _answered_on(rng, when, first=answered == 0) if comes and answered < most else None
        if on is not None and (on >= today or (answered and rng.random() < 0.07)):
            on = None
        answered += on is not None
        found.append(SimulatedOccasion(planned.key, ids[planned.key], when, planned.battery, on))
        recovered = person.impairment(when.due_on) < RECOVERED_BELOW
        comes = comes and bool(rng.random() >= (0.55 if recovered else 0.1))
    last_due = max((occasion.when.due_on for occasion in found), default=person.enrolled_on)
    battery = tuple(timepoints[-1].battery) if timepoints else WITHOUT_A_PLAN
    for number in range(len(found) + 1, most + 1):
        on = last_due + timedelta(days=182 * (number - len(ahead)))
        if not comes or on >= today:
            break
        found.append(SimulatedOccasion(f"visit {number}", None, unscheduled(on), battery, on))
    return tuple(found)


def _answered_on(rng: np.random.Generator, when: Window, *, first: bool) -> date:
    days = abs(rng.normal(0, 2)) if first else rng.normal(0, 9)
    return min(max(when.due_on + timedelta(days=int(days)), when.opens_on), when.closes_on)


@dataclass(frozen=True)
class _Made:
    """A person with all visits and the answers at each, which name no visit before they are stored."""

    new: NewPatient
    visits: list[tuple[SimulatedOccasion, list[NewResponse]]]


@dataclass(frozen=True)
class _Making:
    """Makes people with their visits and answers, and puts them into one study."""

    rng: np.random.Generator
    study: Study
    timepoints: Sequence[Timepoint]
    library: Library
    frozen: Mapping[str, int]
    today: date
    at: datetime
    actor: str

    def make(self, news: Sequence[NewPatient], people: Sequence[Person], *, most_visits: int) -> list[_Made]:
        """All of `people`, enrolled as `news`; it takes longest, and stores nothing."""
        courses = [_course(self.rng, self.timepoints, person, most_visits, self.today) for person in people]
        news = [
            self._afterwards(new, person, course)
            for new, person, course in zip(news, people, courses, strict=True)
        ]
        return [
            _Made(new, [(occasion, self._answers(person, occasion)) for occasion in course])
            for new, person, course in zip(news, people, courses, strict=True)
        ]

    def store(self, session: Session, made: Sequence[_Made]) -> SimulatedCounts:
        """Patients, visits, responses and alerts."""
        study = session.get_one(Study, self.study.id)
        patient_ids = patients_store.add(
            session, study, [one.new for one in made], at=self.at, actor=self.actor
        )
        occasions = [
            (patient_id, occasion, answers)
            for patient_id, one in zip(patient_ids, made, strict=True)
            for occasion, answers in one.visits
        ]
        visits = [
            NewVisit(patient_id, occasion.name, occasion.when, occasion.battery, occasion.timepoint_id)
            for patient_id, occasion, _ in occasions
        ]
        visit_ids = importing.add_visits(session, study, visits)
        answered = [
            replace(new, visit_id=visit_id, patient_id=patient_id)
            for visit_id, (patient_id, _, answers) in zip(visit_ids, occasions, strict=True)
            for new in answers
        ]
        alerts = responses.add(session, answered, at=self.at, actor=self.actor)
        return SimulatedCounts(len(patient_ids), len(visit_ids), len(answered), alerts)

    def _afterwards(
        self, new: NewPatient, person: Person, course: tuple[SimulatedOccasion, ...]
    ) -> NewPatient:
        """`new` with the registry's later facts: gradings, and patients who stopped coming."""
        seen = [occasion.on for occasion in course if occasion.on is not None]
        gradings = {
            on: (HOUSE_BRACKMANN, person.house_brackmann(on), on)
            for on in seen
            if self.rng.random() < GRADED_SHARE
        }
        new = replace(new, gradings=tuple(gradings.values()))
        closed = [occasion.when.closes_on for occasion in course if is_over(occasion.when, self.today)]
        missed_two = len(closed) >= 2 and not any(on >= min(closed[-2:]) for on in seen)
        if missed_two and self.rng.random() < LOST_SHARE:
            return replace(new, status=LOST, status_since=closed[-1], status_reason=NOT_REACHED)
        return new

    def _answers(self, person: Person, occasion: SimulatedOccasion) -> list[NewResponse]:
        if occasion.on is None:
            return []
        asked = asking_order(occasion.battery, self.library)
        return [self._response(self.library.get(key), person, occasion.on) for key in asked]

    def _response(self, instrument: Instrument, person: Person, on: date) -> NewResponse:
        given = answer(self.rng, instrument, asks_of(instrument, self.library), person, on)
        minute = int(self.rng.integers(8 * 60, 21 * 60))
        clock = time(minute // 60, minute % 60)
        submitted_at = datetime.combine(on, clock, ZoneInfo(self.study.timezone)).astimezone(UTC)
        took = timedelta(minutes=int(self.rng.integers(1, 3 * instrument.minutes + 1)))
        return NewResponse(
            visit_id=0,
            patient_id=0,
            instrument=instrument,
            version_id=self.frozen[instrument.key],
            answers=given.answers,
            not_given=dict.fromkeys(given.skipped, "skipped"),
            source="simulated",
            submitted_at=submitted_at,
            started_at=submitted_at - took,
            completed_on=on,
            locale="en",
        )
