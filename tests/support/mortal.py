"""The real server as a process that tests kill at any moment, and a way to send it requests.

Knows no page.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import Literal, Self

from surveys.cli.run import server_command
from surveys.settings import ROOT
from tests.support.patient import Fields, Reply, Send
from tests.support.server import free_listener

# When the server dies: so many seconds after a request was sent, or after its answer.
Death = float | Literal["answered"] | None
Plan = Callable[[str, str, int], Death]

GONE = (OSError, HTTPException)


class MortalServer:
    """Serves the database at `database_url`; `log` holds the output of all its runs."""

    def __init__(self, database_url: str, log: Path) -> None:
        with free_listener() as listener:
            self._port: int = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self.log = log
        self._environment = {
            **os.environ,
            "SEVENTH_DATABASE_URL": database_url,
            "SEVENTH_SECRET_KEY": "mortal " * 10,
            "SEVENTH_PUBLIC_URL": self.url,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                server_command(self._port, workers=1),  # one that dies; two take twice as long to start
                env=self._environment,
                cwd=ROOT,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        for _ in range(4800):
            try:
                with closing(HTTPConnection("127.0.0.1", self._port, timeout=120)) as asking:
                    asking.request("GET", "/theme")
                    asking.getresponse().read()
            except GONE:
                assert self._process.poll() is None, self.log.read_text()
                time.sleep(0.025)
            else:
                return
        raise TimeoutError(self.log.read_text())

    @property
    def pid(self) -> int:
        """The process that starts the others."""
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL to it and all its workers, if it is alive."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def revive(self) -> None:
        """Start it again if it is dead."""
        if self._process is None:
            self.start()


class Dying:
    """Wraps ways to send, so that the server dies at the requests that `plan` names.

    `plan` is asked with the method, the path, and how often this was sent before; `deaths` counts.
    """

    def __init__(self, server: MortalServer, plan: Plan) -> None:
        self._server = server
        self._plan = plan
        self._sent: Counter[tuple[str, str]] = Counter()
        self.deaths = 0

    def __call__(self, send: Send) -> Send:
        """`send`, mortally."""

        def sending(method: str, path: str, fields: Fields) -> Reply:
            death = self._plan(method, path, self._sent[method, path])
            self._sent[method, path] += 1
            if death is None:
                return send(method, path, fields)
            self.deaths += 1
            if death == "answered":
                reply = send(method, path, fields)
                self._server.kill()
                return reply
            timer = Timer(death, self._server.kill)
            timer.start()
            try:
                return send(method, path, fields)
            finally:
                timer.join()

        return sending
