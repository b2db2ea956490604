"""What was taken out of Flask and Jinja is missed by nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import iscoroutinefunction
from typing import Any

import pytest
from flask import Flask, render_template_string


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No page asks the database here."""
    return sqlite_url


def functions(app: Flask) -> Iterable[Callable[..., Any]]:
    """Everything that Flask may call for a request."""
    yield from app.view_functions.values()
    for table in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs):
        for own in table.values():
            yield from own
    for by_code in app.error_handler_spec.values():
        for handlers in by_code.values():
            yield from handlers.values()


def test_nothing_is_asynchronous(app: Flask) -> None:
    """Flask would have to wait for it."""
    assert len(found := list(functions(app))) > 100
    assert not any(map(iscoroutinefunction, found))


def test_globals_of_a_template(app: Flask) -> None:
    """A template that is loaded already knows a later one; what a page sets stays its own."""
    with app.test_request_context("/"):
        text = "{{ later is defined }}{% set later = 2 %}{{ later }}"
        assert render_template_string(text) == "False2"
        assert render_template_string(text) == "False2"
        page = app.jinja_env.get_template("layout.html")
        app.jinja_env.globals["later"] = 1
        try:
            assert page.globals["later"] == 1
        finally:
            del app.jinja_env.globals["later"]
