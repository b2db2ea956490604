"""A patient who walks through the pages by what they show: presses buttons, follows redirects, keeps cookies.

The same patient walks in the process (`in_process`) or over a socket (`over_http`). Knows no table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask
from flask.testing import FlaskClient

from tests.support.pages import Form, Page

Fields = Sequence[tuple[str, str]]


@dataclass
class Reply:
    """One answer of the server, before any redirect is followed."""

    method: str
    path: str
    status: int
    headers: list[tuple[str, str]]
    html: str
    content: bytes = b""

    def header(self, name: str) -> str | None:
        """The first header called `name`."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def cookies(self) -> list[str]:
        """Every Set-Cookie header."""
        return [value for key, value in self.headers if key.lower() == "set-cookie"]


Send = Callable[[str, str, Fields], Reply]


def in_process(
    app: Flask,
    base_url: str = "http://localhost",
    *,
    device: str | None = None,
    session: Mapping[str, Any] | None = None,
    unpacks: str = "identity",
    client: FlaskClient | None = None,
) -> Send:
    """A browser of its own, straight into `app`; it sends no Referer and no Origin.

    `device` is its name among the patient's devices, for tests that also answer through the store;
    `session` is what the server knows of it; `unpacks` names the compressions that it takes; `client` is the
    browser, for tests that take cookies from it.
    """
    client = app.test_client() if client is None else client
    known = dict(session or {}) | ({"device": device} if device else {})
    if known:
        with client.session_transaction(base_url=base_url) as kept:
            kept.update(known)

    def send(method: str, path: str, fields: Fields) -> Reply:
        answer = client.open(
            path,
            method=method,
            base_url=base_url,
            headers={"Accept-Encoding": unpacks},
            data=urlencode(fields) if method == "POST" else None,
            content_type="application/x-www-form-urlencoded" if method == "POST" else None,
        )
        content = answer.get_data()
        answer.close()
        html = content.decode(errors="replace")
        return Reply(method, path, answer.status_code, list(answer.headers), html, content)

    return send


def over_http(url: str, timeout: float = 120) -> Send:
    """A browser of its own that asks the server at `url`, one connection per request.

    Raises OSError or HTTPException if the server goes away.
    """
    place = urlsplit(url)
    jar: dict[str, str] = {}

    def send(method: str, path: str, fields: Fields) -> Reply:
        connection = HTTPConnection(place.hostname or "", place.port, timeout=timeout)
        try:
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())} if jar else {}
            body = None
            if method == "POST":
                body = urlencode(fields)
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                jar[key] = rest.partition(";")[0]
        html = content.decode(errors="replace")
        return Reply(method, path, answer.status, answer.getheaders(), html, content)

    return send


@dataclass
class Patient:
    """A patient with a browser. `page` is the open page; `replies` holds every answer of the server."""

    send: Send
    replies: list[Reply] = field(default_factory=list, repr=False)
    page: Page = field(default_factory=lambda: Page(""), repr=False)
    path: str = ""
    status: int = 0
    first_token: str = ""

    def open(self, token: str) -> Page:
        """Open the personal link; asked for the year of birth, go on without telling it."""
        page = self.get(f"/s/{token}")
        return self.next() if self.path.endswith("/birth-year") else page

    def get(self, path: str) -> Page:
        """Open a page and follow its redirects."""
        return self._ask("GET", path, [])

    def post(self, path: str, fields: Fields | Mapping[str, str]) -> Page:
        """Send a form that the page may not have shown, with this session's CSRF token."""
        pairs = list(fields.items()) if isinstance(fields, Mapping) else list(fields)
        return self._ask("POST", path, [("csrf_token", self.csrf_token), *pairs])

    @property
    def step(self) -> Form:
        """The one form that leads forward."""
        [form] = self.page.steps
        return form

    @property
    def csrf_token(self) -> str:
        """The token of the open page, or of the last page that had one, or the first one."""
        for reply in reversed(self.replies):
            found = re.search(r'name="csrf_token" value="([^"]+)"', reply.html)
            if found:
                return found[1]
        return self.first_token

    @property
    def asked(self) -> str | None:
        """The open item, as `face/3`."""
        found = re.fullmatch(r"/visit/\d+/(\w+/\d+)", self.path.partition("?")[0])
        return found[1] if found else None

    def next(self) -> Page:
        """Press the button that leads forward, without choosing anything."""
        return self.press(self.step.buttons[0].text)

    def answer(self, value: int | str) -> Page:
        """Choose the answer `value` and go on, also from the words about the eye that may follow it."""
        assert str(value) in [radio.value for radio in self.step.radios], self.path
        page = self.press(self.step.buttons[0].text, value)
        return self.next() if self.path.endswith("/eye") else page

    def press(self, button: str, value: int | str | None = None) -> Page:
        """Press `button`, with the answer `value` chosen (default: what the page shows as chosen)."""
        form = self.step
        pressed = next(one for one in form.buttons if one.text == button)
        chosen = form.checked if value is None else str(value)
        fields = list(form.hidden.items())
        if chosen is not None:
            fields.append((form.radios[0].name, chosen))
        if pressed.name:
            fields.append((pressed.name, pressed.value))
        return self._ask("POST", form.action or self.path, fields)

    def fill(self, values: Iterable[int]) -> Page:
        """Answer one item after the other."""
        for value in values:
            self.answer(value)
        return self.page

    def skip(self) -> Page:
        """Go on without an answer; when asked, say so again."""
        self.next()
        return self.press("Skip this question")

    def finish(self, *questionnaires: Sequence[int]) -> Page:
        """From the introduction or between two questionnaires: answer and send one after the other.

        At the end of the visit the patient says that nobody helped.
        """
        for values in questionnaires:
            self.next()
            self.fill(values)
            self.next()
        if self.path.endswith("/helped"):
            self.answer("patient")
        return self.page

    def _ask(self, method: str, path: str, fields: Fields) -> Page:
        reply = self._one(method, path, fields)
        while reply.status in {301, 302, 303, 307, 308}:
            place = urlsplit(reply.header("Location") or "")
            reply = self._one("GET", place.path + (f"?{place.query}" if place.query else ""), [])
        self.path, self.status, self.page = reply.path, reply.status, Page(reply.html)
        return self.page

    def _one(self, method: str, path: str, fields: Fields) -> Reply:
        reply = self.send(method, path, fields)
        self.replies.append(reply)
        return reply
