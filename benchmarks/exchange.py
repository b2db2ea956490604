"""What it takes to bring responses in and to let them out in each format, and how long patients wait."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
from flask import Flask
from sqlalchemy import update

from app import create_app
from benchmarks.imports import ITEMS, PATIENTS_WHO_ANSWER, Waits, answer, write_file
from benchmarks.measuring import SECRET, Bench
from surveys.db import close, migrate
from surveys.models import Study
from surveys.settings import ROOT, Settings
from tests.support.study import Invited, changing, invite

# The reason is asked for by those that have no days since enrolment; the others leave as they do most often.
FORMS = {
    "tidy": (),
    "spss": (),
    "stata": (),
    "excel": (),
    "redcap": ("--exact-dates", "bench"),
    "fhir": ("--exact-dates", "bench"),
}
# The peak of the process itself: what wait4() tells is of the process that started it as well.
COMMAND = """\
import re, sys
from app import main
try:
    main()
finally:
    peak = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]
    print(f"peak {peak}", file=sys.stderr)
"""


def responses(bench: Bench) -> str:
    """100 responses per patient of the bench in and out, on both databases, while two patients answer."""
    return "; ".join(_on(bench, kind) for kind in ("SQLite", "PostgreSQL"))


def _on(bench: Bench, kind: str) -> str:
    file = bench.folder / "responses.csv"
    rows = 100 * bench.patients // len(ITEMS)
    write_file(file, rows)
    url = bench.url(kind).replace(".db", "-exchanged.db")
    migrate(url)
    app = create_app(Settings(database_url=url, secret_key=SECRET))
    invited = [invite(app, f"A{number}") for number in range(PATIENTS_WHO_ANSWER)]
    with changing(app) as session:
        session.execute(update(Study).values(simulated=False))
    told = [f"{rows * len(ITEMS)} responses, {kind}"]
    waits = Waits()
    work = [("in", ["import", "S1", str(file)])]
    work += [
        (form, ["export", "S1", str(bench.folder / f"{kind}-{form}.zip"), "--format", form, *more])
        for form, more in FORMS.items()
    ]

    def run() -> None:
        for name, words in work:
            seconds, megabytes = _run(url, *words)
            told.append(f"{name} {seconds:.0f} s, {megabytes:.0f} MB")
            print(f"{kind}: {told[-1]}; patients {waits.told()}", flush=True)

    _beside(app, invited, waits, run)
    with app.app_context():
        close()
    return f"{'; '.join(told)}; patients {waits.told()}"


def _beside(app: Flask, invited: list[Invited], waits: Waits, work: Callable[[], None]) -> None:
    """Do the work while patients answer, and leave none of them answering whatever happens to it."""
    ended = threading.Event()
    answering = [
        threading.Thread(target=answer, args=(app, one, number, waits, ended))
        for number, one in enumerate(invited)
    ]
    for thread in answering:
        thread.start()
    try:
        work()
    finally:
        ended.set()
        for thread in answering:
            thread.join()


def _run(url: str, *words: str) -> tuple[float, float]:
    """Seconds of processor time of a command with its database, and the peak memory of the command in MB."""
    given = {**os.environ, "SEVENTH_DATABASE_URL": url, "SEVENTH_SECRET_KEY": SECRET}
    command = [sys.executable, "-c", COMMAND, *words]
    before = _of_server(url)
    with subprocess.Popen(
        command, cwd=ROOT, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr
        said = running.stderr.read()
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    assert running.returncode == 0, said
    spent = used.ru_utime + used.ru_stime + _of_server(url) - before
    return spent, int(said.split()[-1]) / 1024


def _of_server(url: str) -> float:
    """Seconds of PostgreSQL's ended connections; patients' go on. SQLite works in the command itself."""
    if url.startswith("sqlite"):
        return 0.0
    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row
    pid = Path(row[0], "postmaster.pid").read_text(encoding="ascii").split()[0]
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
