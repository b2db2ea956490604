"""Each process of the server checks its database before its first page, and waits where it is not ready.

A process that ended instead would end the whole server. Meanwhile every page answers 503.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

from flask import Flask, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import ServiceUnavailable

from surveys.db import DatabaseBehindError, RestoreCutShortError
from surveys.sqlite_file import DamagedError
from surveys.store.words.versions import ChangedDefinitionError

AGAIN_AFTER = 1.0  # seconds
# These answer without the database.
WITHOUT = frozenset({"static", "watching.health", "watching.ready", "watching.metrics"})
# An operator can mend these while the server waits.
NOT_YET = (OperationalError, DatabaseBehindError, ChangedDefinitionError, DamagedError, RestoreCutShortError)


class Opening:
    """Whether this process may serve pages; `look` raises where its database is not ready."""

    def __init__(self, app: Flask, look: Callable[[], None]) -> None:
        self.is_open = False
        self._app, self._look = app, look
        self._looking, self._last, self._told = Lock(), -float("inf"), ""

    def look(self) -> None:
        """Check the database now.

        Raises:
            OperationalError: it does not answer.
            DatabaseBehindError, ChangedDefinitionError: it does not fit; the message says what to do.
        """
        self._look()
        self.is_open = True

    def wait(self, reason: Exception) -> None:
        """Say in the log, once, why the server waits."""
        told = str(getattr(reason, "orig", None) or reason)
        if told != self._told:
            self._told = told
            self._app.logger.warning("The server waits for its database. %s", told.strip())

    def has_opened(self) -> bool:
        """Whether the database is ready; one request at a time checks it, at most once in `AGAIN_AFTER`."""
        if not self.is_open and self._looking.acquire(blocking=False):
            try:
                if time.monotonic() - self._last > AGAIN_AFTER:
                    self.look()
            except NOT_YET as reason:
                self._last = time.monotonic()
                self.wait(reason)
            finally:
                self._looking.release()
        return self.is_open


def init_app(app: Flask) -> None:
    """Refuse every page until the database is ready."""

    @app.before_request
    def wait() -> None:
        opening: Opening = app.extensions["opening"]
        if not opening.is_open and request.endpoint not in WITHOUT and not opening.has_opened():
            raise ServiceUnavailable
