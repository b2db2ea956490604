"""The process that works on jobs, and what `seventh worker` does for it.

A server or a worker starts it (`surveys/jobs/keeping.py`). Its input begins with the settings; it ends
when its input does, because its starter is gone then.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from datetime import UTC, datetime
from functools import partial
from threading import Event, Thread
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError

from surveys.db import engine_options, in_bulk, look, short_transaction
from surveys.instruments.library import Library
from surveys.jobs import queue
from surveys.jobs.keeping import Keeper, held, lock_file, machine
from surveys.jobs.kinds import STORING, WORKS
from surveys.jobs.queue import Task
from surveys.jobs.running import Runner, Work, Workshop
from surveys.settings import Settings

NICE = 5  # patients come first if processors are short; what only reads is still done
IDLE = 600.0  # seconds without a job until the memory is freed
LOOK_EVERY = 0.25  # seconds
TAKE_OVER_EVERY = 60.0  # seconds
TEND_EVERY = 1.0  # seconds
SEEN_EVERY = 20.0  # seconds
LONGEST = 3600.0  # seconds; a job that takes longer hangs


def engine_of(settings: Settings, url: str) -> Engine:
    """An engine for one of the installation's databases."""
    return create_engine(url, **engine_options(url, settings.connections))


def workshop_of(settings: Settings, engine_of: Callable[[Settings, str], Engine] = engine_of) -> Workshop:
    """What works need, on the installation's databases."""
    main = engine_of(settings, settings.database_url)
    replica = engine_of(settings, settings.analysis_url) if settings.analysis_url else None
    return Workshop(
        look=partial(look, main),
        snapshot=partial(in_bulk, main, replica),
        change=partial(short_transaction, main),
        library=Library.load(settings.instruments),
        now=lambda: datetime.now(UTC),
    )


@contextmanager
def tended(settings: Settings) -> Iterator[None]:
    """See to it that jobs are worked on here while the block lasts, whichever host asks for them."""
    engine = engine_of(settings, settings.database_url)
    keeper, over, here = Keeper(settings), Event(), machine(settings.database_url)
    tending = Thread(target=_tend, args=(engine, keeper, over, here))
    tending.start()
    try:
        yield
    finally:
        over.set()
        tending.join()
        keeper.end()
        engine.dispose()


def _tend(engine: Engine, keeper: Keeper, over: Event, here: str) -> None:
    seen = -float("inf")
    while not over.is_set():
        try:
            if time.monotonic() - seen > SEEN_EVERY:
                seen = time.monotonic()
                with short_transaction(engine) as session:
                    queue.see(session, here, at=datetime.now(UTC))
            with look(engine) as session:
                is_needed = queue.needs_process(session, here, at=datetime.now(UTC))
            if is_needed:
                keeper.wake()
        except DBAPIError as error:
            _say_no_answer(error)
        over.wait(TEND_EVERY)


def main() -> None:
    """Work off the queue until nothing waits for some minutes or the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C ends the server, and this process with it
    settings: Settings = pickle.load(sys.stdin.buffer)  # noqa: S301 — from the process that started this one
    with held(lock_file(settings.database_url)) as is_ours:
        if is_ours:
            here = machine(settings.database_url)
            runner = Runner(workshop_of(settings), behind_patients(WORKS), here)
            for beside in (_end_with_the_input, _beat):
                Thread(target=beside, args=(runner,), daemon=True).start()
            _work(runner)


def behind_patients(works: Mapping[str, Work]) -> dict[str, Work]:
    """The works, of which those that mostly read run in a thread of less priority.

    On Linux a thread has a priority of its own; elsewhere the first such work puts the whole process back.
    Nobody may raise it again, which is why not the process is put back: one that is, and holds SQLite's write
    lock on a busy machine, keeps patients waiting for as long as others want its processor.
    """
    back = ThreadPoolExecutor(1, "reading", os.nice, (NICE,))

    def put_back(work: Work) -> Work:
        def run(workshop: Workshop, task: Task) -> Mapping[str, Any]:
            return back.submit(copy_context().run, work, workshop, task).result()

        return run

    return {kind: work if kind in STORING else put_back(work) for kind, work in works.items()}


def _work(runner: Runner) -> None:
    last, taken = time.monotonic(), -float("inf")
    while time.monotonic() - last < IDLE:
        try:
            if time.monotonic() - taken > TAKE_OVER_EVERY:
                runner.take_over()
                taken = time.monotonic()
            if runner.run_next():
                last = time.monotonic()
                continue
        except DBAPIError as error:
            _say_no_answer(error)
        time.sleep(LOOK_EVERY)


def _beat(runner: Runner) -> None:
    task, since = None, time.monotonic()
    while True:
        time.sleep(queue.BEAT.total_seconds())
        if runner.task is not task:
            task, since = runner.task, time.monotonic()
        if task is not None and time.monotonic() - since > LONGEST:
            os._exit(1)  # it is taken back once, and then told as failed
        try:
            runner.beat()
        except DBAPIError as error:
            _say_no_answer(error)


def _end_with_the_input(runner: Runner) -> None:
    sys.stdin.buffer.read()
    try:
        runner.leave()
    finally:
        os._exit(0)


def _say_no_answer(error: DBAPIError) -> None:
    sys.stderr.write(f"The database did not answer ({type(error.orig).__name__}).\n")
