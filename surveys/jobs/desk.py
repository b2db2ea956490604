"""Where pages ask for long work, and a few of them wait shortly for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import BoundedSemaphore
from typing import Any

from sqlalchemy import select

from surveys.jobs import queue
from surveys.jobs.running import Opening
from surveys.models import Job
from surveys.models.job import ENDED

WAITING = 2  # requests that may wait at once, of a process's sixteen
LOOK_EVERY = 0.1  # seconds


class Desk:
    """The desk of one process. `wake` sees to it that a process somewhere works on jobs."""

    def __init__(
        self, look: Opening, change: Opening, wake: Callable[[], None], now: Callable[[], datetime]
    ) -> None:
        self.look, self.change, self.wake, self.now = look, change, wake, now
        self._seats = BoundedSemaphore(WAITING)

    def ask(self, kind: str, arguments: Mapping[str, Any], *, study_id: int, by: str) -> int:
        """The id of the job that does this, in a short transaction of its own.

        Raises:
            FullError: too much is waiting already.
        """
        with self.change() as session:
            number = queue.ask(session, kind, arguments, study_id=study_id, at=self.now(), by=by)
        self.wake()
        return number

    def wait(self, number: int, patience: float) -> bool:
        """Wait some seconds for a job, or not at all where enough others wait; whether it ended."""
        if self._has_ended(number):
            return True
        if patience <= 0 or not self._seats.acquire(blocking=False):
            return False
        try:
            until = time.monotonic() + patience
            while time.monotonic() < until:
                time.sleep(LOOK_EVERY)
                if self._has_ended(number):
                    return True
            return False
        finally:
            self._seats.release()

    def _has_ended(self, number: int) -> bool:
        with self.look() as session:
            return session.scalar(select(Job.state).where(Job.id == number)) in {*ENDED, None}
