"""One job after another, each told as done or failed; the process around it is `surveys/cli/jobs.py`."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.catalogues import read_in
from surveys.instruments.library import Library
from surveys.jobs import queue
from surveys.jobs.queue import Task
from surveys.store.accounts import staff
from surveys.store.errors import Refused
from surveys.store.words import own_forms

FAULT = _("It could not be made. The fault is noted in the server's log; tell whoever runs Seventh.")

_log = logging.getLogger(__name__)

Opening = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True)
class Workshop:
    """What every work needs: sessions that read the queue, read in bulk, and commit."""

    look: Opening
    snapshot: Opening
    change: Opening
    library: Library
    now: Callable[[], datetime]


Work = Callable[[Workshop, Task], Mapping[str, Any]]
"""Does a task and returns its result; it opens short transactions of its own.

One that stores what may be stored once only finishes the job with it, in one transaction: its process may die
at any moment, and the job is then begun once more.
"""


class Runner:
    """Works off the queue, one job at a time; `task` is the one being worked on."""

    def __init__(self, workshop: Workshop, works: Mapping[str, Work], host: str) -> None:
        self.task: Task | None = None
        self._workshop, self._works, self._host = workshop, works, host

    def take_over(self) -> None:
        """Take over what processes left that died, and drop what is old; between two jobs."""
        with self._workshop.change() as session:
            now = self._workshop.now()
            queue.give_up_lost(session, self._host, at=now)
            queue.prune(session, at=now)

    def run_next(self) -> bool:
        """Do the next job; False if none waits."""
        with self._workshop.look() as session:
            if not queue.is_waited_for(session):
                return False
        with self._workshop.change() as session:
            self.task = queue.claim(session, self._host, at=self._workshop.now())
        if self.task is None:
            return False
        try:
            self._do(self.task)
        finally:
            self.task = None
        return True

    def beat(self) -> None:
        """Say that this process lives; called beside the work."""
        if task := self.task:
            with self._workshop.change() as session:
                queue.beat(session, task, at=self._workshop.now())

    def leave(self) -> None:
        """Give the job back, because the process ends."""
        if task := self.task:
            with self._workshop.change() as session:
                queue.give_back(session, task)

    def _do(self, task: Task) -> None:
        result: Mapping[str, Any] = {}
        error = None
        try:
            with self._workshop.look() as session:
                own_forms.learn(session, self._workshop.library)
            result = self._works[task.kind](self._workshop, task)
        except Refused as refusal:
            error = self._said_to(task, refusal)
        except queue.LostError:
            return
        except Exception as fault:  # the process goes on with the next job
            _log.error("A job (%s) failed: %s", task.kind, what_failed(fault))
            error = self._said_to(task, FAULT)
        with self._workshop.change() as session:
            if error is None:
                queue.finish(session, task, result, at=self._workshop.now())
            else:
                queue.fail(session, task, error, at=self._workshop.now())

    def _said_to(self, task: Task, why: object) -> str:
        """Why it failed, in the language of who asked."""
        with self._workshop.look() as session:
            language = staff.language_of(session, task.asked_by)
        with read_in(language):
            return str(why)


def what_failed(error: Exception) -> str:
    """The error's kind and its place in the code, without its message, which may hold answers."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"
