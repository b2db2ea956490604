"""A body that comes drop by drop is not waited for."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask, request
from werkzeug.exceptions import RequestTimeout

from surveys.views.web import slow_bodies
from surveys.views.web.slow_bodies import read_within
from tests.support.mortal import MortalServer

BODY = b"a=" + b"x" * 98
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_bodies, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(slow_bodies, "_watch", slow_bodies._Watch())


def dripping(other: socket.socket, over: Event) -> None:
    with suppress(BrokenPipeError):  # the other end is closed in the end
        for sign in BODY:
            if over.wait(0.005):
                return
            other.send(bytes([sign]))


@pytest.mark.parametrize("seconds", [0.1, 30.0])
def test_it_ends_after_its_time(seconds: float) -> None:
    """However steadily it drips; a body that is whole in time is read."""
    app, over = Flask(__name__), Event()
    here, there = socket.socketpair()
    with here, there, here.makefile("rb") as reading:
        drops = Thread(target=dripping, args=(there, over))
        told = {
            "gunicorn.socket": here,
            "wsgi.input": reading,
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": FORM,
            "CONTENT_LENGTH": str(len(BODY)),
        }
        with app.test_request_context(environ_overrides=told):
            drops.start()
            try:
                if seconds > 1:
                    with read_within(seconds):
                        assert len(request.form["a"]) == 98
                else:
                    with pytest.raises(RequestTimeout), read_within(seconds):
                        assert request.form
            finally:
                over.set()
                drops.join()


@pytest.mark.long
def test_a_server_goes_on_beside_them(sqlite_url: str, tmp_path: Path) -> None:
    """More slow clients than threads: each is told after seconds, and pages are answered."""
    head = b"POST /c HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\nContent-Length: 1000\r\n\r\n" % FORM.encode()
    with MortalServer(sqlite_url, tmp_path / "log") as server:
        address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
        slow = [socket.create_connection(address) for _ in range(40)]
        for one in slow:
            one.sendall(head)
        until = time.monotonic() + 15
        answers = set()
        while time.monotonic() < until:
            for one in slow:
                try:
                    one.sendall(b"x")
                except OSError:
                    continue
            time.sleep(1)
        asking = HTTPConnection(*address, timeout=10)
        asking.request("GET", "/")
        assert asking.getresponse().status == 200
        asking.close()
        for one in slow:
            one.settimeout(5)
            answers.add(one.recv(12))
            one.close()
        assert answers == {b"HTTP/1.1 408"}
