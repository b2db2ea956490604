"""What patients feel of the work of staff: requests per second, how long one takes, what is refused or lost.

Patients answer over loopback at the configuration of `seventh run`: first alone, then while eight dashboards
that are not drawn yet are looked at, an export and a freeze are made, and a file of as many visits is
imported. SQLite. One argument: how many simulated patients.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from threading import Event, Thread

from sqlalchemy import create_engine, select

from analysis.data.pages import TITLES
from app import create_app
from surveys.cli.run import server_command
from surveys.db import close
from surveys.models import Draft
from surveys.schedule import preset
from surveys.settings import ROOT, Settings
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from tests.support.patient import Send, over_http
from tests.support.server import free_listener, url_of
from tests.support.simulated import populate
from tests.support.staff import Member, employ
from tests.support.study import FACE, Invited, changing, invite, library

CLIENTS = 8
PATIENTS_OF_A_CLIENT = 25  # so many that no link comes near its 600 requests a minute, which would be refused
SECONDS = 20.0
SECRET = "bench " * 8
EMAIL = "coordinator@example.org"


@dataclass
class Felt:
    """How long each request of a phase took, in seconds, how long the phase was, and what was refused."""

    took: list[float]
    seconds: float
    refused: int

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.took) / self.seconds

    @property
    def p95(self) -> float:
        """What 95 of 100 requests stay under."""
        return quantiles(self.took, n=20)[-1] if len(self.took) > 1 else self.seconds


def main() -> None:
    """Measure both phases in one run and print them with their ratio."""
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'seventh.db'}"
        invited = prepare(url, patients)
        with free_listener() as listener:
            server = url_of(listener)
        process = subprocess.Popen(
            server_command(int(server.rpartition(":")[2])),
            cwd=ROOT,
            env={**os.environ, "SEVENTH_DATABASE_URL": url, "SEVENTH_SECRET_KEY": SECRET},
        )
        try:
            measure(server, url, invited, patients)
        finally:
            process.terminate()
            process.wait()


def prepare(url: str, patients: int) -> list[Invited]:
    """A study of simulated patients with a coordinator, and those who will answer."""
    app = create_app(Settings(database_url=url, secret_key=SECRET))
    invited = [invite(app, f"P{number}") for number in range(CLIENTS * PATIENTS_OF_A_CLIENT)]
    with changing(app) as session:
        new = NewStudy("S2")
        studies.create(session, new, preset("registry"), library(app), at=datetime.now(UTC), actor="bench")
    populate(app, patients)
    employ(app, EMAIL, "coordinator")
    with app.app_context():
        close()
    return invited


def measure(server: str, url: str, invited: list[Invited], patients: int) -> None:
    """Patients alone, then beside eight dashboards, an export, a freeze and an import."""
    members = [signed_in(server) for _ in TITLES]
    answering = [opened(server, one) for one in invited]
    alone = phase(answering, lambda: time.sleep(SECONDS))
    boards: list[float] = []
    other: dict[str, float] = {}

    def work() -> None:
        asked = [
            Thread(target=look, args=(one, page, boards)) for one, page in zip(members, TITLES, strict=True)
        ]
        asked += [
            Thread(target=make, args=(signed_in(server), "export", {"form": "tidy"}, other)),
            Thread(target=make, args=(signed_in(server), "freezes", {"name": "Bench"}, other)),
            Thread(target=load, args=(url, patients, other)),
        ]
        for thread in asked:
            thread.start()
        for thread in asked:
            thread.join()

    beside = phase(answering, work)
    print(f"{patients} simulated patients, {CLIENTS} who answer at once, {len(TITLES)} dashboards at once")
    for name, felt in (("alone", alone), ("beside", beside)):
        print(f"{name:8} {felt.rate:7.1f} requests/s   p95 {felt.p95 * 1000:8.0f} ms   {felt.seconds:6.1f} s")
    fewer, slower = beside.rate / alone.rate, beside.p95 / alone.p95
    print(f"ratio    {fewer:7.2f} of the requests   {slower:5.1f} times the p95")
    print(f"refused  {alone.refused + beside.refused}   lost {sum(lost(url, one) for one in answering)}")
    print(f"boards   {', '.join(f'{seconds:.1f}' for seconds in sorted(boards))} s")
    print(f"others   {', '.join(f'{name} {seconds:.1f}' for name, seconds in sorted(other.items()))} s")


def make(member: Member, page: str, fields: dict[str, str], took: dict[str, float]) -> None:
    """Ask for an export or a freeze, and wait until it is made."""
    start = time.perf_counter()
    member.get(f"/staff/S1/{page}")
    member.post(f"/staff/S1/{page}", fields)
    while member.status == 202:
        time.sleep(1)
        member.get(member.path)
    assert member.status == 200, member.status
    took[page] = time.perf_counter() - start


def load(url: str, rows: int, took: dict[str, float]) -> None:
    """Import visits of new patients into another study."""
    items = [f"phq9_q{number}" for number in range(1, 10)]
    lines = [",".join(["patient", "visit", "completed_on", *items])]
    lines += [f"I{number},baseline,2026-03-10,{','.join('1' * 9)}" for number in range(rows)]
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write("\n".join(lines))
        file.flush()
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", "from app import main; main()", "import", "S2", file.name],
            check=True,
            cwd=ROOT,
            env={**os.environ, "SEVENTH_DATABASE_URL": url, "SEVENTH_SECRET_KEY": SECRET},
            stdout=subprocess.DEVNULL,
        )
        took["import"] = time.perf_counter() - start


def lost(url: str, patient: Answering) -> int:
    """How many answers that were acknowledged are not the last ones in the database."""
    engine = create_engine(url)
    with engine.connect() as connection:
        visit_id = int(patient.visit.rpartition("/")[2])
        query = select(Draft.answers).where(Draft.visit_id == visit_id, Draft.instrument == "face")
        said = connection.scalar(query) or {}
    engine.dispose()
    return sum(
        said.get(f"q{number}", [{}])[-1].get("value") != value for number, value in patient.said.items()
    )


def signed_in(server: str) -> Member:
    """A coordinator with a browser, as soon as the server is up."""
    member = Member(over_http(server, timeout=600))
    while True:
        try:
            member.sign_in(EMAIL)
        except (OSError, HTTPException):
            time.sleep(0.2)
        else:
            return member


def look(member: Member, page: str, took: list[float]) -> None:
    """Ask for one page of the dashboard until it shows its figures; how long that took."""
    start = time.perf_counter()
    while True:
        member.get(f"/staff/S1/dashboard/{page}?sex=female")
        if 'id="board"' in member.replies[-1].html:
            break
        time.sleep(1)
    took.append(time.perf_counter() - start)


@dataclass
class Answering:
    """A patient with an open visit in a browser; `said` is each last answer that the server acknowledged."""

    send: Send
    visit: str
    token: str
    said: dict[int, int] = field(default_factory=dict)


def opened(server: str, invited: Invited) -> Answering:
    """The patient's browser, on the page before the first question."""
    send = over_http(server, timeout=600)
    send("GET", invited.path, [])
    visit = f"/visit/{invited.visit_id}"
    page = send("GET", visit, []).html
    return Answering(send, visit, page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0])


def phase(patients: list[Answering], meanwhile: Callable[[], None]) -> Felt:
    """Let patients answer for as long as something else goes on."""
    over, took, refused = Event(), list[float](), list[int]()
    clients = [patients[first::CLIENTS] for first in range(CLIENTS)]
    threads = [Thread(target=answer, args=(one, over, took, refused)) for one in clients]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    meanwhile()
    over.set()
    seconds = time.perf_counter() - start
    for thread in threads:
        thread.join()
    return Felt(took, seconds, len(refused))


def answer(patients: list[Answering], over: Event, took: list[float], refused: list[int]) -> None:
    """Answer question after question, over and over, for each in turn; note how long requests take."""
    for number, value in cycle(enumerate(FACE, start=1)):
        for patient in patients:
            path = f"{patient.visit}/face/{number}"
            for method, fields in (
                ("GET", []),
                ("POST", [("csrf_token", patient.token), ("answer", str(value))]),
            ):
                start = time.perf_counter()
                status = patient.send(method, path, fields).status
                took.append(time.perf_counter() - start)
                if status not in (200, 302):
                    refused.append(status)
                elif method == "POST":
                    patient.said[number] = value
                if over.is_set():
                    return


if __name__ == "__main__":
    main()
