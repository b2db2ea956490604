"""A gateway of text messages: real HTTP on a port of its own, which a test controls."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

Told = tuple[int, dict[str, Any]]


@dataclass
class TextGateway:
    """The texts that it got, as the fields of their forms, and its answers.

    `reply` gets the fields of each form and says status and JSON; None hangs up without a word.
    """

    port: int = 0
    reply: Callable[[dict[str, str]], Told | None] = lambda fields: (201, {"sid": "SM1"})
    received: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    def url(self, kind: str, path: str = "/send", **options: str) -> str:
        """The value of SEVENTH_SMS_URL for it."""
        further = "".join(f"&{name}={value}" for name, value in options.items())
        return f"{kind}+http://AC1:token@127.0.0.1:{self.port}{path}?from=%2B15005550006{further}"

    def begin_anew(self) -> TextGateway:
        """Itself, as if it had got no text: tests with one address share an application."""
        self.reply = lambda fields: (201, {"sid": "SM1"})
        self.received, self.paths, self.keys = [], [], []
        return self


@contextmanager
def text_gateway() -> Iterator[TextGateway]:
    """A running gateway."""
    state = TextGateway()

    class Conversation(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            fields = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
            state.received.append(fields)
            state.paths.append(self.path)
            state.keys.append(self.headers.get("Authorization"))
            told = state.reply(fields)
            if told is None:
                self.close_connection = True
                return
            body = json.dumps(told[1]).encode()
            self.send_response(told[0])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: what was received stands in the state."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Conversation) as server:
        state.port = server.server_address[1]
        running = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        running.start()
        yield state
        server.shutdown()
        running.join()
