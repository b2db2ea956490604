"""A body must be here within seconds: whoever sends it drop by drop would keep a thread from everybody else.

A web server in front that keeps bodies until they are whole makes this idle; docs/deploy.md has one.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread

from flask import request
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from werkzeug.exceptions import ClientDisconnected, RequestTimeout

from surveys.settings import THREADS

LOOK_EVERY = 0.5  # seconds
# Once this many threads of a process wait for bodies, each body has this many seconds.
CROWD, IN_A_CROWD = THREADS // 2, 2.0


class _Body:
    """A body that is being read from a connection, for `seconds` at most."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self.connection, self.seconds = connection, seconds
        self.begun = time.monotonic()
        self.is_late = False


class _Watch:
    """Ends the reading of late bodies, from a thread of its own that the first body starts.

    A time-out of the socket would not do: it begins anew with each drop.
    """

    def __init__(self) -> None:
        self._lock, self._bodies = Lock(), set[_Body]()
        self._thread: Thread | None = None

    def add(self, body: _Body) -> None:
        with self._lock:
            self._bodies.add(body)
            if self._thread is None:
                self._thread = Thread(target=self._look, daemon=True)
                self._thread.start()

    def remove(self, body: _Body) -> None:
        with self._lock:
            self._bodies.discard(body)

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_EVERY)
            now = time.monotonic()
            with self._lock:  # a connection that was given back may be another's by now
                at_most = IN_A_CROWD if len(self._bodies) >= CROWD else float("inf")
                for body in self._bodies:
                    if not body.is_late and now - body.begun > min(body.seconds, at_most):
                        body.is_late = True
                        with suppress(OSError):  # it is gone
                            body.connection.shutdown(socket.SHUT_RD)


_watch = _Watch()


@contextmanager
def read_within(seconds: float) -> Iterator[None]:
    """Let the block read the request's body, for so long at most.

    Raises:
        RequestTimeout: the body was not whole by then.
    """
    connection = request.environ.get("gunicorn.socket")
    if connection is None:
        yield
        return
    body = _Body(connection, seconds)
    _watch.add(body)
    try:
        yield
    except (ClientDisconnected, ParseException, OSError):
        if not body.is_late:
            raise
    finally:
        _watch.remove(body)
    if body.is_late:
        raise RequestTimeout
