"""Heavy work inside requests: a few at once, and the others are told at once to try again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask

from surveys.views.web import heavy
from tests.support.staff import signed_in
from tests.support.study import invite, stored


@contextmanager
def others_at_work(app: Flask) -> Iterator[None]:
    """As much heavy work as may be done at once, by others."""
    with ExitStack() as taken:
        for _ in range(heavy.AT_ONCE):
            taken.enter_context(app.extensions["heavy"])
        yield


@pytest.mark.parametrize(
    ("page", "path", "fields"),
    [
        ("/staff/S1/export", "/staff/S1/export", {"form": "tidy"}),
        ("/staff/S1/freezes", "/staff/S1/freezes", {"name": "First"}),
    ],
)
def test_beyond_the_limit_nothing_is_made_and_that_is_said(
    app: Flask, page: str, path: str, fields: dict[str, str]
) -> None:
    """503 with when to try again, in words too; other pages are as before; afterwards there is room."""
    invite(app)
    member = signed_in(app)
    member.get(page)
    before = stored(app, "event", "freeze")
    with others_at_work(app):
        said = member.post(path, fields).text
        assert member.status == 503
        assert member.replies[-1].header("Retry-After") == "30"
        assert "Please go back and try again in half a minute." in said
        assert stored(app, "event", "freeze") == before
        member.get(page)
        assert member.status == 200
    member.post(path, fields)
    assert member.status == 200
    assert stored(app, "event", "freeze") != before


def test_a_report_on_a_freeze_is_heavy_too(app: Flask) -> None:
    invite(app)
    member = signed_in(app)
    member.get("/staff/S1/freezes")
    member.post("/staff/S1/freezes", {"name": "First"})
    with others_at_work(app):
        member.get("/staff/S1/freezes/1.json")
    assert member.status == 503
    member.get("/staff/S1/freezes/1.json")
    assert member.status == 200


def test_room_is_given_back_after_a_fault(app: Flask) -> None:
    with app.app_context():
        for _ in range(heavy.AT_ONCE + 1):
            with pytest.raises(ZeroDivisionError), heavy.turn():
                raise ZeroDivisionError
