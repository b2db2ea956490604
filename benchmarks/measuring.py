"""What each row of the table measures with: applications made once, seconds, and SQL."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app import create_app
from surveys.db import db, writing
from surveys.keeping import keep_all
from surveys.settings import Settings
from tests.support.crowd import crowd
from tests.support.simulated import populate

ROUNDS = 5
SECRET = "bench" * 8


@dataclass
class Bench:
    """What measuring needs: a folder, both databases, how many patients, and applications made once."""

    folder: Path
    postgres: Callable[[], str]
    patients: int
    apps: dict[str, Flask]

    def url(self, kind: str) -> str:
        """A new database."""
        return (
            self.postgres() if kind == "PostgreSQL" else f"sqlite:///{self.folder / f'{len(self.apps)}.db'}"
        )

    def app(self, kind: str) -> Flask:
        """The application on an empty database of that kind."""
        return self._made(kind, lambda app: None)

    def registry(self) -> Flask:
        """The application with simulated patients, on SQLite."""
        return self._made("registry", lambda app: populate(app, self.patients))

    def crowded(self, kind: str, patients: int) -> Flask:
        """The application with so many patients, written straight into its tables, and their list kept."""

        def analyse(kind: str) -> None:
            if kind == "PostgreSQL":  # as its own daemon does in time
                db.session.execute(text("ANALYZE"))
                db.session.commit()

        def fill(app: Flask) -> None:
            crowd(app, patients, study="S1")
            with app.app_context():
                analyse(kind)
                keep_all(_transaction, datetime.now(UTC))
                analyse(kind)

        return self._made(kind, fill, f"{kind} {patients}")

    def _made(self, kind: str, fill: Callable[[Flask], None], name: str = "") -> Flask:
        name = name or kind
        if name not in self.apps:
            from surveys.db import migrate

            url = self.url(kind)
            migrate(url)
            self.apps[name] = create_app(Settings(database_url=url, secret_key=SECRET))
            fill(self.apps[name])
        return self.apps[name]


@contextmanager
def _transaction() -> Iterator[Session]:
    with writing():
        yield db.session
        db.session.commit()


def interleaved(*works: Callable[[], object]) -> list[float]:
    """Median seconds of processor time of each, all measured in turn."""
    spent: list[list[float]] = [[] for _ in works]
    for turn in range(ROUNDS + 1):
        for seconds, work in zip(spent, works, strict=True):
            began = time.process_time()
            work()
            if turn:
                seconds.append(time.process_time() - began)
    return [median(seconds) for seconds in spent]


def seconds(work: Callable[[], object], rounds: int) -> float:
    """Median seconds of processor time."""
    spent = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return median(spent)


@contextmanager
def sql_of(app: Flask) -> Iterator[list[str]]:
    """The SQL that the application says meanwhile, BEGIN not counted."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
