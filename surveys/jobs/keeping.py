"""What starts the process that works on jobs: one per machine and database, whoever asks first.

The process ends with whoever started it, or after some minutes without a job.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import pickle
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from time import monotonic, sleep

from surveys.settings import ROOT, Settings

# The process opens the database, which is the edge's to do.
PROGRAM = "from surveys.cli.jobs import main; main()"
LOOKED_AT = 1.0  # seconds
ASKED_AGAIN = 0.01  # seconds

_log = logging.getLogger(__name__)


class Keeper:
    """Starts the process where there is none; several keepers of a machine share one."""

    def __init__(self, settings: Settings, is_wanted: Callable[[], bool] = lambda: True) -> None:
        self._settings, self._is_wanted = settings, is_wanted
        self._place = lock_file(settings.database_url)
        self._starting = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def wake(self) -> None:
        """Start the process, unless one of this machine is at work or nobody wants one here.

        Where the machine has no room for it, the job waits until somebody wakes it again.
        """
        with self._starting:
            if self._process is not None and self._process.poll() is None:
                return
            self.end()
            try:
                if is_free(self._place) and self._is_wanted():
                    self._process = self._started()
            except OSError as error:
                _log.warning("No process for jobs could be started (%s).", error.strerror)

    def end(self) -> None:
        """Let the process end; it gives its job back first."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(BrokenPipeError):
                process.__exit__(None, None, None)

    def _started(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 — our own program
            [sys.executable, "-c", PROGRAM], cwd=ROOT, stdin=subprocess.PIPE
        )
        if process.stdin is not None:
            with suppress(BrokenPipeError):  # it found another at work, and has ended
                pickle.dump(self._settings, process.stdin)
                process.stdin.flush()
        return process


def lock_file(database_url: str) -> Path:
    """The file that the process of this machine and database locks while it lives."""
    name = hashlib.sha256(database_url.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"seventh-{os.getuid()}-{name}.lock"


def machine(database_url: str) -> str:
    """The name of this machine, as all know it who see the same lock file.

    A service or a container with a temporary folder of its own is a machine of its own: by the host's name
    alone two of them would each take the other's job for one whose process has died.
    """
    with _opened(lock_file(database_url)) as descriptor:
        file = os.fstat(descriptor)
    return f"{socket.gethostname()} {file.st_dev:x}.{file.st_ino:x}"


@contextmanager
def held(place: Path) -> Iterator[bool]:
    """Lock the file for the block; False if another process holds it. A death lets go of it.

    Who only looks has it for a moment, so this asks for longer than a look takes.
    """
    with _opened(place) as descriptor:
        until = monotonic() + LOOKED_AT
        while not (is_ours := _locked(descriptor, fcntl.LOCK_EX)) and monotonic() < until:
            sleep(ASKED_AGAIN)
        yield is_ours


def is_free(place: Path) -> bool:
    """Whether no process holds the lock; any number may look at once."""
    with _opened(place) as descriptor:
        return _locked(descriptor, fcntl.LOCK_SH)


@contextmanager
def _opened(place: Path) -> Iterator[int]:
    descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
