"""The table of docs/performance.md: what must hold, what is aimed at, and what this machine measures now.

    make bench, or: .venv/bin/python benchmarks/table.py [--patients 10000] [--slow] [--only WORDS]

Ratios are of one interleaved run, the median of some rounds after one to warm up. A row that was not measured
this time keeps its last figure, with the commit and the machine it is of.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks import chains, exchange, imports, patients, scores, staff
from benchmarks.measuring import Bench
from surveys.settings import ROOT
from tests.support.postgres import VERSION as POSTGRES
from tests.support.postgres import running_postgres

TABLE = ROOT / "docs" / "performance.md"
HEAD = "| work | must | aim | measured | commit | machine |"


@dataclass(frozen=True)
class Measurement:
    """One line: its name, its limits, and how its figure is measured."""

    work: str
    must: str
    aim: str
    measure: Callable[[Bench], str]
    slow: bool = False


ROWS = (
    Measurement(
        "item screen (answer sent, stored, next question) against the floor",
        "6 / 8 ×",
        "4 / 5 ×",
        patients.screens,
    ),
    Measurement("whole FaCE by screens, in floors", "110 / 150", "70 / 90", patients.whole),
    Measurement("SQL statements of a save / a submission", "4 / 8", "2 / 6", patients.statements),
    Measurement(
        "patients' p95 while eight dashboards, an import, an export and a freeze run, against alone; "
        "answers refused or lost meanwhile",
        "2 ×; 0",
        "1.3 ×; 0",
        staff.beside,
        slow=True,
    ),
    Measurement("lists: statements, time of the page", "6, 100 ms at 100,000", "4, 30 ms", staff.lists),
    Measurement(
        "lists at 1,000, 10,000 and 100,000 patients: statements, time, growth",
        "6, 100 ms, n^1.05",
        "4, 30 ms",
        staff.growth,
        slow=True,
    ),
    Measurement(
        "any figure; the figures of a dashboard's page; compressed",
        "12 kB; 80 kB",
        "8 kB; 50 kB",
        staff.figures,
    ),
    Measurement("whole report", "2 / 8 s at 1,000 / 10,000", "1 / 3 s", scores.report, slow=True),
    Measurement("frame of scores against a bare narrow driver", "2 ×", "1.2 ×", scores.frame_of_scores),
    Measurement("`score_table`, as a share of NumPy's limit", "0.5", "0.8", scores.table_of_scores),
    Measurement(
        "`seventh score face`, against reading and writing the file", "2 ×", "1 ×", scores.csv_of_scores
    ),
    Measurement(
        "import of 100,000 rows, and a patient's answer meanwhile",
        "15 s; 0.5 s, 0 refused",
        "6 s; 0.1 s",
        imports.imports,
        slow=True,
    ),
    Measurement(
        "100 responses per patient in, and out in each format: processor time with the database's, peak "
        "memory; a patient's answer meanwhile",
        "350 MB; 0.5 s, 0 refused",
        "0.1 s",
        exchange.responses,
        slow=True,
    ),
    Measurement(
        "`simulate` 10,000 patients (a tenth of the goal's)", "18 s", "6 s", imports.simulated, slow=True
    ),
    Measurement(
        "audited transactions a second, 32 writers over 8 studies on PostgreSQL, against no chain",
        "1/2",
        "1/1.3",
        chains.writers,
    ),
    Measurement(
        "`audit verify`, processor time of the command and peak memory",
        "60 s at 100,000 events; linear",
        "30 s",
        chains.verified,
        slow=True,
    ),
    Measurement(
        "dashboard page shown after any change", "300 ms", "100 ms", staff.board_after_change, slow=True
    ),
    Measurement("idle worker", "80 MB", "60 MB", staff.idle_worker),
    Measurement("worker that showed a dashboard", "150 MB", "100 MB", staff.worker_with_board, slow=True),
    Measurement("item page, first visit, all it loads", "30 kB", "15 kB", patients.first_visit),
)


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
