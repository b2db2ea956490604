"""A study's year in a few seconds: the clock moves, people live their lives, the worker dies sometimes.

`Truth` records the real events beside the database, so that the checker need not believe the program.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from surveys.db import writing
from surveys.instruments.library import Library
from surveys.mail.mailer import Mail, NotTaken, PerhapsTaken
from surveys.models import (
    Alert,
    AlertReader,
    Contact,
    Patient,
    Staff,
    Study,
    Visit,
)
from surveys.post import Post
from surveys.schedule import PlannedVisit
from surveys.store.patient import participation, patients
from surveys.store.patient.patients import NewContact, NewPatient
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from surveys.store.visit import alerts, responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions

BEGINS = datetime(2026, 3, 1, tzinfo=UTC)
STUDY_ZONE = "Europe/Berlin"
ZONES = (STUDY_ZONE, STUDY_ZONE, "Europe/London", "America/Los_Angeles", "Pacific/Auckland", "Asia/Kathmandu")
ROUNDS = (1, 7, 8, 13, 17, 22)  # hours (UTC) of the worker's rounds
WAIT = timedelta(hours=24)
PLAN = tuple(
    PlannedVisit(
        key=f"week_{week}",
        name=f"Week {week}",
        anchor="enrolment",
        offset_days=7 * week,
        window_before=0 if week == 0 else 3,
        window_after=18,
        battery=("phq9",),
    )
    for week in (0, 3, 6, 12, 26)
)


class Killed(BaseException):
    """The worker's process ended without a message."""


class History:
    """A fact that changes over time."""

    def __init__(self, at: datetime, value: Any) -> None:
        self.times, self.values = [at], [value]

    def change(self, at: datetime, value: Any) -> None:
        self.times.append(at)
        self.values.append(value)

    def at(self, when: datetime) -> Any:
        return self.values[max(bisect_right(self.times, when) - 1, 0)]


@dataclass
class Person:
    """One patient's life: facts, and since when they hold."""

    id: int
    zone: str
    status: History
    address: History
    stopped: History
    bad: set[str] = field(default_factory=set)


@dataclass
class Truth:
    """The real events."""

    people: dict[int, Person] = field(default_factory=dict)
    windows: dict[int, History] = field(default_factory=dict)  # of each visit
    owner: dict[int, int] = field(default_factory=dict)  # of each visit
    finished: dict[int, datetime] = field(default_factory=dict)
    study_closed: datetime | None = None
    taken: list[tuple[datetime, str, Mail]] = field(default_factory=list)  # by the mail server
    deaths: int = 0
    refusals: int = 0


@dataclass
class Server:
    """A mail server that refuses a tenth; sometimes the worker dies before or after it took a mail."""

    truth: Truth
    chance: random.Random
    now: datetime = BEGINS

    def send(self, mail: Mail) -> None:
        """Take the mail, refuse it, or leave the outcome unknown."""
        self._perhaps_die()
        fate = self.chance.random()
        if any(mail.to in person.bad for person in self.truth.people.values()):
            self.truth.refusals += 1
            raise NotTaken("550 5.1.1", final=True, address=True)
        if fate < 0.09:
            self.truth.refusals += 1
            raise NotTaken("451 4.3.0", final=fate < 0.01)
        if fate < 0.10:
            if fate < 0.095:
                self.truth.taken.append((self.now, mail.to, mail))
            raise PerhapsTaken("lost")
        self.truth.taken.append((self.now, mail.to, mail))
        self._perhaps_die()

    def _perhaps_die(self) -> None:
        if self.chance.random() < 0.01:
            self.truth.deaths += 1
            raise Killed


@dataclass
class Year:
    """The study, its people and its clock."""

    engine: Engine
    people: int
    days: int
    seed: int

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.truth = Truth()
        self.server = Server(self.truth, self.chance)
        self.library = Library.load()
        self.phq9 = self.library.get("phq9")
        self.ahead: list[tuple[datetime, str, int]] = []

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits."""
        with writing(), Session(self.engine, expire_on_commit=False) as session:
            yield session
            session.commit()

    def live(self) -> Truth:
        """Run from the first day to the last; returns the real events."""
        self._found()
        enrolled = sorted(self.chance.randrange(self.days * 2 // 3) for _ in range(self.people))
        for day in range(self.days):
            today = BEGINS + timedelta(days=day)
            for number, on in enumerate(enrolled):
                if on == day:
                    self._enrol(number, today + timedelta(minutes=self.chance.randrange(30)))
            for hour in ROUNDS:
                now = today + timedelta(hours=hour, minutes=self.chance.randrange(60))
                self._until(now)
                self._round(now)
            if day == self.days - 8:
                self._close(today + timedelta(hours=23))
        self._until(BEGINS + timedelta(days=self.days))
        return self.truth

    def _found(self) -> None:
        library = self.library
        with self.transaction() as session:
            new = NewStudy(
                "YEAR",
                timezone=STUDY_ZONE,
                contact="call",
                who_reads={"en": "x"},
                crisis_texts={"en": "Call 112."},
                simulated=True,
            )
            study = studies.create(session, new, PLAN, library, at=BEGINS, actor="test")
            studies.activate(session, study, library, at=BEGINS, actor="test")
            for rank in ("first", "deputy"):
                person = Staff(
                    email=f"{rank}@clinic.example",
                    password="",
                    fs_uniquifier=rank,
                    created_at=BEGINS,
                    active=True,
                    admin=False,
                )
                session.add(person)
                session.flush()
                session.add(
                    AlertReader(
                        study_id=study.id, rank=rank, staff_id=person.id, named_by="test", named_at=BEGINS
                    )
                )
            self.version_id = versions.freeze(session, self.phq9, at=BEGINS)

    def _enrol(self, number: int, at: datetime) -> None:
        zone, address = self.chance.choice(ZONES), f"p{number}@example.net"
        with self.transaction() as session:
            study = session.scalars(select(Study)).one()
            session.refresh(study, ["timepoints"])
            new = NewPatient(
                f"P{number}",
                studies.today(study, at),
                birth_year=1970,
                contact=NewContact(name=f"Person {number}", email=address),
            )
            patient = patients.enrol(session, study, study.timepoints, new, self.library, at=at, actor="test")
            session.get_one(Contact, patient.contact_id).timezone = zone
            person = Person(patient.id, zone, History(at, "active"), History(at, address), History(at, False))
            if self.chance.random() < 0.05:
                person.bad.add(address)
            self.truth.people[patient.id] = person
            visits = session.scalars(select(Visit).where(Visit.patient_id == patient.id)).all()
            for visit in visits:
                self.truth.windows[visit.id] = History(at, (visit.opens_on, visit.closes_on))
                self.truth.owner[visit.id] = patient.id
                if self.chance.random() < 0.65:
                    opens = datetime.combine(visit.opens_on, datetime.min.time(), UTC)
                    on = max(at, opens + timedelta(days=1)) + timedelta(
                        hours=self.chance.randrange(16 * 24), minutes=self.chance.randrange(60)
                    )
                    self.ahead.append((on, "answer", visit.id))
                if self.chance.random() < 0.1:
                    self.ahead.append(
                        (at + timedelta(hours=self.chance.randrange(1, 2000)), "move", visit.id)
                    )
        for what, share in (
            ("pause", 0.15),
            ("left", 0.06),
            ("died", 0.04),
            ("lost", 0.05),
            ("stop", 0.05),
            ("address", 0.15),
        ):
            if self.chance.random() < share:
                when = at + timedelta(
                    hours=self.chance.randrange(1, 24 * 60), minutes=self.chance.randrange(60)
                )
                self.ahead.append((when, what, patient.id))

    def _until(self, now: datetime) -> None:
        """Run the events before `now`, in order."""
        while self.ahead and min(self.ahead)[0] <= now:
            event = min(self.ahead)
            self.ahead.remove(event)
            getattr(self, f"_{event[1]}")(event[2], event[0])

    def _answer(self, visit_id: int, at: datetime) -> None:
        person = self.truth.people[self.truth.owner[visit_id]]
        opens, closes = self.truth.windows[visit_id].at(at)
        closed = self.truth.study_closed is not None
        if not opens <= local(at, STUDY_ZONE) <= closes or person.status.at(at) in {"left", "died"} or closed:
            return
        answers = {item.key: self.chance.randrange(3) for item in self.phq9.asked([])}
        answers["q9"] = int(self.chance.random() < 0.15)
        with self.transaction() as session:
            new = NewResponse(
                visit_id=visit_id,
                patient_id=person.id,
                instrument=self.phq9,
                version_id=self.version_id,
                answers=answers,
                source="web",
                submitted_at=at,
                completed_on=local(at, STUDY_ZONE),
            )
            responses.add(session, [new], at=at, actor="patient")
        self.truth.finished[visit_id] = at

    def _move(self, visit_id: int, at: datetime) -> None:
        opens, closes = self.truth.windows[visit_id].at(at)
        if local(at, STUDY_ZONE) >= opens or visit_id in self.truth.finished:
            return
        days = timedelta(days=self.chance.choice((-2, 5, 12)))
        with self.transaction() as session:
            visit = session.get_one(Visit, visit_id)
            visit.opens_on, visit.due_on, visit.closes_on = opens + days, visit.due_on + days, closes + days
        self.truth.windows[visit_id].change(at, (opens + days, closes + days))

    def _become(self, patient_id: int, at: datetime, status: str) -> bool:
        person = self.truth.people[patient_id]
        if person.status.at(at) in {"left", "died", "lost", status}:
            return False
        with self.transaction() as session:
            patient = session.get_one(Patient, patient_id)
            on = max(patient.enrolled_on, local(at, STUDY_ZONE))
            participation.change_status(session, patient, status, on=on, at=at, actor="test")
        person.status.change(at, status)
        return True

    def _pause(self, patient_id: int, at: datetime) -> None:
        if self._become(patient_id, at, "paused"):
            later = at + timedelta(days=self.chance.randrange(1, 30))
            self.ahead.append((later, "resume", patient_id))

    def _resume(self, patient_id: int, at: datetime) -> None:
        self._become(patient_id, at, "active")

    def _left(self, patient_id: int, at: datetime) -> None:
        self._become(patient_id, at, "left")

    def _died(self, patient_id: int, at: datetime) -> None:
        self._become(patient_id, at, "died")

    def _lost(self, patient_id: int, at: datetime) -> None:
        self._become(patient_id, at, "lost")

    def _stop(self, patient_id: int, at: datetime) -> None:
        with self.transaction() as session:
            patient = session.get_one(Patient, patient_id)
            patient.messages_stopped_at = patient.messages_stopped_at or at
        self.truth.people[patient_id].stopped.change(at, True)

    def _address(self, patient_id: int, at: datetime) -> None:
        address = f"new{patient_id}@example.net"
        with self.transaction() as session:
            patient = session.get_one(Patient, patient_id)
            session.get_one(Contact, patient.contact_id).email = address
        self.truth.people[patient_id].address.change(at, address)

    def _close(self, at: datetime) -> None:
        with self.transaction() as session:
            session.scalars(select(Study)).one().status = "closed"
        self.truth.study_closed = at

    def _round(self, at: datetime) -> None:
        """Run a round of the worker; it starts again if it dies, and staff take some alerts on."""
        self.server.now = at
        post = Post(self.transaction, self.server, "https://study.example.org", "secret", None, lambda: at)
        for _ in range(20):
            try:
                post.plan()
                post.send_all()
                break
            except Killed:
                continue
        with self.transaction() as session:
            for alert in session.scalars(select(Alert).where(Alert.state == "new")):
                if self.chance.random() < 0.25:
                    alerts.acknowledge(session, alert.id, at=at, actor="staff:1", note=None)


def local(at: datetime, zone: str) -> date:
    """The calendar date there."""
    return at.astimezone(ZoneInfo(zone)).date()
