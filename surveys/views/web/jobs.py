"""The desk of this server, where pages ask for work that takes long."""

from __future__ import annotations

import socket
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from flask import Flask, current_app
from sqlalchemy.orm import Session

from surveys.db import db, look, short_transaction
from surveys.jobs import queue
from surveys.jobs.desk import Desk
from surveys.jobs.keeping import Keeper


def init_app(app: Flask) -> None:
    """Set up the desk; the process that works on jobs starts with the first of them."""
    keeper = Keeper(app.config["SETTINGS"], _nobody_elsewhere)
    app.extensions["desk"] = Desk(_look, _change, keeper.wake, _now)


def desk() -> Desk:
    """The desk of this server."""
    found: Desk = current_app.extensions["desk"]
    return found


def _look() -> AbstractContextManager[Session]:
    return look(db.engine)


def _change() -> AbstractContextManager[Session]:
    return short_transaction(db.engine)


def _nobody_elsewhere() -> bool:
    with _look() as session:
        return not queue.has_worker_elsewhere(session, socket.gethostname(), at=_now())


def _now() -> datetime:
    return datetime.now(UTC)
