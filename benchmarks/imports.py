"""What an import and a simulation take, and how long patients wait meanwhile."""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from statistics import quantiles

from flask import Flask
from sqlalchemy import update

from app import create_app
from benchmarks.measuring import SECRET, Bench
from surveys.db import migrate
from surveys.models import Study
from surveys.settings import ROOT, Settings
from tests.support.patient import Patient, in_process
from tests.support.study import FACE, Invited, changing, invite

ASKED = {"face": range(1, 6), "phq9": range(4), "saq": range(1, 6)}
ITEMS = {"face": 15, "phq9": 9, "saq": 9}
PATIENTS_WHO_ANSWER = 2
PAUSE = 0.4  # seconds between two answers: more requests a minute than a link may make would all be refused


@dataclass
class Waits:
    """How long each answer of the patients took, and how many were refused."""

    seconds: list[float] = field(default_factory=list)
    refused: int = 0

    def told(self) -> str:
        """The worst, the 99th percentile, and the refusals."""
        high = quantiles(self.seconds, n=100)[98]
        return (
            f"worst {max(self.seconds):.2f} s, p99 {high:.2f} s of {len(self.seconds)} answers, "
            f"{self.refused} refused"
        )


def imports(bench: Bench) -> str:
    """Processor time of an import of 100 rows per patient of the bench, while two patients answer."""
    return "; ".join(f"{kind}: {_import(bench, kind)}" for kind in ("SQLite", "PostgreSQL"))


def simulated(bench: Bench) -> str:
    """Processor time of 10 simulated patients per patient of the bench."""
    number = 10 * bench.patients
    url = _database(bench, "SQLite", "simulated")
    _run(url, "study", "create", "S1", "--simulated")
    spent = _run(url, "simulate", "S1", "--patients", str(number), "--visits", "3")
    return f"{number} patients: {spent:.0f} s of processor time, SQLite"


def _import(bench: Bench, kind: str) -> str:
    rows = 100 * bench.patients
    file = bench.folder / "import.csv"
    write_file(file, rows)
    url = _database(bench, kind, "imported")
    app = create_app(Settings(database_url=url, secret_key=SECRET))
    invited = [invite(app, f"A{number}") for number in range(PATIENTS_WHO_ANSWER)]
    with changing(app) as session:
        session.execute(update(Study).values(simulated=False))
    waits, ended = Waits(), threading.Event()
    answering = [
        threading.Thread(target=answer, args=(app, one, number, waits, ended))
        for number, one in enumerate(invited)
    ]
    for thread in answering:
        thread.start()
    began = time.monotonic()
    spent = _run(url, "import", "S1", str(file))
    took = time.monotonic() - began
    ended.set()
    for thread in answering:
        thread.join()
    return f"{rows} rows in {spent:.0f} s of processor time ({took:.0f} s), patients {waits.told()}"


def answer(app: Flask, invited: Invited, number: int, waits: Waits, ended: threading.Event) -> None:
    """Give the first answer of FaCE again and again."""
    person = Patient(in_process(app))
    person.open(invited.token)
    person.next()
    while not ended.wait(PAUSE):
        path = f"/visit/{invited.visit_id}/face/1"
        person.get(path)
        began = time.monotonic()
        try:
            person.answer(FACE[0])
        except AssertionError:
            waits.refused += 1
            person.get(path)
        waits.seconds.append(time.monotonic() - began)


def _database(bench: Bench, kind: str, name: str) -> str:
    url = bench.postgres() if kind == "PostgreSQL" else f"sqlite:///{bench.folder / f'{name}.db'}"
    migrate(url)
    return url


def _run(url: str, *words: str) -> float:
    """Seconds of processor time that a command takes."""
    environment = {**os.environ, "SEVENTH_DATABASE_URL": url, "SEVENTH_SECRET_KEY": SECRET}
    command = [sys.executable, "-c", "from app import main; main()", *words]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as running:
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    assert running.returncode == 0, words
    return used.ru_utime + used.ru_stime


def write_file(path: Path, rows: int, seed: int = 1) -> None:
    """An import file with three visits a patient, and three whole questionnaires at each."""
    rng = random.Random(seed)
    columns = [f"{key}_q{number}" for key, items in ITEMS.items() for number in range(1, items + 1)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        facts = ("patient", "visit", "completed_on", "birth_year", "sex", "house_brackmann")
        writer.writerow([*facts, *columns])
        for patient in range(rows // 3):
            first = date(2018, 1, 1) + timedelta(days=rng.randrange(2000))
            for visit in range(3):
                on = first + timedelta(days=90 * visit)
                answers = [rng.choice(ASKED[key]) for key, items in ITEMS.items() for _ in range(items)]
                answers[23] = 0 if rng.random() < 0.95 else answers[23]  # PHQ-9 item 9
                row = [f"P{patient:06}", f"visit {visit + 1}", on, 1950 + patient % 40, "female"]
                writer.writerow([*row, rng.randrange(1, 7), *answers])
