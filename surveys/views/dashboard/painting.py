"""A process of its own draws boards, so that drawing takes no thread and no lock from requests.

It reads orders from its standard input and answers each on its standard output, pickled. It ends with the
server, which closes its input.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from threading import Timer
from typing import IO

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from surveys.db import engine_options, moment
from surveys.frames import study_frames
from surveys.instruments.library import Library
from surveys.lists import figures
from surveys.models import Study
from surveys.settings import ROOT, Settings
from surveys.views.dashboard.board import Board, draw

LONGEST = 600  # seconds; a drawing that takes longer hangs
NICE = 5  # patients come first if processors are short; boards are still drawn
PROGRAM = "from surveys.views.dashboard.painting import main; main()"


@dataclass(frozen=True)
class Order:
    """The order of a board: everything that decides its content and its readers, except the data."""

    study_id: int
    site: str | None
    may_open_patients: bool
    smallest_group: int
    page: str
    filters: tuple[tuple[str, str], ...]
    pair: str
    together: bool
    visits: tuple[tuple[str, str], ...]
    on: date


@dataclass(frozen=True)
class DatedBoard:
    """A board, the state of its data (`surveys.lists.figures`) and when they were read."""

    board: Board
    state: int
    at: datetime


Paint = Callable[[Order], DatedBoard]


class PaintingError(Exception):
    """A board could not be drawn; the message holds no answer and no name."""


def paint(engine: Engine, library: Library, order: Order) -> DatedBoard:
    """Draw a board from the data as they are now."""
    at = datetime.now(UTC)
    with moment(engine) as connection, Session(connection) as session:
        state = figures.newest_change(session)
        study = session.get_one(Study, order.study_id)
        frames = study_frames(session, study, library, site=order.site)
    board = draw(
        frames,
        dict(order.filters),
        page=order.page,
        pair=order.pair,
        visits=dict(order.visits),
        on=order.on,
        together=order.together,
        may_open_patients=order.may_open_patients,
        suppress_under=order.smallest_group,
    )
    return DatedBoard(board, state, at)


def what_failed(error: Exception) -> str:
    """The error's kind and its place in the code, without its message, which may hold answers."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"


@contextmanager
def painting(settings: Settings) -> Iterator[Paint]:
    """A painter in a child process, which starts with the first order and ends with the block."""
    child = _Child(settings)
    try:
        yield child.paint
    finally:
        child.end()


class _Child:
    """The process that draws; a new one if it died."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def paint(self, order: Order) -> DatedBoard:
        """Let the process draw one board.

        Raises:
            PaintingError: it failed, took too long, or the process died.
        """
        process = self._process = self._process or self._started()
        limit = Timer(LONGEST, process.kill)
        limit.daemon = True
        limit.start()
        try:
            answer = _asked(process, order)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            self.end()
            raise PaintingError(f"The process that draws has ended with {process.returncode}.") from None
        finally:
            limit.cancel()
        if isinstance(answer, DatedBoard):
            return answer
        raise PaintingError(str(answer))

    def end(self) -> None:
        """End the process; a half-drawn board is lost."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with suppress(BrokenPipeError):
                process.__exit__(None, None, None)

    def _started(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 — our own program
            [sys.executable, "-c", PROGRAM], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        with suppress(BrokenPipeError):  # the missing answer tells it
            _send(process.stdin, self._settings)
        return process


def _asked(process: subprocess.Popen[bytes], order: Order) -> object:
    assert process.stdout is not None  # noqa: S101 — a pipe
    _send(process.stdin, order)
    return pickle.load(process.stdout)  # noqa: S301 — from our own process


def _send(to: IO[bytes] | None, what: object) -> None:
    assert to is not None  # noqa: S101 — a pipe
    pickle.dump(what, to)
    to.flush()


def main() -> None:
    """The child process: draw orders until the input is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C ends the server, and this process with it
    os.nice(NICE)
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # printed text must not get between the answers
    settings: Settings = pickle.load(orders)  # noqa: S301 — from the process that started this one
    url = settings.analysis_url or settings.database_url  # a board is dated, so a replica may be behind
    engine = create_engine(url, **engine_options(url, settings.connections))
    library = Library.load(settings.instruments)
    with suppress(EOFError, BrokenPipeError):
        while True:
            order = pickle.load(orders)  # noqa: S301 — it comes from our own process
            try:
                answer: DatedBoard | str = paint(engine, library, order)
            except Exception as error:  # a failed board must not end the others
                answer = what_failed(error)
            _send(answers, answer)
    engine.dispose()
