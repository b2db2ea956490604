"""A study's whole life by chance: whatever happens in whatever order, the design's invariants hold.

It works through the store alone, on a SQLite database that the caller gives. `Life` does the steps and keeps
what must be true after them; a machine of Hypothesis chooses the steps (`whole_life`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, selectinload

from surveys.db import short_transaction, writing
from surveys.exchange.import_file import read
from surveys.exchange.importing import carry_out
from surveys.instruments.library import Library
from surveys.models import (
    ALL_ROWS,
    Draft,
    Erasure,
    Event,
    EventValue,
    Import,
    Palsy,
    Patient,
    Response,
    Study,
    Visit,
)
from surveys.schedule import PlannedVisit
from surveys.store import audit
from surveys.store.audit import heads
from surveys.store.errors import Refused
from surveys.store.patient import erasing, palsies, participation, patients, treatments, undoing
from surveys.store.patient.palsies import PalsyFacts
from surveys.store.patient.patients import NewContact, NewPatient, NewTreatment, PartialDate
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from surveys.store.visit import answering, corrections, links, opening, planning, seals
from surveys.store.visit.corrections import TypedAnswers
from surveys.store.visit.done import wrong_visits
from surveys.store.visit.opening import LinkRefused, OpenVisit
from surveys.store.visit.progress import current, first_open
from surveys.store.visit.responses import wrong_scores
from surveys.store.words.wordings import Texts

BEGINS = datetime(2026, 3, 10, 9, tzinfo=UTC)
LIBRARY = Library.load()
SEALS = seals.Seals("a life " * 9)
PLAN = (
    PlannedVisit("first", "First", "enrolment", 0, 0, 60, ("phq9",)),
    PlannedVisit("onset", "After onset", "onset", 100, 60, 60, ("gad7",)),
    PlannedVisit("toxin", "After toxin", "treatment", 10, 10, 60, ("phq9",), "botulinum_toxin", "given"),
)
COLUMNS = ",".join(f"phq9_q{number}" for number in range(1, 10))
MOST_PATIENTS = 5


class Killed(Exception):
    """The process ended here; what it had not committed is gone."""


@dataclass
class Life:
    """What happened to the study, and what must be so because of it."""

    engine: Engine
    folder: Path
    at: datetime = BEGINS
    killed: bool = False
    files: int = 0
    tokens: dict[int, str] = field(default_factory=dict)  # by visit
    said: dict[tuple[int, str], dict[str, int | None]] = field(default_factory=dict)  # acknowledged, not sent
    stored: dict[int, dict[str, Any]] = field(default_factory=dict)  # answers of each response
    erased: set[int] = field(default_factory=set)
    kept_heads: list[heads.Head] = field(default_factory=list)
    texts: Texts = field(default_factory=lambda: Texts(LIBRARY))

    def begin(self) -> None:
        """An active study for patients, and a draft for imports."""
        with self.step() as session:
            new = NewStudy(
                "S1", contact="call", who_reads={"en": "x"}, crisis_texts={"en": "Call 112."}, simulated=True
            )
            study = studies.create(session, new, PLAN, LIBRARY, at=self.at, actor="test")
            studies.activate(session, study, LIBRARY, at=self.at, actor="test")
            studies.create(session, NewStudy("S2"), PLAN, LIBRARY, at=self.at, actor="test")

    @contextmanager
    def step(self) -> Iterator[Session]:
        """One transaction, in which the process may be killed before it commits; refusals change nothing."""
        self.at += timedelta(hours=1)
        with writing(), Session(self.engine) as session, suppress(Refused, LinkRefused, Killed):
            yield session
            session.flush()
            if self.killed:
                raise Killed
            session.commit()

    @property
    def goes_on(self) -> bool:
        """Whether what was done in this step is kept, for what the test itself remembers."""
        return not self.killed

    # Patients' own steps ------------------------------------------------------------------------------

    def answer(self, visit: Visit, device: str, value: int | None) -> None:
        """Answer the next open item, or skip it, on one of two devices."""
        with self.step() as session:
            found = self._open(session, visit, device)
            key = current(found)
            item = first_open(found, key) if key else None
            if key is None or item is None:
                return
            if not found.begun:
                answering.open_visit(session, found, at=self.at)
            instrument = found.instruments[key]
            answering.save_answer(
                session, found, instrument, item.key, value, locale="en", at=self.at, seals=SEALS
            )
            if self.goes_on:
                self.said.setdefault((visit.id, key), {})[item.key] = value

    def send(self, visit: Visit, device: str) -> None:
        """Send the open questionnaire; a second press changes nothing."""
        with self.step() as session:
            found = self._open(session, visit, device)
            if (key := current(found)) is None:
                return
            made = answering.submit(session, found, found.instruments[key], LIBRARY, at=self.at, seals=SEALS)
            if made is not None and self.goes_on:
                said = self.said.pop((visit.id, key))
                self.stored[made] = {item: one for item, one in said.items() if one is not None}

    def _open(self, session: Session, visit: Visit, device: str) -> OpenVisit:
        if visit.id not in self.tokens:
            token = links.issue(session, session.get_one(Visit, visit.id), at=self.at, actor="staff:1")
            if self.goes_on:
                self.tokens[visit.id] = token
        else:
            token = self.tokens[visit.id]
        link_id = links.find(session, token)
        if link_id is None:
            raise Refused("This link is no more.")
        return opening.load(session, link_id, self.texts, device=device, at=self.at, lock=True)

    # Staff's steps ------------------------------------------------------------------------------------

    def enrol(self, days_since_onset: int) -> None:
        """One more patient."""
        with self.step() as session:
            study = self._study(session, "S1")
            number = session.scalar(select(func.count(Patient.id)).where(Patient.study_id == study.id)) or 0
            if number >= MOST_PATIENTS:
                return
            onset = PartialDate(self.at.date() - timedelta(days=days_since_onset), "day")
            contact = NewContact(name=f"Secret Name {number}", email=f"secret{number}@example.net")
            new = NewPatient(f"P{number}", self.at.date(), birth_year=1970, onset=onset, contact=contact)
            patients.enrol(session, study, study.timepoints, new, LIBRARY, at=self.at, actor="staff:1")

    def enter(self, visit: Visit, value: int) -> None:
        """Staff type in a sheet of paper."""
        with self.step() as session:
            there = session.get_one(Visit, visit.id)
            instrument = LIBRARY.get(there.battery[0]) if there.battery else LIBRARY.get("phq9")
            answers = {item.key: value for item in instrument.asked([])}
            entry = TypedAnswers(answers, "paper", self.at.date(), "en", "patient")
            study = self._study(session, "S1")
            made = corrections.enter(
                session, study, there, instrument, entry, LIBRARY, at=self.at, actor="staff:1"
            )
            if self.goes_on:
                self.stored[made] = dict(answers)

    def correct(self, response_id: int, item: int, value: int, staff: str) -> None:
        """Correct one answer; of two who look at the same response the second is refused."""
        with self.step() as session:
            response = session.get(Response, response_id)
            if response is None:
                return
            stood, instrument = response.stands, LIBRARY.get(response.instrument)
            answers = {**response.answers, f"q{item}": value}
            study = self._study(session, "S1")
            made = corrections.correct(
                session, study, response, instrument, answers, reason="misread", at=self.at, actor=staff
            )
            assert stood, "a response that no longer stood was corrected"
            if self.goes_on:
                self.stored[made] = answers

    def annul(self, response_id: int) -> None:
        """These answers were another person's."""
        with self.step() as session:
            response = session.get(Response, response_id)
            if response is not None:
                instrument, study = LIBRARY.get(response.instrument), self._study(session, "S1")
                told: dict[str, Any] = {"reason": "other", "study": study}
                corrections.annul(session, response, instrument, LIBRARY, **told, at=self.at, actor="staff:2")

    def become(self, patient_id: int, status: str) -> None:
        """Pause, leave, die, come back."""
        with self.step() as session:
            patient = session.get_one(Patient, patient_id)
            on = self.at.date()
            participation.change_status(
                session, patient, status, on=on, at=self.at, actor="staff:1", reason="asked"
            )

    def move_onset(self, patient_id: int, days: int) -> None:
        """A better-known onset moves what nobody has opened."""
        fixed = self._fixed(patient_id)
        with self.step() as session:
            patient = session.get_one(Patient, patient_id)
            palsy = session.scalars(select(Palsy).where(Palsy.patient_id == patient_id)).one()
            onset = PartialDate(self.at.date() - timedelta(days=days), "day")
            facts = PalsyFacts(palsy.side, palsy.cause, palsy.begin, onset)
            told: dict[str, Any] = {"today": self.at.date(), "at": self.at, "actor": "staff:2"}
            palsies.correct(session, patient, palsy, facts, reason="a letter", **told)
            planning.replan(session, patient, LIBRARY, changed=["onset"], at=self.at, actor="staff:2")
        assert self._fixed(patient_id).items() >= fixed.items(), "a visit moved that somebody had opened"

    def treat(self, patient_id: int, days: int) -> None:
        """An injection was given."""
        with self.step() as session:
            patient = session.get_one(Patient, patient_id)
            new = NewTreatment("botulinum_toxin", PartialDate(self.at.date() - timedelta(days=days), "day"))
            treatments.add(session, patient, new, today=self.at.date(), at=self.at, actor="staff:1")
            planning.replan(session, patient, LIBRARY, changed=["treatment"], at=self.at, actor="staff:1")

    def erase(self, patient_id: int) -> None:
        """Take the identity away, and without a consent the answers."""
        with self.step() as session:
            patient = session.get_one(Patient, patient_id)
            of_patient = select(Response.id).join(Visit).where(Visit.patient_id == patient_id)
            gone = set(session.scalars(of_patient).all())
            visits = set(session.scalars(select(Visit.id).where(Visit.patient_id == patient_id)).all())
            erasing.remove(session, patient, reason="asked", on=self.at.date(), at=self.at, actor="staff:1")
            if self.goes_on:
                self.erased.add(patient_id)
                self.stored = {one: answers for one, answers in self.stored.items() if one not in gone}
                self.said = {key: answers for key, answers in self.said.items() if key[0] not in visits}

    def bring(self, broken_off: bool) -> None:
        """Import a file of two patients; it may be broken off, and a later import of it goes on."""
        self.at += timedelta(hours=1)
        path = self.folder / f"import{self.files}.csv"
        answers = ",".join([str(self.files % 4)] * 9)
        rows = [f"F{self.files}{one},old,2025-01-01,1970,{answers}" for one in "ab"]
        path.write_text("\n".join([f"patient,visit,completed_on,birth_year,{COLUMNS}", *rows, ""]))

        def progress(_: int) -> None:
            if broken_off:
                raise Killed

        with suppress(Refused, Killed):
            carry_out(
                self._moment,
                lambda: short_transaction(self.engine),
                self._study_id("S2"),
                read(path, LIBRARY),
                LIBRARY,
                wording=None,
                at=self.at,
                progress=progress,
            )
            self.files += 1

    def undo(self) -> None:
        """Take the last import back."""
        self.at += timedelta(hours=1)
        with suppress(Refused):
            undoing.undo(
                lambda: short_transaction(self.engine),
                self._study_id("S2"),
                None,
                at=self.at,
                actor="staff:1",
            )

    # What must be so ----------------------------------------------------------------------------------

    def check(self, *, whole: bool) -> None:
        """The design's invariants; `whole`: with the proofs of the record and of the scores."""
        with Session(self.engine) as session:
            if whole:
                faults = [*audit.verify(session, expected=self.kept_heads)]
                assert faults == [], list(map(str, faults))
                unsealed = seals.Unsealed()
                assert (seals.changed(session, SEALS, unsealed), unsealed.number) == ([], 0)
                self.kept_heads = heads.heads(session)
                assert list(wrong_scores(session)) == []
                assert list(wrong_visits(session)) == []
            self._check_answers(session)
            self._check_erased(session)
            self._check_imports(session)

    def _check_answers(self, session: Session) -> None:
        """What was acknowledged is there, and what was stored is as it was; one response stands per place."""
        rows = session.execute(
            select(Response.id, Response.answers, Visit.study_id).join(Visit), execution_options=ALL_ROWS
        )
        own = self._study_id("S1")
        there = {row.id: row.answers for row in rows if row.study_id == own}
        assert there == self.stored
        drafts = {(one.visit_id, one.instrument): one for one in session.scalars(select(Draft))}
        for (visit_id, key), said in self.said.items():
            kept = drafts[visit_id, key].answers
            assert {item: given[-1].get("value") for item, given in kept.items()} == said
        assert drafts.keys() == self.said.keys()
        place = (Response.visit_id, Response.instrument)
        twice = select(*place).where(Response.stands).group_by(*place).having(func.count() > 1)
        assert session.execute(twice).all() == []
        followed = select(Response.supersedes_id).where(Response.supersedes_id.is_not(None))
        replaced = session.scalars(followed).all()
        assert len(replaced) == len(set(replaced))
        standing = session.scalars(select(Response.id).where(Response.stands)).all()
        assert not set(replaced) & set(standing)

    def _check_erased(self, session: Session) -> None:
        """Of who was erased no answer, score, draft, contact or value is left."""
        assert set(session.scalars(select(Erasure.patient_id))) == self.erased
        of_them = select(Visit.id).where(Visit.patient_id.in_(self.erased))
        for table in (Response, Draft):
            assert session.scalars(select(table.id).where(table.visit_id.in_(of_them))).all() == []
        for patient in session.scalars(select(Patient).where(Patient.id.in_(self.erased))):
            assert patient.contact_id is None
            assert patient.gone
        values = select(EventValue.after).join(Event, Event.id == EventValue.event_id)
        assert session.scalars(values.where(Event.patient_id.in_(self.erased))).all() == []

    def _check_imports(self, session: Session) -> None:
        """An import is seen whole or not at all."""
        found = session.scalars(select(Import)).all()
        for one in found:
            seen = session.scalars(select(Patient.id).where(Patient.import_id == one.id)).all()
            whole = one.finished_at is not None and one.undone_at is None
            assert len(seen) == (2 if whole else 0)

    # What the steps look up ---------------------------------------------------------------------------

    def visits(self) -> list[Visit]:
        """The visits of the patients' study."""
        return self._all(select(Visit).where(Visit.study_id == self._study_id("S1")).order_by(Visit.id))

    def patients(self) -> list[int]:
        """Its patients."""
        query = select(Patient.id).where(Patient.study_id == self._study_id("S1")).order_by(Patient.id)
        return self._all(query)

    def responses(self) -> list[int]:
        """All their responses, standing or not."""
        return sorted(self.stored)

    def _fixed(self, patient_id: int) -> dict[int, tuple[date, date, date]]:
        opened = (Visit.patient_id == patient_id, Visit.opened_at.is_not(None))
        found: list[Visit] = self._all(select(Visit).where(*opened))
        return {one.id: (one.opens_on, one.due_on, one.closes_on) for one in found}

    def _all(self, query: Any) -> list[Any]:
        with Session(self.engine, expire_on_commit=False) as session:
            return list(session.scalars(query).all())

    def _study_id(self, code: str) -> int:
        return int(self._all(select(Study.id).where(Study.code == code))[0])

    def _study(self, session: Session, code: str) -> Study:
        query = select(Study).where(Study.code == code).options(selectinload(Study.timepoints))
        return session.scalars(query).one()

    @contextmanager
    def _moment(self) -> Iterator[Session]:
        with Session(self.engine) as session:
            yield session
