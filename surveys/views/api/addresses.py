"""The addresses of the interfaces for programs. What answers is loaded for the first program that asks.

Few servers are ever asked by one. These addresses are open to everybody, so that no guard has asked the
database before: nobody waits for what is loaded.
"""

from __future__ import annotations

from flask import Blueprint, Flask
from werkzeug.wrappers import Response

from surveys.views.web.protection import csrf

pages = Blueprint("api", __name__)


def init_app(app: Flask) -> None:
    """Register the addresses. A key is asked in place of a session, so there is nothing to forge."""
    app.register_blueprint(pages)
    csrf.exempt(pages)  # type: ignore[no-untyped-call]


@pages.post("/api/")
def redcap() -> Response:
    """Answer what a client of REDCap asks."""
    from surveys.views.api import redcap

    return redcap.ask()


@pages.get("/api/v1/openapi.json")
def description() -> Response:
    """Say what there is to read; for everybody."""
    from surveys.views.api import rest

    return rest.description()


@pages.get("/api/v1/studies/<study>/<name>")
def table(study: str, name: str) -> Response:
    """A page of a table, or the codebook."""
    from surveys.views.api import rest

    return rest.table(study, name)
