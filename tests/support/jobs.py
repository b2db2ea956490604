"""Jobs done in the test process, at once, as the process beside a real server would do them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from surveys.cli.jobs import workshop_of
from surveys.db import engine_options
from surveys.jobs.kinds import WORKS
from surveys.jobs.running import Runner, Workshop
from surveys.settings import Settings

HOST = "here"


def workshop_here(settings: Settings) -> Workshop:
    """It keeps no connection open."""
    return workshop_of(settings, _engine_of)


@cache
def _engine_of(settings: Settings, url: str) -> Engine:
    options = engine_options(url, settings.connections)
    return create_engine(
        url,
        poolclass=NullPool,
        **{key: options[key] for key in options.keys() - {"pool_size", "max_overflow"}},
    )


class KeeperHere:
    """Takes the place of `surveys.jobs.keeping.Keeper`: whoever asks has the work done before it waits."""

    def __init__(self, settings: Settings, is_wanted: Callable[[], Any] = lambda: True) -> None:
        self._settings = settings
        self._runner: Runner | None = None

    def wake(self) -> None:
        """Work off the queue."""
        self._runner = self._runner or Runner(workshop_here(self._settings), WORKS, HOST)
        while self._runner.run_next():
            pass

    def end(self) -> None:
        """Nothing is open."""
