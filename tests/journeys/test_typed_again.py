"""A session ends while somebody types: what was typed stands in the form again, and is saved once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from surveys.views.web import typed_again
from tests.support.staff import Member, employ, signed_in
from tests.support.study import invite, one_table

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ASK = "/staff/S1/questions/ask/P1"
EMAIL = "coordinator-everywhere-S1@example.org"
TYPED = {"about": "birth_year", "text": "The letter says 1971 – or ‘1972’?"}
AGAIN = "What you typed is in the form again."


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages alone."""
    return sqlite_url


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The time, which stands still until it is moved."""
    with time_machine.travel(START, tick=False) as moved:
        yield moved


@pytest.fixture
def typing(app: Flask, clock: time_machine.Traveller) -> Member:
    """Somebody whose session ended while they typed, and who then sent the form."""
    invite(app)
    member = signed_in(app)
    member.get(ASK)
    clock.shift(timedelta(minutes=31))
    member.post(ASK, TYPED)
    return member


def test_what_was_typed_is_there_again_and_saved_once(app: Flask, typing: Member) -> None:
    """The form says that nothing was saved yet; opened once more it is empty."""
    assert typing.path == f"/login?next={ASK}"
    assert "What you typed is kept for an hour." in typing.page.text
    assert not one_table(app, "data_question")
    typing.post("/login", {"email": EMAIL, "password": "wrong horse battery", "next": ASK})
    typing.sign_in(EMAIL, next=ASK)
    assert (typing.status, typing.path) == (200, ASK)
    assert f"{AGAIN} Nothing was saved yet" in typing.page.text
    assert TYPED["text"] in typing.page.text
    assert '<option value="birth_year" selected' in typing.replies[-1].html
    assert not one_table(app, "data_question")
    assert AGAIN not in typing.get(ASK).text
    typing.post(ASK, TYPED)
    assert len(one_table(app, "data_question")) == 1


def test_nobody_else_reads_it(app: Flask, typing: Member) -> None:
    """Another person at the same browser finds an empty form, and it is gone for its owner too."""
    employ(app, "bea@example.org", "coordinator")
    for email in ("bea@example.org", EMAIL):
        typing.sign_in(email, next=ASK)
        assert (typing.status, typing.path) == (200, ASK)
        assert TYPED["text"] not in typing.page.text
        typing.post("/logout", {})


def test_after_an_hour_it_is_gone(typing: Member, clock: time_machine.Traveller) -> None:
    """Also for a browser that keeps its cookies longer."""
    clock.shift(typed_again.GOOD_FOR + timedelta(seconds=1))
    typing.sign_in(EMAIL, next=ASK)
    assert TYPED["text"] not in typing.page.text
