"""An import of many short transactions: patients answer meanwhile, and nobody sees it before all is in."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select, update
from sqlalchemy.orm import Session

from surveys.db import moment, short_transaction
from surveys.exchange import importing
from surveys.exchange.faults import FileRefused
from surveys.exchange.import_file import read
from surveys.exchange.import_plan import ImportPlan
from surveys.frames import study_frames
from surveys.models import ALL_ROWS, Alert, Draft, InstrumentVersion, Patient, Response, Study, Visit
from surveys.settings import ROOT
from surveys.store.errors import Refused
from surveys.store.patient import undoing
from tests.support.patient import Patient as Person
from tests.support.patient import in_process
from tests.support.staff import ENROLMENT, Member, signed_in
from tests.support.study import PHQ9, Invited, changing, invite, library

pytestmark = pytest.mark.database

COLUMNS = ",".join(f"phq9_q{number}" for number in range(1, 10))
HEAD = f"patient,visit,completed_on,birth_year,{COLUMNS}\n"
ZEROS, LOW = ",".join("0" * 9), "0,0,0,0,0,0,0,0,2"
# P1 is enrolled and invited; an answer to item 9 of 2 raises an alert.
FILE = (
    f"{HEAD}P1,baseline,2025-01-01,1970,{LOW}\nP1,before,2024-01-01,1970,{LOW}\n"
    f"P2,a,2025-01-01,1980,{LOW}\nP3,a,2025-01-01,1980,{ZEROS}\n"
)
PAGES = ("patients", "needs", "completeness", "clinic", "alerts", "patients?search=P2")


class BrokenOff(Exception):
    """Somebody stopped the import."""


@dataclass
class Desk:
    """Where a file is imported into the one study, each patient in a transaction."""

    app: Flask
    url: str
    folder: Path
    invited: Invited

    def take(self, content: str = FILE, progress: Callable[[int], None] = lambda _: None) -> ImportPlan:
        """Import a file of this content."""
        path = self.folder / "import.csv"
        path.write_text(content)
        engine = create_engine(self.url)

        @contextmanager
        def reading() -> Iterator[Session]:
            with moment(engine) as connection, Session(connection) as session:
                yield session

        try:
            return importing.carry_out(
                reading,
                lambda: short_transaction(engine),
                self.invited.study_id,
                read(path, library(self.app)),
                library(self.app),
                wording=None,
                at=datetime.now(UTC),
                progress=progress,
            )
        finally:
            engine.dispose()

    def break_off(self, after: int = 1) -> None:
        """Import until so many patients are stored."""
        stored = []

        def stop(rows: int) -> None:
            stored.append(rows)
            if len(stored) == after:
                raise BrokenOff

        with pytest.raises(BrokenOff):
            self.take(progress=stop)

    def undo(self) -> None:
        """Take the import back."""
        engine = create_engine(self.url)
        try:
            transaction = lambda: short_transaction(engine)  # noqa: E731
            undoing.undo(transaction, self.invited.study_id, None, at=datetime.now(UTC), actor="test")
        finally:
            engine.dispose()

    def seen(self) -> dict[str, str]:
        """What frames hold, and how many rows of each kind are to be seen."""
        with changing(self.app) as session:
            study = session.get_one(Study, self.invited.study_id)
            frames = study_frames(session, study, library(self.app))
            found = {
                "patients": frames.patients.to_csv(),
                "visits": frames.visits.to_csv(),
                "responses": frames.responses.to_csv(),
                "scores": frames.scores.to_csv(),
            }
            for table in (Patient, Visit, Response, Alert):
                counted = select(func.count(table.id))
                if table is Alert:
                    counted = counted.join(Visit, Visit.id == Alert.visit_id)
                found[table.__tablename__] = str(session.scalar(counted))
            return found

    def stored(self) -> int:
        """How many responses there are, seen or not."""
        with changing(self.app) as session:
            return session.scalar(select(func.count(Response.id)), execution_options=ALL_ROWS) or 0


@pytest.fixture
def desk(app: Flask, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The study S1 of real people with patient P1, who may answer the PHQ-9."""
    monkeypatch.setattr(importing, "PORTION", 1)
    invited = invite(app, "P1")
    with changing(app) as session:
        session.execute(update(Study).values(simulated=False))
        session.execute(update(Visit).where(Visit.id == invited.visit_id).values(battery=["phq9"]))
    return Desk(app, database_url, tmp_path, invited)


def pages(member: Member) -> dict[str, str]:
    """What the lists show, without the time of day in their heads."""
    return {page: re.sub(r"\d\d:\d\d", "", member.get(f"/staff/S1/{page}").text) for page in PAGES}


def answer(desk: Desk) -> Person:
    """Patient P1 answers by the link."""
    person = Person(in_process(desk.app))
    person.open(desk.invited.token)
    person.finish(PHQ9)
    return person


@pytest.mark.database(both=False)
def test_nobody_sees_an_import_before_all_is_in(desk: Desk) -> None:
    """Not staff, not the analysis, not the patient; the same file again goes on, another is refused."""
    coordinator = signed_in(desk.app)
    before, frames = pages(coordinator), desk.seen()
    desk.break_off(after=2)
    assert desk.stored() == 3
    assert (pages(coordinator), desk.seen()) == (before, frames)
    refused = coordinator.post("/staff/S1/enrol", {**ENROLMENT, "code": "p2"})
    assert "The study code P2 is taken by an import that is not finished." in refused.text
    with pytest.raises(Refused, match=r"not finished. Give the same file .* seventh import undo S1 1"):
        desk.take(FILE + f"P4,a,2025-01-01,1980,{ZEROS}\n")
    rest = desk.take()
    assert (rest.summary.new_responses, rest.summary.stored_responses) == (1, 3)
    seen = desk.seen()
    assert (seen["patient"], seen["response"], seen["alert"]) == ("3", "4", "3")
    assert pages(coordinator)["patients?search=P2"] != before["patients?search=P2"]
    assert desk.take().summary.new_responses == 0
    assert desk.seen() == seen


def test_patients_answer_while_an_import_runs(desk: Desk) -> None:
    """No answer is refused, and none is lost on either side."""
    many = "".join(f"Q{number},a,2025-01-01,1980,{ZEROS}\n" for number in range(40))
    begun = threading.Event()
    running = threading.Thread(target=desk.take, args=(HEAD + many, lambda _: begun.set()))
    running.start()
    assert begun.wait(60)
    person = answer(desk)
    running.join()
    assert person.page.heading == "Thank you"
    assert (desk.seen()["response"], desk.seen()["patient"]) == ("41", "41")


@pytest.mark.database(both=False)
def test_an_answer_given_meanwhile_stands(desk: Desk) -> None:
    """The import yields in words, with nothing to be seen, and may be taken back."""
    given: list[Person] = []

    def answer_once(_: int) -> None:
        if not given:
            given.append(answer(desk))

    with pytest.raises(Refused, match="phq9 of baseline was answered or begun by patient P1"):
        desk.take(progress=answer_once)
    assert given[0].page.heading == "Thank you"
    assert (desk.seen()["response"], desk.seen()["patient"]) == ("1", "1")
    with pytest.raises(FileRefused, match=r"not finished.*seventh import undo S1 1\n.*row 2, column phq9_q2"):
        desk.take()
    desk.undo()
    assert desk.stored() == 1
    assert desk.take(FILE.replace(f"P1,baseline,2025-01-01,1970,{LOW}\n", "")).begun is None
    assert desk.seen()["response"] == "4"


@pytest.mark.database(both=False)
def test_an_answer_that_is_being_stored_as_the_import_ends_stands(desk: Desk, database_url: str) -> None:
    """The import waits for whoever answers at its visits, then sees what was said. SQLite has one writer."""
    if database_url.startswith("sqlite"):
        return
    engine = create_engine(database_url)
    stored: list[int] = []
    with Session(engine) as person:

        def begin(rows: int) -> None:
            stored.append(rows)
            if len(stored) < 3:  # the last patient of the file
                return
            locked = select(Visit.id).where(Visit.id == desk.invited.visit_id).with_for_update()
            version = person.scalar(select(func.min(InstrumentVersion.id)))
            draft = {"visit_id": person.scalar(locked), "instrument": "phq9", "locale": "en", "answers": {}}
            at = datetime.now(UTC)
            person.add(Draft(**draft, instrument_version_id=version, started_at=at, saved_at=at))
            person.flush()
            threading.Timer(1, person.commit).start()

        with pytest.raises(Refused, match="phq9 of baseline was answered or begun by patient P1"):
            desk.take(progress=begin)
    engine.dispose()
    assert desk.seen()["response"] == "0"


@pytest.mark.long
@pytest.mark.database(both=False)
def test_an_import_goes_on_after_it_was_killed(desk: Desk, database_url: str) -> None:
    """`kill -9` in the middle: unseen, and whole after the same command once more."""
    path = desk.folder / "import.csv"
    path.write_text(FILE)
    killing = (
        "import os, signal; from surveys.exchange import importing; importing.PORTION = 1\n"
        "store = importing._Batch.store\n"
        "def dying(self, session, portion):\n"
        "    store(self, session, portion)\n"
        "    if portion.entries[0].row.patient == 'P2': os.kill(os.getpid(), signal.SIGKILL)\n"
        "importing._Batch.store = dying\n"
        "from app import main; main()"
    )
    environment = {**os.environ, "SEVENTH_DATABASE_URL": database_url, "SEVENTH_SECRET_KEY": "killed" * 8}
    command = [sys.executable, "-c", killing, "import", "S1", str(path)]
    ran = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    assert desk.seen()["patient"] == "1"
    assert desk.stored() == 2
    assert desk.take().begun == 1
    assert (desk.seen()["patient"], desk.stored()) == ("3", 4)
