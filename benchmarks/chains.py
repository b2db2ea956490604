"""What the chains of events cost: audited transactions a second on PostgreSQL, and the proof of many."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import psycopg
from psycopg import sql

from benchmarks.measuring import ROUNDS, SECRET, Bench
from surveys.db import migrate
from surveys.settings import ROOT
from tests.support.postgres import binaries

WRITERS, STUDIES, SECONDS = 32, 8, 4
FILL = f"""
    INSERT INTO study (id, code, title, timezone, locales, contact, who_reads, crisis_texts, lowest_age,
        status, simulated, optional_items, asks_background, created_at, ethics_committee, ethics_number,
        ethics_not_required, controller, data_protection_contact, legal_basis, privacy_notices, alert_days,
        escalate_after_hours, smallest_group)
    SELECT one, 'S' || one, '', 'UTC', '[]', '', '{{}}', '{{}}', 18, 'active', true, '[]', false, now(), '',
        '', '', '', '', '', '{{}}', '[]', 24, 5 FROM generate_series(1, {STUDIES}) AS one;
    INSERT INTO patient (id, study_id, code, sex, enrolled_on, status, status_since)
    SELECT one, one, 'P', 'unknown', now(), 'active', now() FROM generate_series(1, {STUDIES}) AS one;
    CREATE SEQUENCE unchained"""  # noqa: S608 - a number of ours
FACT = "INSERT INTO note (patient_id, text, written_by, written_at) VALUES (:study, 'done', 'x', now());"
LINK = {
    "at": "2026-01-01T00:00:00+00:00",
    "actor": "patient",
    "action": "response.stored",
    "facts": {"x": 1},
    "digests": {"response:1": "1"},
    "software": "x",
    "content": "0",
    "values": [],
    "bindings": [{"subject": "response", "row_id": 1, "digest": "1", "key": "1"}],
}
CHAINED = f"SELECT seventh_link(NULL, :study, '{json.dumps([LINK])}');"
UNCHAINED = """
    INSERT INTO event (study_id, number, at, actor, action, patient_id, facts, digests, software,
        previous_hash, hash)
    VALUES (:study, nextval('unchained'), now(), 'patient', 'response.stored', :study, '{"x": 1}',
        '{"response:1": "1"}', 'x', '0', gen_random_uuid());
    INSERT INTO binding (event_id, subject, row_id, digest, key)
    VALUES (currval('event_id_seq'), 'response', 1, '1', '1');"""


def writers(bench: Bench) -> str:
    """Transactions of 32 writers over 8 studies, as a share of the same without the chain."""
    urls = {audited: _filled(bench) for audited in (CHAINED, UNCHAINED)}
    rates: dict[str, list[float]] = {audited: [] for audited in urls}
    with _durable(urls[CHAINED]):
        for turn in range(ROUNDS + 1):
            for audited, url in urls.items():
                rate = _rate(bench, url, audited)
                if turn:
                    rates[audited].append(rate)
    shares = [one / other for one, other in zip(rates[CHAINED], rates[UNCHAINED], strict=True)]
    return f"1/{1 / median(shares):.2f} ({median(rates[CHAINED]):.0f} a second)"


def verified(bench: Bench) -> str:
    """Seconds and peak memory of `audit verify`, at 2 and at 10 patients per patient of the bench."""
    return "; ".join(f"{kind}: {_verified(bench, kind)}" for kind in ("SQLite", "PostgreSQL"))


def _verified(bench: Bench, kind: str) -> str:
    told, costs = [], []
    for times in (2, 10):
        url = bench.url(kind).replace(".db", f"-verified-{times}.db")
        migrate(url)
        for command in (
            ["study", "create", "S1", "--simulated"],
            ["simulate", "S1", "--patients", str(times * bench.patients), "--visits", "3"],
        ):
            seventh(url, command)
        said, seconds, megabytes = seventh(url, ["audit", "verify"])
        found = re.search(r"Looked at (\d+) events", said)
        assert found, said
        told.append(f"{int(found[1]):,} events {seconds:.0f} s, {megabytes:.0f} MB")
        costs.append(seconds / int(found[1]))
    return f"{', '.join(told)} ({costs[1] / costs[0]:.2f} × per event)"


def seventh(url: str, words: list[str]) -> tuple[str, float, float]:
    """What a command says, its processor time, and its peak memory in MB."""
    command = [sys.executable, "-c", "from app import main; main()", *words]
    given = {**os.environ, "SEVENTH_DATABASE_URL": url, "SEVENTH_SECRET_KEY": SECRET}
    ran = subprocess.Popen(command, cwd=ROOT, env=given, stdout=subprocess.PIPE, text=True)
    assert ran.stdout
    said = ran.stdout.read()
    _, status, used = os.wait4(ran.pid, 0)
    assert status == 0, said
    return said, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _filled(bench: Bench) -> str:
    url = bench.postgres()
    migrate(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(FILL)
    return url


@contextmanager
def _durable(url: str) -> Iterator[None]:
    """Every commit waits for the disk, as on a real server; the tests' servers do without."""
    with psycopg.connect(url, autocommit=True) as connection:
        for change in ("SET {} = on", "RESET {}"):
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(sql.SQL(f"ALTER SYSTEM {change}").format(sql.Identifier(name)))
            connection.execute("SELECT pg_reload_conf()")
            if change.startswith("SET"):
                yield


def _rate(bench: Bench, url: str, audited: str) -> float:
    script = bench.folder / "transaction.sql"
    body = " ".join(f"{FACT} {audited}".split())
    script.write_text(
        f"\\set study random(1, {STUDIES})\nBEGIN;\n{body.replace('; ', ';' + chr(10))}\nCOMMIT;\n",
        encoding="utf-8",
    )
    command = [str(binaries() / "pgbench"), "--no-vacuum", "--client", str(WRITERS), "--jobs", "2"]
    command += ["--time", str(SECONDS), "--file", str(script), url]
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found = re.search(r"tps = ([0-9.]+)", ran.stdout)
    assert found, ran.stdout
    return float(found[1])
