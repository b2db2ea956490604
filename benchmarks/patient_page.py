"""What the patient's hot paths cost: show an item, save an answer, submit; per questionnaire.

Processor time in this process, without sockets or an HTTP client, beside a bare Flask page in the same run.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Flask
from werkzeug.test import EnvironBuilder

from app import create_app
from surveys.settings import Settings
from tests.support.study import FACE, PHQ9, SAQ, Invited, invite

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PATIENTS = 15
WARM_UP = 3
VISIT = {"face": FACE, "phq9": PHQ9, "saq": SAQ}

Costs = dict[tuple[str, str], list[float]]
Cookies = dict[str, str]


def main() -> None:
    """Walk some patients through a visit and print medians."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{Path(folder) / 'seventh.db'}", secret_key="bench" * 8)
        app = create_app(settings)
        invited = [invite(app, f"P{number}") for number in range(WARM_UP + PATIENTS)]
        bare = bare_page()
        costs: Costs = defaultdict(list)
        for number, one in enumerate(invited):
            walked = walk(app, bare, one)
            if number >= WARM_UP:
                for what, spent in walked.items():
                    costs[what] += spent
    report(costs)


def bare_page() -> Flask:
    """The least that Flask can do."""
    app = Flask("bare")
    app.get("/")(lambda: "<!DOCTYPE html><title>Bare</title><p>Nothing</p>")
    return app


def walk(app: Flask, bare: Flask, invited: Invited) -> Costs:
    """One patient's visit: milliseconds of processor time for each request."""
    costs: Costs = defaultdict(list)
    cookies: Cookies = {}
    request(app, "GET", f"/s/{invited.token}", cookies)
    visit = f"/visit/{invited.visit_id}"
    spent, headers, page = request(app, "GET", visit, cookies)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    token = found[1]
    for key, values in VISIT.items():
        for number, value in enumerate(values, start=1):
            costs["", "bare"].append(request(bare, "GET", "/", {})[0])
            path = f"{visit}/{key}/{number}"
            spent, _, page = request(app, "GET", path, cookies)
            assert 'type="radio"' in page
            costs[key, "show"].append(spent)
            form = {"csrf_token": token, "answer": str(value)}
            spent, headers, _ = request(app, "POST", path, cookies, form)
            assert "Location" in headers
            costs[key, "save"].append(spent)
        spent, headers, _ = request(app, "POST", f"{visit}/{key}/review", cookies, {"csrf_token": token})
        assert headers["Location"].endswith(("/saved", "/helped"))
        costs[key, "submit"].append(spent)
    return costs


def request(
    app: WSGIApplication,
    method: str,
    path: str,
    cookies: Cookies,
    form: dict[str, str] | None = None,
    prefer: str = "",
) -> tuple[float, dict[str, str], str]:
    """Milliseconds of processor time, headers, page; `cookies` are sent and kept, as browsers do."""
    builder = EnvironBuilder(
        path,
        method=method,
        headers={
            "Cookie": "; ".join(map("=".join, cookies.items())),
            **({"Prefer": prefer} if prefer else {}),
        },
        data=urlencode(form) if form else None,
        content_type="application/x-www-form-urlencoded" if form else None,
    )
    environ = builder.get_environ()
    answered: dict[str, str] = {}

    def start_response(_: str, headers: list[tuple[str, str]], *__: Any) -> Callable[[bytes], None]:
        answered.update(headers)
        for name, text in headers:
            if name == "Set-Cookie":
                kept, _, value = text.partition(";")[0].partition("=")
                cookies[kept] = value
        return lambda _: None

    before = time.process_time()
    chunks = app(environ, start_response)
    body = b"".join(chunks)
    if close := getattr(chunks, "close", None):
        close()
    return (time.process_time() - before) * 1000, answered, body.decode()


def report(costs: Costs) -> None:
    """A row per questionnaire; `whole` is every item shown and saved, and the submission."""
    bare = median(costs["", "bare"])
    print(f"bare Flask page: {bare:.3f} ms; median of {PATIENTS} patients; in brackets, times the bare page")
    print(f"{'':6} {'items':>5} {'show':>16} {'save':>16} {'submit':>16} {'whole':>18}")
    for key, values in VISIT.items():
        show, save, submit = (median(costs[key, deed]) for deed in ("show", "save", "submit"))
        cells = [show, save, submit, len(values) * (show + save) + submit]
        print(f"{key:6} {len(values):5}", *(f"{cell:8.2f} ({cell / bare:5.1f})" for cell in cells))


if __name__ == "__main__":
    main()
