"""What patients wait for: a screen, a questionnaire, the SQL behind them, and the bytes of a first visit."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import psycopg
from flask import Flask

from benchmarks import floor
from benchmarks.measuring import ROUNDS, Bench, sql_of
from benchmarks.patient_page import Cookies, request
from surveys.views.form.pages import NEXT_PAGE
from tests.support.study import FACE, invite

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

VISITS_A_ROUND = 4
CLIENTS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"


def screens(bench: Bench) -> str:
    """An answer sent, stored, and the next question read, against the floor's page opened and stored.

    As our script asks, in one request, and by redirect, as a browser without script does.
    """
    return "; ".join(_against_floor(bench, kind).screen for kind in ("SQLite", "PostgreSQL"))


def whole(bench: Bench) -> str:
    """FaCE from the link to the thanks, in floors."""
    return "; ".join(_against_floor(bench, kind).whole for kind in ("SQLite", "PostgreSQL"))


@dataclass(frozen=True)
class _Found:
    screen: str
    whole: str


_measured: dict[str, _Found] = {}


def _against_floor(bench: Bench, kind: str) -> _Found:
    if kind in _measured:
        return _measured[kind]
    app, backends = bench.app(kind), list[int]()
    if kind == "PostgreSQL":
        url = bench.postgres()
        bare = floor.on_postgres(url)
        _floor(bare, _Clock([]))
        _visit(app, "first", _Clock([]))
        with psycopg.connect(url) as asking:
            backends = [pid for (pid,) in asking.execute(CLIENTS)]
    else:
        bare = floor.on_sqlite(bench.folder / "floor.db")
    clock = _Clock(backends)
    ways: dict[bool, tuple[list[float], list[float]]] = {True: ([], []), False: ([], [])}
    for turn in range(ROUNDS + 1):
        floors = []
        walked: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
        for number in range(VISITS_A_ROUND):
            floors.append(_floor(bare, clock))
            for script, visits in walked.items():
                visits.append(_visit(app, f"P{turn}-{number}-{script}", clock, script=script))
        if turn:
            for script, visits in walked.items():
                for ratios, spent in zip(ways[script], zip(*visits, strict=True), strict=True):
                    ratios.append(median(spent) / median(floors))
    (screen, all_screens), (redirected, all_redirected) = ways[True], ways[False]
    _measured[kind] = _Found(
        f"{kind} {_range(screen)} ×, by redirect {_range(redirected)} ×",
        f"{kind} {_range(all_screens)}, by redirect {_range(all_redirected)}",
    )
    return _measured[kind]


@dataclass(frozen=True)
class _Clock:
    """Processor time of this process and of the database's processes for it."""

    backends: list[int]

    def read(self) -> float:
        """Seconds so far."""
        spent = time.process_time()
        for backend in self.backends:
            nanoseconds = Path(f"/proc/{backend}/schedstat").read_text(encoding="ascii").split()[0]
            spent += int(nanoseconds) / 1e9
        return spent


def _floor(bare: WSGIApplication, clock: _Clock) -> float:
    """Seconds for one page, opened and stored."""
    form = {f"q{number}": str(value) for number, value in enumerate(FACE, 1)}
    began = clock.read()
    for _ in FACE:
        request(bare, "GET", "/", {})
        request(bare, "POST", "/", {}, form)
    return (clock.read() - began) / len(FACE)


def _visit(app: Flask, code: str, clock: _Clock, *, script: bool = False) -> tuple[float, float]:
    """Seconds for an answer with the next page, and for all of FaCE; `script` asks as ours does."""
    invited = invite(app, code)
    began = clock.read()
    cookies: Cookies = {}
    request(app, "GET", f"/s/{invited.token}", cookies)
    visit = f"/visit/{invited.visit_id}"
    _, _, page = request(app, "GET", visit, cookies)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    token = {"csrf_token": found[1]}
    request(app, "GET", f"{visit}/face/1", cookies)
    first = clock.read()
    for number, value in enumerate(FACE, 1):
        form = {**token, "answer": str(value)}
        _, headers, _ = request(
            app, "POST", f"{visit}/face/{number}", cookies, form, prefer=NEXT_PAGE if script else ""
        )
        if "Location" in headers:
            request(app, "GET", headers["Location"], cookies)
    last = clock.read()
    _, headers, _ = request(app, "POST", f"{visit}/face/review", cookies, token)
    request(app, "GET", headers["Location"], cookies)
    assert headers["Location"].endswith("/saved"), headers["Location"]
    return (last - first) / len(FACE), clock.read() - began


def statements(bench: Bench) -> str:
    """SQL of an answer that is saved and of a submission, BEGIN and COMMIT not counted."""
    found = []
    for kind in ("SQLite", "PostgreSQL"):
        app = bench.app(kind)
        with sql_of(app) as seen, _by_request(app, seen) as asked:
            _visit(app, "counted", _Clock([]))
        *_, saved, submitted = (at for at in asked if at.startswith("POST"))
        found.append(f"{kind} {asked[saved]} / {asked[submitted]}")
    return "; ".join(found)


@contextmanager
def _by_request(app: Flask, seen: list[str]) -> Iterator[dict[str, int]]:
    """How many more `seen` holds after each request of the block, by method and path."""
    asked: dict[str, int] = {}
    answer = app.wsgi_app

    def counted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        before = len(seen)
        reply = answer(environ, start_response)
        asked[f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"] = len(seen) - before
        return reply

    app.wsgi_app = counted  # type: ignore[method-assign]
    try:
        yield asked
    finally:
        app.wsgi_app = answer  # type: ignore[method-assign]


def first_visit(bench: Bench) -> str:
    """Bytes of an item page and all it loads, as the server sends them."""
    app = bench.app("SQLite")
    invited = invite(app, "first")
    client = app.test_client()
    client.get(invited.path)
    html = client.get(f"/visit/{invited.visit_id}/face/1", follow_redirects=True).get_data()
    assets = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', html.decode()))
    packed = {"Accept-Encoding": "gzip"}  # as every browser asks
    total = len(html) + sum(len(client.get(path, headers=packed).get_data()) for path in assets)
    return f"{total / 1000:.1f} kB"


def _range(ratios: list[float]) -> str:
    return f"{median(ratios):.1f} ({min(ratios):.1f}–{max(ratios):.1f})"
