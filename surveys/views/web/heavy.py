"""A limit on heavy work inside requests: it must leave threads for patients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from flask import Flask, current_app, render_template
from werkzeug.exceptions import ServiceUnavailable

AT_ONCE = 2  # per process, of its sixteen threads
RETRY_AFTER = 30  # seconds


class BusyError(ServiceUnavailable):
    """The process already does as much heavy work as it may do at once."""


def init_app(app: Flask) -> None:
    """Show a page of its own when the server is busy with such work."""
    app.extensions["heavy"] = BoundedSemaphore(AT_ONCE)

    @app.errorhandler(BusyError)
    def busy(error: BusyError) -> tuple[str, int, dict[str, str]]:
        page = render_template(
            "errors/error.html",
            code=503,
            title="Busy: please try again in a moment",
            happened="Other exports, freezes or reports are being made just now, and only a few are made at "
            "once so that patients do not have to wait. Nothing was made or changed.",
            mend="Please go back and try again in half a minute.",
        )
        return page, 503, {"Retry-After": str(RETRY_AFTER)}


@contextmanager
def turn() -> Iterator[None]:
    """Do heavy work in the block if there is room for it; it never waits.

    Raises:
        BusyError: there is no room; a page says so.
    """
    room: BoundedSemaphore = current_app.extensions["heavy"]
    if not room.acquire(blocking=False):
        raise BusyError
    try:
        yield
    finally:
        room.release()
