"""Tokens in addresses: whatever stands there, also line ends that a mail program put into a long address."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import PathConverter


class HandedOn(PathConverter):
    """`<handed_on:…>` in a route: the rest of the address; the view cleans it."""

    regex = "(?s:[^/].*?)"  # as PathConverter has it, but its point takes line ends too


def init_app(app: Flask) -> None:
    """Let routes name such a part; before the first route is registered."""
    app.url_map.converters["handed_on"] = HandedOn
