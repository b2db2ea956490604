"""The process beside servers: one per machine and database, which does jobs and ends with its starter."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from surveys.cli.jobs import tended
from surveys.jobs import keeping, queue
from surveys.jobs.keeping import Keeper, held, lock_file, machine
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

    keeper.wake()
    until(lambda: not is_free(settings))
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


def test_services_with_a_temporary_folder_each_are_two_machines(
    workshop: Workshop, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ours under systemd: neither sees whether the other's process lives, so it takes no job of it."""
    asked(workshop)
    server = machine(settings.database_url)
    assert machine(settings.database_url) == server
    with workshop.change() as session:
        assert queue.claim(session, server, at=workshop.now())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    worker = machine(settings.database_url)
    with workshop.change() as session:
        assert not queue.needs_process(session, worker, at=workshop.now())
        queue.see(session, worker, at=workshop.now())
        assert queue.has_worker_elsewhere(session, server, at=workshop.now())


def test_who_looks_keeps_nobody_from_the_work(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two who look see that it is free, and a process that starts just then waits for them."""
    place = lock_file(settings.database_url)
    with place.open("a") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        assert keeping.is_free(place)
        monkeypatch.setattr(keeping, "sleep", lambda seconds: looking.close())
        with held(place) as is_ours:
            assert is_ours
            assert not keeping.is_free(place)
    assert keeping.is_free(place)


def test_a_machine_without_room_for_a_process_goes_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A page is answered, a worker sends its messages; the next who asks starts the process."""
    full = OSError(errno.ENOSPC, "No space left on device")

    def opened(*_: Any) -> None:
        raise full

    monkeypatch.setattr(keeping, "is_free", opened)
    keeper = Keeper(settings)
    keeper.wake()
    assert keeper._process is None
    assert caplog.messages == ["No process for jobs could be started (No space left on device)."]


def is_free(settings: Settings) -> bool:
    """Whether no process of this machine works for the database."""
    return keeping.is_free(lock_file(settings.database_url))
