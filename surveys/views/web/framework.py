"""Flask and Jinja without what each request would pay for and no page of ours needs."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment


class Templates(Environment):
    """Templates share the environment's globals as they are.

    Jinja chains two maps for each template, and copies the chain key by key for each page and macro file.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Globals of a template; only one that brings its own gets a chain."""
        return super().make_globals(d) if d else self.globals


class Application(Flask):
    """Flask, which asks of no function of a request whether it is asynchronous: none is."""

    jinja_environment = Templates

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func
