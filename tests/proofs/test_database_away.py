"""PostgreSQL stops and comes back: the server is there before, meanwhile and afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

from tests.support.beside_postgres import server_of, started
from tests.support.mortal import GONE, MortalServer
from tests.support.postgres import running_postgres


def status(server: MortalServer) -> int:
    """What a page that asks the database answers; 0 for nothing."""
    asking = HTTPConnection(server.url.removeprefix("http://"), timeout=15)
    try:
        asking.request("GET", "/s/unknown")
        return asking.getresponse().status
    except GONE:
        return 0
    finally:
        asking.close()


def wait_for(true: Callable[[], bool]) -> None:
    for _ in range(300):
        if true():
            return
        time.sleep(0.1)
    raise TimeoutError


def kill_workers(server: MortalServer) -> None:
    told = subprocess.run(
        ["ps", "--ppid", str(server.pid), "-o", "pid="], capture_output=True, text=True, check=True
    )
    for one in told.stdout.split():
        os.kill(int(one), signal.SIGKILL)


def test_a_server_outlives_its_database(tmp_path: Path) -> None:
    """Its processes that begin anew meanwhile wait too, and so does a server that begins first."""
    with running_postgres() as postgres:
        url = postgres.create()
        data = Path(server_of(url)) / "data"
        with MortalServer(url, tmp_path / "log") as server:
            wait_for(lambda: status(server) == 404)
            os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
            wait_for(lambda: not (data / "postmaster.pid").exists())
            kill_workers(server)
            wait_for(lambda: status(server) == 503)
            time.sleep(15)  # gunicorn gave up after 11
            assert server.pid
            assert status(server) == 503
            with started(url, data):
                wait_for(lambda: status(server) == 404)
            server.kill()
            server.start()
            assert status(server) == 503
            with started(url, data):
                wait_for(lambda: status(server) == 404)
