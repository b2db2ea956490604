"""The engines of an application, and a session for each of its requests and commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, current_app, g
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

_ENGINES = "engines"
_SESSION = "database_session"


class Databases:
    """What belongs to the current application: its engines by name, and the session of its context."""

    def init_app(self, app: Flask, options: Mapping[str, Mapping[str, Any]]) -> None:
        """Make the engines of `app`, each by the arguments of `create_engine`; one is the `default`."""
        app.extensions[_ENGINES] = {name: create_engine(**one) for name, one in options.items()}
        app.teardown_appcontext(_close)

    @property
    def engines(self) -> dict[str, Engine]:
        """All of them, by name."""
        found: dict[str, Engine] = current_app.extensions[_ENGINES]
        return found

    @property
    def engine(self) -> Engine:
        """The one that holds the studies."""
        return self.engines["default"]

    @property
    def session(self) -> Session:
        """The session of this request or command, which ends with it."""
        found: Session | None = g.get(_SESSION)
        if found is None:
            found = Session(self.engine)
            setattr(g, _SESSION, found)
        return found


def _close(_: BaseException | None) -> None:
    if (session := g.pop(_SESSION, None)) is not None:
        session.close()
