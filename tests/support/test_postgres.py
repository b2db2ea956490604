"""The PostgreSQL that the tests start themselves."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psycopg

from tests.support.postgres import Postgres, name_of

ROOT = Path(__file__).parents[2]


def test_a_new_database_is_empty_and_takes_a_table(empty_postgres_url: str) -> None:
    """Each test has a database of its own on a real server."""
    with psycopg.connect(empty_postgres_url) as connection:
        assert connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone() == (0,)
        connection.execute("CREATE TABLE answer (value integer CHECK (value >= 0))")


def test_a_copy_of_a_template_has_its_tables_and_not_its_later_ones(postgres: Postgres) -> None:
    """Databases made from one template do not see each other."""
    template = postgres.create()
    with psycopg.connect(template) as connection:
        connection.execute("CREATE TABLE shared ()")
    first, second = postgres.create(name_of(template)), postgres.create(name_of(template))
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE own ()")
    with psycopg.connect(second) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert tables == [("shared",)]
    for url in (first, second, template):
        postgres.drop(url)


def test_a_database_is_emptied_although_its_connections_were_ended(postgres: Postgres) -> None:
    """The one that empties stays from test to test; a test may have ended it."""
    url = postgres.create()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE answer (value integer)")
        connection.execute("INSERT INTO answer VALUES (1)")
    schema = postgres.schema_of(url)
    with psycopg.connect(url) as connection:
        ended = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        ended += " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        assert connection.execute(ended).fetchall() == [(True,)]
    assert postgres.empty(url, schema)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT * FROM answer").fetchall() == []
        connection.execute("ALTER TABLE answer ADD COLUMN note text")
    assert not postgres.empty(url, schema)
    postgres.drop(url)


def test_the_server_goes_when_its_tests_are_killed() -> None:
    """Nothing keeps running and no directory stays when the test process dies without a word."""
    program = (
        "from tests.support.postgres import running_postgres\n"
        "with running_postgres() as server:\n"
        "    print(server.create().rpartition('=')[2], flush=True)\n"
        "    import os, signal\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    home = Path(killed.stdout.strip())
    assert home.name.startswith("seventh-pg-"), killed.stderr
    deadline = time.monotonic() + 120
    while home.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not home.exists()
