"""Choices in addresses, for example a list's state or order; what is not offered is not found."""

from __future__ import annotations

from collections.abc import Collection

from flask import abort, request


def chosen(name: str, usual: str, offered: Collection[str]) -> str:
    """What the address or a sent form says under `name`, otherwise `usual`."""
    said = request.values.get(name) or usual
    return said if said in offered else abort(404)
