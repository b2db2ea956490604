"""The process beside servers: one per machine and database, which does jobs and ends with its starter."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from surveys.cli.jobs import tended
from surveys.jobs import queue
from surveys.jobs.keeping import Keeper, held, lock_file
from surveys.jobs.running import Workshop
from surveys.models import Job
from surveys.settings import Settings
from tests.support.boards import order_of


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A process of its own, on one database."""
    return sqlite_url


@pytest.fixture
def keeper(settings: Settings) -> Iterator[Keeper]:
    """It ends with the test."""
    made = Keeper(settings)
    yield made
    made.end()


def until(happened: Callable[[], object]) -> None:
    """Wait as long as a machine under load may need."""
    limit = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < limit
        time.sleep(0.05)


def asked(workshop: Workshop) -> Callable[[], str]:
    """A board is asked for; returns what tells its state."""
    with workshop.change() as session:
        arguments = {"order": order_of("overview").as_json(), "day": "2026-03-10"}
        number = queue.ask(session, "board", arguments, study_id=1, at=workshop.now(), by="test")

    def state() -> str:
        with workshop.snapshot() as session:
            return session.get_one(Job, number).state

    return state


def test_one_process_per_machine_does_the_job_and_ends_with_who_started_it(
    workshop: Workshop, settings: Settings, keeper: Keeper
) -> None:
    """Killed on the way, it is started again and does what it left; a second server starts none."""
    state = asked(workshop)

    def works() -> bool:
        """To look takes the lock for a moment, in which the process may find it taken, and end."""
        keeper.wake()
        return not is_free(settings)

    until(works)
    process = keeper._process
    assert process is not None
    other = Keeper(settings)
    other.wake()
    assert other._process is None
    until(lambda: state() != "waiting")  # that nobody waits any more is no reason to leave a job half done
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: is_free(settings))
    with tended(settings):  # as `seventh worker` does
        until(lambda: state() == "done")
    assert is_free(settings)
    with workshop.snapshot() as session:
        assert queue.has_worker_elsewhere(session, "another", at=workshop.now())


def test_where_another_host_has_a_worker_none_is_started(settings: Settings) -> None:
    keeper = Keeper(settings, lambda: False)
    keeper.wake()
    assert keeper._process is None


def is_free(settings: Settings) -> bool:
    """Whether no process of this machine works for the database."""
    with held(lock_file(settings.database_url)) as ours:
        return ours
