"""The server that browser tests meet."""

from __future__ import annotations

import socket
from threading import Event

from flask import Flask, Response

from tests.support.server import LiveServer, free_listener


def test_a_request_is_over_before_its_answer_is_seen() -> None:
    """Files and database connections are given back even where the browser hangs up in the middle of it."""
    site = Flask(__name__)
    over = Event()

    @site.get("/")
    def much() -> Response:
        response = Response(bytes(20_000_000))
        response.call_on_close(over.set)
        return response

    with free_listener() as listener:
        address = listener.getsockname()
        with LiveServer(site, listener), socket.create_connection(address) as client:
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert client.recv(1) == b"H"
            assert over.is_set()
