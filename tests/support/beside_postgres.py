"""What may stand beside a PostgreSQL: a streaming replica, and PgBouncer in transaction mode."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.support.postgres import AS_NOBODY, binaries, name_of

POOL = 3  # connections that PgBouncer opens, whoever asks
PGBOUNCER = """
[databases]
* = host={server} user=postgres
[pgbouncer]
unix_socket_dir = {home}
listen_port = 5432
auth_type = any
pool_mode = transaction
default_pool_size = {pool}
max_client_conn = 200
"""


def server_of(url: str) -> str:
    """The folder of the socket of the PostgreSQL at `url`."""
    return url.rpartition("host=")[2]


@contextmanager
def home() -> Iterator[Path]:
    """A folder with a short path, for a socket, that the user of the databases may write to."""
    folder = Path(tempfile.mkdtemp(prefix="seventh-pg-", dir="/var/tmp"))
    if os.getuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(command: Sequence[str | Path], url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that answers as PostgreSQL at `url`, until the block ends."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*_prefix(), *command], stdout=log, stderr=log, cwd=folder)
    try:
        for _ in range(2400):
            assert process.poll() is None, (folder / "log").read_text()
            try:
                psycopg.connect(url, prepare_threshold=None).close()
                break
            except psycopg.OperationalError:
                time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


def _prefix() -> tuple[str, ...]:
    return AS_NOBODY if os.getuid() == 0 else ()


@contextmanager
def replica_of(url: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address and the process of a new streaming replica of the server at `url`."""
    with home() as folder:
        data = folder / "data"
        copy = f"-h {server_of(url)} -U postgres -D {data} -R --checkpoint=fast --no-sync".split()
        subprocess.run([*_prefix(), str(binaries() / "pg_basebackup"), *copy], check=True, cwd=folder)
        address = f"postgresql://postgres@/{name_of(url)}?host={folder}"
        start = f"-D {data} -k {folder} --listen_addresses= --max_connections=50".split()
        with _running([binaries() / "postgres", *start], address, folder) as process:
            yield address, process


@contextmanager
def started(url: str, data: Path) -> Iterator[None]:
    """The server at `url`, which was stopped, for the time of the block; `data` is its directory."""
    start = f"-D {data} -k {server_of(url)} --listen_addresses= --max_connections=50".split()
    with _running([binaries() / "postgres", *start], url, Path(server_of(url))) as process:
        yield
        process.send_signal(signal.SIGINT)
        process.wait()


@contextmanager
def pgbouncer_before(url: str) -> Iterator[str]:
    """The address of the database at `url` through PgBouncer, where it is installed."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("pgbouncer is not installed (Debian: apt-get install pgbouncer)")
    with home() as folder:
        ini = folder / "pgbouncer.ini"
        ini.write_text(PGBOUNCER.format(server=server_of(url), home=folder, pool=POOL), encoding="utf-8")
        address = f"postgresql://postgres@/{name_of(url)}?host={folder}"
        with _running([program, str(ini)], address, folder):
            yield address
