"""The table of docs/performance.md: what must hold, what is aimed at, and what this machine measures now.

    make bench, or: .venv/bin/python benchmarks/table.py [--patients 10000] [--slow] [--only WORDS]

Ratios are of one interleaved run, the median of some rounds after one to warm up. A row that was not measured
this time keeps its last figure, with the commit and the machine it is of.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import platform
import random
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import psycopg
from flask import Flask
from sqlalchemy import event

from app import create_app
from benchmarks import floor
from benchmarks.patient_page import request
from surveys.db import db
from surveys.exchange.scored import Scoring
from surveys.instruments.library import Library
from surveys.instruments.scoring import score_table
from surveys.settings import ROOT, Settings
from tests.support.postgres import VERSION as POSTGRES
from tests.support.postgres import running_postgres
from tests.support.simulated import populate
from tests.support.staff import signed_in
from tests.support.study import FACE, invite

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

ROUNDS = 5
VISITS_A_ROUND = 4
TABLE = ROOT / "docs" / "performance.md"
CLIENTS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
HEAD = "| work | must | aim | measured | commit | machine |"
SECRET = "bench" * 8
LISTS = {
    "patient list": "patients",
    "needs a person": "needs",
    "completeness": "completeness",
    "clinic today": "clinic",
    "alerts": "alerts",
}


@dataclass(frozen=True)
class Row:
    """One line: its name, its limits, and how its figure is measured."""

    work: str
    must: str
    aim: str
    measure: Callable[[Bench], str]
    slow: bool = False


@dataclass
class Bench:
    """What measuring needs: a folder, both databases, how many patients, and applications made once."""

    folder: Path
    postgres: Callable[[], str]
    patients: int
    apps: dict[str, Flask]

    def url(self, kind: str) -> str:
        """A new database."""
        return (
            self.postgres() if kind == "PostgreSQL" else f"sqlite:///{self.folder / f'{len(self.apps)}.db'}"
        )

    def app(self, kind: str) -> Flask:
        """The application on an empty database of that kind."""
        return self._made(kind, lambda app: None)

    def registry(self) -> Flask:
        """The application with simulated patients, on SQLite."""
        return self._made("registry", lambda app: populate(app, self.patients))

    def _made(self, name: str, fill: Callable[[Flask], None]) -> Flask:
        if name not in self.apps:
            from surveys.db import migrate

            url = self.url(name)
            migrate(url)
            self.apps[name] = create_app(Settings(database_url=url, secret_key=SECRET))
            fill(self.apps[name])
        return self.apps[name]


# Patients -----------------------------------------------------------------------------------------------


def screens(bench: Bench) -> str:
    """An answer sent, stored, and the next question read, against the floor's page opened and stored."""
    return "; ".join(_against_floor(bench, kind)[0] for kind in ("SQLite", "PostgreSQL"))


def whole(bench: Bench) -> str:
    """FaCE from the link to the thanks, in floors."""
    return "; ".join(_against_floor(bench, kind)[1] for kind in ("SQLite", "PostgreSQL"))


_measured: dict[str, tuple[str, str]] = {}


def _against_floor(bench: Bench, kind: str) -> tuple[str, str]:
    if kind in _measured:
        return _measured[kind]
    app, backends = bench.app(kind), list[int]()
    if kind == "PostgreSQL":
        url = bench.postgres()
        bare = floor.on_postgres(url)
        _floor(bare, _Clock([]))
        _visit(app, "first", _Clock([]))
        with psycopg.connect(url) as asking:
            backends = [pid for (pid,) in asking.execute(CLIENTS)]
    else:
        bare = floor.on_sqlite(bench.folder / "floor.db")
    clock = _Clock(backends)
    one_screen, all_screens = [], []
    for turn in range(ROUNDS + 1):
        floors, pairs, visits = [], [], []
        for number in range(VISITS_A_ROUND):
            floors.append(_floor(bare, clock))
            screen, all_of_it = _visit(app, f"P{turn}-{number}", clock)
            pairs.append(screen)
            visits.append(all_of_it)
        if turn:
            one_screen.append(median(pairs) / median(floors))
            all_screens.append(median(visits) / median(floors))
    _measured[kind] = (f"{kind} {_range(one_screen)} ×", f"{kind} {_range(all_screens)}")
    return _measured[kind]


@dataclass(frozen=True)
class _Clock:
    """Processor time of this process and of the database's processes for it."""

    backends: list[int]

    def read(self) -> float:
        """Seconds so far."""
        spent = time.process_time()
        for backend in self.backends:
            nanoseconds = Path(f"/proc/{backend}/schedstat").read_text(encoding="ascii").split()[0]
            spent += int(nanoseconds) / 1e9
        return spent


def _floor(bare: WSGIApplication, clock: _Clock) -> float:
    """Seconds for one page, opened and stored."""
    form = {f"q{number}": str(value) for number, value in enumerate(FACE, 1)}
    began = clock.read()
    for _ in FACE:
        request(bare, "GET", "/")
        request(bare, "POST", "/", form=form)
    return (clock.read() - began) / len(FACE)


def _visit(app: Flask, code: str, clock: _Clock) -> tuple[float, float]:
    """Seconds for an answer with the next page, and for all of FaCE."""
    invited = invite(app, code)
    began = clock.read()
    _, headers, _ = request(app, "GET", f"/s/{invited.token}")
    cookie = headers["Set-Cookie"].partition(";")[0]
    visit = f"/visit/{invited.visit_id}"
    _, headers, page = request(app, "GET", visit, cookie)
    cookie = headers.get("Set-Cookie", cookie).partition(";")[0]
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    token = {"csrf_token": found[1]}
    request(app, "GET", f"{visit}/face/1", cookie)
    first = clock.read()
    for number, value in enumerate(FACE, 1):
        form = {**token, "answer": str(value)}
        _, headers, _ = request(app, "POST", f"{visit}/face/{number}", cookie, form)
        request(app, "GET", headers["Location"], cookie)
    last = clock.read()
    _, headers, _ = request(app, "POST", f"{visit}/face/review", cookie, token)
    request(app, "GET", headers["Location"], headers.get("Set-Cookie", cookie).partition(";")[0])
    assert headers["Location"].endswith("/saved"), headers["Location"]
    return (last - first) / len(FACE), clock.read() - began


def statements(bench: Bench) -> str:
    """SQL of an answer that is saved and of a submission, BEGIN and COMMIT not counted."""
    found = []
    for kind in ("SQLite", "PostgreSQL"):
        app = bench.app(kind)
        with _statements(app) as seen:
            _visit(app, "counted", _Clock([]))
        texts = [" ".join(one.split()) for one in seen]
        saved = [at for at, one in enumerate(texts) if one.startswith("UPDATE draft")]
        between = texts[saved[-2] + 1 : saved[-1] + 1]
        opened = [at for at, one in enumerate(between) if " FROM link " in one]
        save = len(between) - opened[-1]
        deleted = next(at for at, one in enumerate(texts) if one.startswith("DELETE FROM draft"))
        began = max(at for at, one in enumerate(texts[:deleted]) if " FROM link " in one)
        ended = next(at for at, one in enumerate(texts) if at > deleted and " FROM link " in one)
        found.append(f"{kind} {save} / {ended - began}")
    return "; ".join(found)


def first_visit(bench: Bench) -> str:
    """Bytes of an item page and all it loads, as the server sends them."""
    app = bench.app("SQLite")
    invited = invite(app, "first")
    client = app.test_client()
    client.get(invited.path)
    html = client.get(f"/visit/{invited.visit_id}/face/1", follow_redirects=True).get_data()
    assets = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', html.decode()))
    total = len(html) + sum(len(client.get(path).get_data()) for path in assets)
    return f"{total / 1000:.1f} kB"


# Numbers ------------------------------------------------------------------------------------------------


def table_of_scores(bench: Bench) -> str:
    """FaCE, all scales, 500,000 rows: sums by one matrix product, then scaled in place, is the limit."""
    import numpy as np

    face = Library.load().get("face")
    draw = np.random.default_rng(7)
    rows = 500_000
    columns = {item.key: draw.integers(1, 6, size=rows).astype(float) for item in face.items}
    gaps = {key: np.where(draw.random(rows) < 0.02, np.nan, column) for key, column in columns.items()}
    answers = np.array(list(columns.values()))
    weights = np.array([[float(key in scale.items) for key in columns] for scale in face.scales])
    less = np.array([[scale.subtract] for scale in face.scales])
    times = np.array([[scale.multiply / scale.divide] for scale in face.scales])

    def limit() -> None:
        total = weights @ answers
        total -= less
        total *= times

    bare, ours, with_gaps = _interleaved(
        limit, lambda: score_table(face, columns), lambda: score_table(face, gaps)
    )
    return f"{bare / ours:.2f}; {bare / with_gaps:.2f} with 2 % of the answers missing"


def csv_of_scores(bench: Bench) -> str:
    """`score face` on 100,000 rows against reading and writing the same file."""
    face, draw = Library.load().get("face"), random.Random(7)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["id", *(item.key for item in face.items)])
    for number in range(100_000):
        cells = ("" if draw.random() < 0.02 else draw.choice("12345") for _ in face.items)
        writer.writerow([number, *cells])
    content = text.getvalue().encode()

    def copy() -> None:
        reading = io.TextIOWrapper(io.BytesIO(content), newline="")
        csv.writer(io.TextIOWrapper(io.BytesIO(), newline=""), lineterminator="\n").writerows(
            csv.reader(reading)
        )

    copied, scored = _interleaved(copy, lambda: Scoring(face, io.BytesIO(content), io.BytesIO()).run())
    return f"{scored / copied:.1f} ×"


def frame_of_scores(bench: Bench) -> str:
    """The frame of scores against the driver's rows of ids and numbers."""
    from surveys.frames import study_frames
    from surveys.models import Study

    app = bench.registry()
    path = app.config["SETTINGS"].database_url.removeprefix("sqlite:///")

    def bare() -> None:
        with sqlite3.connect(path) as connection:
            connection.execute("SELECT response_id, value, items_missing FROM score").fetchall()

    def ours() -> None:
        with app.app_context():
            study = db.session.query(Study).one()
            study_frames(db.session, study, app.extensions["library"])

    narrow, frame = _interleaved(bare, ours)
    return f"{frame / narrow:.1f} × (all frames), {bench.patients} patients"


def report(bench: Bench) -> str:
    """`seventh report`, in a process of its own: seconds of processor time and its peak memory."""
    app = bench.registry()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", "from app import main; main()", "report", "S1", "--json", os.devnull]
    url = app.config["SETTINGS"].database_url
    environment = {**os.environ, "SEVENTH_DATABASE_URL": url, "SEVENTH_SECRET_KEY": SECRET}
    subprocess.run(command, check=True, cwd=ROOT, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"{spent:.1f} s of processor time, {bench.patients} patients"


# Staff --------------------------------------------------------------------------------------------------


def lists(bench: Bench) -> str:
    """Statements and milliseconds of each page of work."""
    app = bench.registry()
    member = signed_in(app)
    found = []
    for name, page in LISTS.items():
        member.get(f"/staff/S1/{page}")
        with _statements(app) as seen:
            spent = _seconds(lambda page=page: member.get(f"/staff/S1/{page}"), ROUNDS)
        assert member.status == 200, page
        found.append(f"{name} {len(seen) // ROUNDS}, {1000 * spent:.0f} ms")
    return f"{bench.patients} patients: {'; '.join(found)}"


def dashboards(bench: Bench) -> str:
    """Patients' requests beside eight dashboards, by benchmarks/dashboards.py."""
    command = [sys.executable, str(ROOT / "benchmarks" / "dashboards.py"), "300"]
    ran = subprocess.run(
        command,
        check=True,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    found = re.search(r"ratio\s+([\d.]+) of the requests\s+([\d.]+) times the p95", ran.stdout)
    assert found, ran.stdout
    return f"p95 {found[2]} × with {found[1]} of the requests, 300 patients"


def idle_worker(bench: Bench) -> str:
    """Resident memory of a process that has made the application and answered one page."""
    code = (
        "from app import create_app; app = create_app(); app.test_client().get('/healthz'); "
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmRSS')))"
    )
    url = bench.app("SQLite").config["SETTINGS"].database_url
    environment = {**os.environ, "SEVENTH_DATABASE_URL": url, "SEVENTH_SECRET_KEY": SECRET}
    ran = subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment
    )
    kilobytes = re.search(r"VmRSS:\s+(\d+) kB", ran.stdout)
    assert kilobytes, ran.stdout
    return f"{int(kilobytes[1]) / 1000:.0f} MB"


ROWS = (
    Row("item screen (answer sent, stored, next question) against the floor", "6 / 8 ×", "4 / 5 ×", screens),
    Row("whole FaCE by screens, in floors", "110 / 150", "70 / 90", whole),
    Row("SQL statements of a save / a submission", "4 / 8", "2 / 6", statements),
    Row(
        "patients' p95 while eight dashboards are drawn, against alone", "2 ×", "1.3 ×", dashboards, slow=True
    ),
    Row("lists: statements, time of the page", "6, 100 ms at 100,000", "4, 30 ms", lists),
    Row("whole report", "2 / 8 s at 1,000 / 10,000", "1 / 3 s", report, slow=True),
    Row("frame of scores against a bare narrow driver", "2 ×", "1.2 ×", frame_of_scores),
    Row("`score_table`, as a share of NumPy's limit", "0.5", "0.8", table_of_scores),
    Row("`seventh score face`, against reading and writing the file", "2 ×", "1 ×", csv_of_scores),
    Row("idle worker", "80 MB", "60 MB", idle_worker),
    Row("item page, first visit, all it loads", "30 kB", "15 kB", first_visit),
)


# Measuring ----------------------------------------------------------------------------------------------


def _interleaved(*works: Callable[[], object]) -> list[float]:
    """Median seconds of processor time of each, all measured in turn."""
    spent: list[list[float]] = [[] for _ in works]
    for turn in range(ROUNDS + 1):
        for seconds, work in zip(spent, works, strict=True):
            began = time.process_time()
            work()
            if turn:
                seconds.append(time.process_time() - began)
    return [median(seconds) for seconds in spent]


def _seconds(work: Callable[[], object], rounds: int) -> float:
    spent = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return median(spent)


@contextmanager
def _statements(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _range(ratios: list[float]) -> str:
    return f"{median(ratios):.1f} ({min(ratios):.1f}–{max(ratios):.1f})"


# Writing ------------------------------------------------------------------------------------------------


def machine() -> str:
    """What the figures were measured on."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    name = re.search(r"model name\s*: (.+)", info)
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores {name[1] if name else platform.machine()}, load {load:.0f}; "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"PostgreSQL {POSTGRES.removeprefix('pginstall')}"
    )


def commit() -> str:
    """The commit that is checked out, with a sign where files differ from it."""
    described = _git("describe", "--always")
    return described + ("+" if _git("status", "--porcelain", "--", ".", f":!{TABLE}") else "")


def _git(*words: str) -> str:
    ran = subprocess.run(["git", *words], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return ran.stdout.strip()


def write(found: dict[str, str]) -> None:
    """Put the figures into the table; other rows keep theirs."""
    text = TABLE.read_text(encoding="utf-8")
    before, _, rest = text.partition(f"{HEAD}\n")
    old = rest.partition("\n\n")
    kept = {line.split(" | ")[0].removeprefix("| "): line for line in old[0].splitlines()[1:]}
    here = f"{commit()} | {machine()}"
    lines = [
        f"| {row.work} | {row.must} | {row.aim} | {found[row.work]} | {here} |"
        if row.work in found
        else kept.get(row.work, f"| {row.work} | {row.must} | {row.aim} | – | – | – |")
        for row in ROWS
    ]
    table = "\n".join([HEAD, "|---|---|---|---|---|---|", *lines])
    TABLE.write_text(
        f"{before}{table}\n{old[1][1:]}{old[2]}" if rest else f"{text}\n{table}\n", encoding="utf-8"
    )


def main() -> None:
    """Measure, print and write."""
    asking = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asking.add_argument("--patients", type=int, default=1000, help="simulated patients (default: 1000)")
    asking.add_argument("--slow", action="store_true", help="also the rows that take minutes")
    asking.add_argument("--only", default="", help="only rows with these words in their name")
    wanted = asking.parse_args()
    found: dict[str, str] = {}
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory()))
        server = ending.enter_context(running_postgres())
        bench = Bench(folder, server.create, wanted.patients, {})
        for row in ROWS:
            if wanted.only in row.work and (wanted.slow or not row.slow):
                found[row.work] = row.measure(bench)
                print(f"{row.work}: {found[row.work]}   (must {row.must}, aim {row.aim})", flush=True)
    write(found)


if __name__ == "__main__":
    main()
