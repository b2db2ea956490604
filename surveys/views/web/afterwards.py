"""Changes that a page notes and does not need: made once it is drawn, in a transaction of their own.

A page that only reads cannot write (`surveys.db`), and must not fail or wait for what is not its own. So such
a change waits a second at most for others, and is given up with a line in the log.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, current_app, g
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from surveys.db import db, hurried_transaction

Change = Callable[[Session], None]


def init_app(app: Flask) -> None:
    """Make the changes of each request behind it."""
    app.after_request(_make)


def change(one: Change) -> None:
    """Make this change, together with the request's others."""
    g.setdefault("afterwards", []).append(one)


def _make(response: Response) -> Response:
    changes: list[Change] = g.pop("afterwards", [])
    if not changes:
        return response
    db.session.rollback()  # SQLite has one writer, which may be this request itself
    try:
        with hurried_transaction(db.engine) as session:
            for one in changes:
                one(session)
    except SQLAlchemyError as error:
        current_app.logger.warning("A change behind a page was given up: %s", type(error).__name__)
    return response
