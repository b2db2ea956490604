"""A WSGI application on a free port of this machine, in threads of the test process."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import suppress
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        """Print no log, because a failing test shows its own story."""


class _Server(ThreadedWSGIServer):
    # Closing waits for answered requests that still hold a database connection.
    daemon_threads = False

    def __init__(self, *given: Any, **named: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*given, **named)

    def get_request(self) -> tuple[Any, Any]:
        """Know the connection until it ends."""
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """It ends."""
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """No request comes any more on the connections that a browser keeps in reserve."""
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        super().server_close()


class LiveServer:
    """Serves `application` while the block lasts; `url` is its address, without a slash at the end."""

    def __init__(self, application: WSGIApplication, listener: socket.socket) -> None:
        self.url = url_of(listener)
        self._server = _Server("127.0.0.1", 0, _finished(application), _Quiet, fd=listener.fileno())
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _finished(application: WSGIApplication) -> WSGIApplication:
    """Answer after all work is done, because Werkzeug leaves files open if a browser hangs up early."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        parts = application(environ, start_response)
        try:
            return [b"".join(parts)]
        finally:
            if hasattr(parts, "close"):
                parts.close()

    return answer


def free_listener() -> socket.socket:
    """A socket that listens on a free port, so that the address is known before the server starts."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


def url_of(listener: socket.socket) -> str:
    """The address of a listener."""
    host, port = listener.getsockname()
    return f"http://{host}:{port}"
