"""Tokens in addresses, with everything after them, also line ends that a mail program inserted."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import PathConverter


class HandedOn(PathConverter):
    """`<handed_on:…>` in a route: the rest of the address; the view cleans it."""

    regex = "(?s:[^/].*?)"  # PathConverter's pattern, but the point matches line ends too


def init_app(app: Flask) -> None:
    """Let routes name such a part; call it before the first route is registered."""
    app.url_map.converters["handed_on"] = HandedOn
