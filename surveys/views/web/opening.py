"""A process of the server meets its database: it looks at it once, before its first page.

A server that began without its database would end, and one of its processes that began anew meanwhile would
end the others. So it waits, and says so to whoever asks for a page.
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
# They can do without.
WITHOUT = frozenset({"static", "watching.health", "watching.ready", "watching.metrics"})
# Somebody may mend each of them while the server waits.
NOT_YET = (OperationalError, DatabaseBehindError, ChangedDefinitionError, DamagedError, RestoreCutShortError)


class Opening:
    """Whether this process has seen its database; `look` looks, and raises where no page may begin."""

    def __init__(self, app: Flask, look: Callable[[], None]) -> None:
        self.is_open = False
        self._app, self._look = app, look
        self._looking, self._last, self._told = Lock(), -float("inf"), ""

    def look(self) -> None:
        """Look at the database now.

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
        """Whether the database is there by now; asked by one request at a time, and not too often."""
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
    """Let no page begin before the database is there."""

    @app.before_request
    def wait() -> None:
        opening: Opening = app.extensions["opening"]
        if not opening.is_open and request.endpoint not in WITHOUT and not opening.has_opened():
            raise ServiceUnavailable
