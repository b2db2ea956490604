"""What starts the process that works on jobs: one per machine and database, whoever asks first.

The process ends with whoever started it, or after some minutes without a job.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from surveys.settings import ROOT, Settings

# The process opens the database, which is the edge's to do.
PROGRAM = "from surveys.cli.jobs import main; main()"


class Keeper:
    """Starts the process where there is none; several keepers of a machine share one."""

    def __init__(self, settings: Settings, is_wanted: Callable[[], bool] = lambda: True) -> None:
        self._settings, self._is_wanted = settings, is_wanted
        self._place = lock_file(settings.database_url)
        self._starting = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def wake(self) -> None:
        """Start the process, unless one of this machine is at work or nobody wants one here."""
        with self._starting:
            if self._process is not None and self._process.poll() is None:
                return
            self.end()
            with held(self._place) as is_free:
                pass
            if is_free and self._is_wanted():
                self._process = self._started()

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


@contextmanager
def held(place: Path) -> Iterator[bool]:
    """Lock the file for the block; False if another process holds it. A death lets go of it."""
    descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
