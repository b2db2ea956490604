"""The floor: the least that opens and durably stores one page of 15 items: bare WSGI, raw SQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import psycopg

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ITEMS = 15
Store = Callable[[str], None]


def on_sqlite(path: Path) -> WSGIApplication:
    """Stores into a file, and every commit waits for the disk."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE response (id INTEGER PRIMARY KEY, answers TEXT NOT NULL)")

    def store(answers: str) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO response (answers) VALUES (?)", (answers,))
        connection.execute("COMMIT")

    return _page(store)


def on_postgres(url: str) -> WSGIApplication:
    """Stores into a database of the server."""
    connection = psycopg.connect(url)
    connection.execute("CREATE TABLE response (id BIGSERIAL PRIMARY KEY, answers JSONB NOT NULL)")
    connection.commit()

    def store(answers: str) -> None:
        connection.execute("INSERT INTO response (answers) VALUES (%s)", (answers,))
        connection.commit()

    return _page(store)


def _page(store: Store) -> WSGIApplication:
    page = _drawn()

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            store(json.dumps({name: int(value) for name, value in parse_qsl(body.decode())}))
            start_response("303 See Other", [("Location", "/")])
            return [b""]
        start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(page)))])
        return [page]

    return answer


def _drawn() -> bytes:
    items = "".join(
        f"<fieldset><legend>{escape(f'Question {number}')}</legend>"
        + "".join(
            f'<label><input type="radio" name="q{number}" value="{value}">{escape(f"Answer {value}")}</label>'
            for value in range(1, 6)
        )
        + "</fieldset>"
        for number in range(1, ITEMS + 1)
    )
    return f'<!DOCTYPE html><title>Floor</title><form method="post">{items}<button>Send</button>'.encode()
