"""Numbers in addresses, no larger than the database holds; a larger number is not found."""

from __future__ import annotations

from typing import Any

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter, Map

MOST = 2**31 - 1
MOST_PAGES = 1_000_000


class StoredNumber(IntegerConverter):
    """`<int:…>` in a route."""

    def __init__(self, url_map: Map, *args: Any, **options: Any) -> None:
        super().__init__(url_map, *args, **{"max": MOST, **options})


def init_app(app: Flask) -> None:
    """Let every route read its numbers in this way; call it before the first route is registered."""
    app.url_map.converters["int"] = StoredNumber


def stored(text: str) -> int:
    """The number that `text` is, for `request.args.get(…, type=stored)`, which passes over what raises.

    Raises:
        ValueError: it is none, or larger than any that the database holds.
    """
    number = int(text)
    if abs(number) > MOST:
        raise ValueError(f"{text[:20]} is larger than any number that the database holds.")
    return number


def page_number() -> int:
    """The page number in the address, otherwise 1; an impossible number is not found."""
    number = request.args.get("page", 1, type=int)
    if not 1 <= number <= MOST_PAGES:
        abort(404)
    return number
