"""What staff wait for, and what serving them takes from patients and from memory."""

from __future__ import annotations

import gzip
import math
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from statistics import median

from flask import Flask
from sqlalchemy import select

from benchmarks.measuring import ROUNDS, SECRET, Bench, seconds, sql_of
from surveys.db import db
from surveys.models import Job, Study
from surveys.models.job import LIVE
from surveys.settings import ROOT
from tests.support.staff import Member, signed_in
from tests.support.study import invite

SIZES = (1_000, 10_000, 100_000)
BOARD = "/staff/S1/dashboard"
LISTS = {
    "patient list": "patients",
    "clinic today, with what needs a person": "clinic",
    "completeness": "completeness",
    "alerts": "alerts",
}


def lists(bench: Bench) -> str:
    """Statements and milliseconds of each page of work, in a study of `bench.patients`."""
    found = _lists(bench, "SQLite", bench.patients)
    told = [f"{name} {count}, {1000 * spent:.0f} ms" for name, (count, spent) in found.items()]
    return f"{bench.patients} patients: {'; '.join(told)}"


def growth(bench: Bench) -> str:
    """Milliseconds of each page at 1,000, 10,000 and 100,000 patients, and the exponent of the last step."""
    told = []
    for kind in ("SQLite", "PostgreSQL"):
        measured = [_lists(bench, kind, patients) for patients in SIZES]
        for name in LISTS:
            spent = [one[name][1] for one in measured]
            exponent = math.log10(spent[-1] / spent[-2]) / math.log10(SIZES[-1] / SIZES[-2])
            times = " / ".join(f"{1000 * seconds:.0f}" for seconds in spent)
            told.append(f"{kind} {name} {measured[-1][name][0]}, {times} ms, n^{exponent:.2f}")
    return "; ".join(told)


def _lists(bench: Bench, kind: str, patients: int) -> dict[str, tuple[int, float]]:
    """Statements and seconds of each page, in a study whose list of patients a worker keeps."""
    app = bench.crowded(kind, patients)
    member = signed_in(app)
    found = {}
    for name, page in LISTS.items():
        member.get(f"/staff/S1/{page}")
        _wait_for_jobs(app)
        with sql_of(app) as seen:
            spent = seconds(lambda page=page: member.get(f"/staff/S1/{page}"), ROUNDS)
        assert member.status == 200, page
        found[name] = len(seen) // ROUNDS, spent
    return found


def _wait_for_jobs(app: Flask) -> None:
    """Until what a page asked for is done, such as a count of very many findings."""
    while True:
        with app.app_context():
            if db.session.scalar(select(Job.id).where(Job.state.in_(LIVE)).limit(1)) is None:
                return
        time.sleep(0.5)


def figures(bench: Bench) -> str:
    """The largest figure and the largest page of figures, compressed, for those who may open patients."""
    from analysis.figures.pages import SCREENS
    from surveys.db import snapshot
    from surveys.frames import study_frames
    from surveys.jobs.boards.drawing import draw

    app = bench.registry()
    with app.app_context(), snapshot() as session:
        study = session.scalars(select(Study)).one()
        frames = study_frames(session, study, app.extensions["library"])
    largest, pages = 0, []
    for page in SCREENS:
        board = draw(
            frames,
            {},
            page=page,
            pair="",
            visits={},
            on=datetime.now(UTC).date(),
            together=False,
            may_open_patients=True,
            suppress_under=5,
        )
        drawn = [one for part in board.sections for one in part.figures]
        texts = ["".join(panel.data for panel in one.panels) + str(one.table) for one in drawn]
        sizes = [len(gzip.compress(text.encode(), 6)) for text in texts]
        largest = max([largest, *sizes])
        pages.append(sum(sizes))
    return f"{bench.patients} patients: {largest / 1000:.1f} kB; {max(pages) / 1000:.0f} kB"


def beside(bench: Bench) -> str:
    """Patients' requests beside all that staff do, by benchmarks/dashboards.py."""
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
    failed = re.search(r"refused\s+(\d+)\s+lost\s+(\d+)", ran.stdout)
    assert found, ran.stdout
    assert failed, ran.stdout
    said = f"p95 {found[2]} × with {found[1]} of the requests; refused {failed[1]}, lost {failed[2]}"
    return f"{said}; 300 patients"


def board_after_change(bench: Bench) -> str:
    """Milliseconds of processor time until the last board of a study that has changed since is sent."""
    app = bench.registry()
    member = signed_in(app)
    drawn(member)
    spent = []
    for number in range(ROUNDS):
        invite(app, f"B{number}")
        spent.append(seconds(lambda: member.get(BOARD), 1))
        assert "being drawn" in member.replies[-1].html
        drawn(member)
    return f"{1000 * median(spent):.0f} ms, {bench.patients} patients"


def drawn(member: Member) -> None:
    """Look at the dashboard until it is that of the data as they are."""
    while True:
        member.get(BOARD)
        if member.status == 200 and "being drawn" not in member.replies[-1].html:
            return
        time.sleep(0.5)


def worker_with_board(bench: Bench) -> str:
    """Resident memory of a process that has made the application and shown a dashboard."""
    app = bench.registry()
    signed_in(app)
    code = (
        "from app import create_app; from benchmarks.staff import drawn; app = create_app(); "
        "from tests.support.patient import in_process; from tests.support.staff import Member; "
        "member = Member(in_process(app)); member.sign_in('coordinator-everywhere-S1@example.org'); "
        "drawn(member); "
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmRSS')))"
    )
    return f"{_resident(app, code):.0f} MB, {bench.patients} patients"


def idle_worker(bench: Bench) -> str:
    """Resident memory of a process that has made the application and answered one page."""
    code = (
        "from app import create_app; app = create_app(); "
        "page = app.test_client().get('/'); assert page.status_code == 200, page.status; "
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmRSS')))"
    )
    return f"{_resident(bench.app('SQLite'), code):.0f} MB"


def _resident(app: Flask, code: str) -> float:
    """Megabytes that `code` prints in kilobytes, run on the database of `app`."""
    url = app.config["SETTINGS"].database_url
    environment = {
        **os.environ,
        "SEVENTH_DATABASE_URL": url,
        "SEVENTH_SECRET_KEY": SECRET,
        "PYTHONPATH": str(ROOT),
    }
    ran = subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment
    )
    kilobytes = re.search(r"VmRSS:\s+(\d+) kB", ran.stdout)
    assert kilobytes, ran.stdout
    return int(kilobytes[1]) / 1000
