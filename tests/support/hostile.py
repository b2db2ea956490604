"""Requests that no page of ours makes: every address with odd values in each of its places.

`Siege` knows the pages by what they show: it takes their forms, puts one odd thing into a good one, and notes
every answer that is a fault of ours.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, got_request_exception
from flask.testing import FlaskClient
from werkzeug.routing import BuildError

VIEWS = Path(__file__).parents[2] / "surveys" / "views"
FORM = "application/x-www-form-urlencoded"
Fields = Sequence[tuple[str, str]]

# As bytes of an address or a form: not all of them are UTF-8.
ODD: tuple[bytes, ...] = (
    b"",
    b" ",
    b"0",
    b"-1",
    b"-0",
    b"1.5",
    b"1e400",
    b"NaN",
    b"-Infinity",
    b"2147483648",
    b"9223372036854775808",
    b"9" * 400,
    "٣".encode(),
    "1²".encode(),
    "½".encode(),
    b"0001-01-01",
    b"9999-12-31",
    b"2026-02-30",
    b"2026-W01-1",
    b"10000-01-01",
    b"a\0b",
    b"\0",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"x" * 5_000,
    "😀".encode() * 300,
    "\u202e\u0301\u200b".encode(),
    b"' OR 1=1 --",
    b"%00",
    b"%s%d%(x)s{0}{{7*7}}",
    b"../../../etc/passwd",
    b"//evil.test/\t",
    b"[1]",
    b'{"a": [[[[]]]]}',
    b"true",
    b"None",
    b"no_such_thing",
    b"face.total",
    b"=cmd|'/c calc'!A1",
    b"\r\nSet-Cookie: a=b",
)
BODIES: tuple[tuple[bytes, str], ...] = (
    (b'{"email": {"a": 1}}', "application/json"),
    (b"[1]", "application/json"),
    (b"plain", "text/plain"),
    (b"a=1", ""),
    (b"a=1", "no/such; charset=klingon"),
    (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1', "multipart/form-data; boundary=x"),
    (b"nothing of a kind", "multipart/form-data; boundary=x"),
    (b"nothing of a kind", "multipart/form-data"),
    (b"&&==&=&a&%", FORM),
    (b"a=%ff&b=%zz&%00=%00", f"{FORM}; charset=utf-7"),
)
HEADERS: tuple[tuple[str, str], ...] = (
    ("Accept-Language", "de;q=NaN, *;q=9e999, x-" + "y" * 900),
    ("If-None-Match", '"' + "x" * 900),
    ("If-Modified-Since", "Mon, 31 Feb 0000 99:99:99 GMT"),
    ("Range", "bytes=9223372036854775808-"),
    ("Cookie", "session=.eJw; theme=\xff; lang=\x01; =;;"),
    ("Prefer", "return=minimal, " + "a" * 500),
    ("Accept", "application/json;q=x"),
    ("X-Requested-With", "\xe9"),
    ("Referer", "http://[::1"),
    ("Origin", "null"),
    ("Content-Length", "-1"),
)


@dataclass
class Siege:
    """Knocks with odd requests, and remembers what each address answered.

    `one_in`: of so many possible odd requests it makes one, which `chance` chooses.
    """

    app: Flask
    chance: random.Random
    one_in: int
    answers: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    _raised: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app.config["PROPAGATE_EXCEPTIONS"] = False
        self.app.config["WTF_CSRF_ENABLED"] = False
        got_request_exception.connect(self._note, self.app)

    def _note(self, _: Flask, exception: BaseException, **__: Any) -> None:
        self._raised.append(exception)

    def made(self) -> int:
        """How many requests were made."""
        return sum(self.answers.values())

    def send(self, client: FlaskClient, method: str, path: str, **request: Any) -> Any:
        """One request; a fault is noted with what was raised."""
        self.app.extensions["request_limits"].storage.reset()
        answer = client.open(path, method=method, **request)
        self.answers[answer.status_code] += 1
        if answer.status_code >= 500 or self._raised:
            raised = "; ".join(f"{type(one).__name__}: {one}"[:200] for one in self._raised)
            told = f"{method} {path[:300]} {str(request)[:300]} → {answer.status_code} {raised}"
            self.faults.append(told)
        self._raised.clear()
        answer.get_data()
        answer.close()
        return answer

    def looks(self, client: FlaskClient, path: str, queried: Iterable[str]) -> None:
        """Ask for a page with each of these names in its address, with odd values, twice, and odd headers."""
        for name in queried:
            for odd in self.some(ODD):
                self.send(client, "GET", f"{path}?{urlencode({name: odd})}")
            if self._chosen():
                self.send(client, "GET", f"{path}?{name}=1&{name}=2&{name}[]=3")
        for name, value in self.some(HEADERS):
            self.send(client, "GET", path, headers={name: value})

    def fills(self, client: FlaskClient, path: str, fields: Fields) -> None:
        """Send a form, with each field odd, twice or left out; and what is no form of ours."""
        for place, (name, value) in enumerate(fields):
            others = [*fields[:place], *fields[place + 1 :]]
            for odd in self.some(ODD):
                self._post(client, path, [*others, (name, odd)])
            if self._chosen():
                self._post(client, path, others)
                self._post(client, path, [*fields, (name, value), (name, b"9" * 30)])
            if self._chosen():
                self._post(client, path, [*others, (name, value), ("%00", b"\0"), (f"{name}-0-{name}", b"x")])
        for content, kind in self.some(BODIES):
            self.send(client, "POST", path, data=content, content_type=kind)
        if self._chosen():
            sent = dict(fields) | {"file": (BytesIO(b"PK\3\4\0\xff"), "a\0b.xlsx")}
            self.send(client, "POST", path, data=sent)

    def _post(self, client: FlaskClient, path: str, fields: Sequence[tuple[str, Any]]) -> None:
        self.send(client, "POST", path, data=urlencode(fields), content_type=FORM)

    def some(self, things: Sequence[Any]) -> list[Any]:
        """One in so many of them."""
        return [one for one in things if self._chosen()]

    def _chosen(self) -> bool:
        return self.chance.randrange(self.one_in) == 0


def queried() -> list[str]:
    """The names that any view reads from an address."""
    asked = re.compile(r"request\.args(?:\.get|\.getlist)?[(\[]\"(\w+)\"")
    return sorted({name for path in VIEWS.rglob("*.py") for name in asked.findall(path.read_text())})


def strange_paths(app: Flask, known: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Endpoint, method and address of every route with arguments, one of them odd, the others `known`."""
    adapter = app.create_url_adapter(None) or app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        for odd_name in sorted(rule.arguments):
            for odd in ODD:
                values: dict[str, Any] = {name: known.get(name, "x") for name in rule.arguments}
                text = odd.decode("latin-1")
                values[odd_name] = int(text) if re.fullmatch(r"\d{1,400}", text) else text
                path = ""
                with suppress(ValueError, TypeError, BuildError):  # no such address can be written
                    path = adapter.build(rule.endpoint, values)
                for method in sorted((rule.methods or set()) & {"GET", "POST"} if path else ()):
                    yield rule.endpoint, method, path


class Forms(HTMLParser):
    """The POST forms of a page: the fields that each sends as it stands, by the address it is sent to."""

    def __init__(self, html: str, path: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self._path, self._fields = path, list[tuple[str, str]]()
        self._select: str | None = None
        self._text: str | None = None
        self._open = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a form's field in."""
        told = {name: value or "" for name, value in attrs}
        name = told.get("name", "")
        if tag == "form" and told.get("method", "").lower() == "post":
            self._fields, self._open = [], True
            self.forms.append((told.get("action") or self._path, self._fields))
        elif not self._open or (not name and tag != "option"):
            return
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and told.get("value"):
            self._fields.append((self._select, told["value"]))
            self._select = None
        elif tag == "textarea":
            self._text = name
            self._fields.append((name, ""))
        elif tag == "input" and told.get("type") not in {"file", "submit"}:
            if told.get("type") != "radio" or name not in dict(self._fields):
                self._fields.append((name, told.get("value", "")))
        elif tag == "button" and name not in dict(self._fields):
            self._fields.append((name, told.get("value", "")))

    def handle_data(self, data: str) -> None:
        """Take in what a text box holds."""
        if self._text:
            self._fields[-1] = (self._text, data)

    def handle_endtag(self, tag: str) -> None:
        """Close what was open."""
        if tag == "textarea":
            self._text = None
        elif tag == "form":
            self._open = False
