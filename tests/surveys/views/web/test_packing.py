"""Pages of figures are packed only where nobody can choose a text beside their token."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask

from surveys.views.web.packing import CLOSED
from tests.support.dashboard_page import PATH, words
from tests.support.patient import in_process
from tests.support.sample import sampled
from tests.support.simulated import MOOD_ALONE, populate
from tests.support.staff import Member, employ, signed_in

EMAIL = "packed@example.org"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a browser is sent does not depend on the database."""
    return sqlite_url


@pytest.fixture
def member(app: Flask) -> Member:
    """A coordinator whose browser takes gzip."""
    populate(app, 6, plan=MOOD_ALONE)
    employ(app, EMAIL, "coordinator")
    member = Member(in_process(app, unpacks="gzip, br"))
    member.sign_in(EMAIL)
    return member


def sent(member: Member, path: str) -> tuple[int, str | None, bytes]:
    """The status, the encoding and the body of a page."""
    reply = member.send("GET", path, {})
    return reply.status, reply.header("Content-Encoding"), reply.content


def test_a_page_of_figures_is_packed_for_browsers_that_unpack(app: Flask, member: Member) -> None:
    """The same page either way."""
    status, encoding, body = sent(member, f"{PATH}?sex=female&since=2024-01-01")
    assert (status, encoding) == (200, "gzip")
    assert "Showing: women, from 2024-01-01" in words(gzip.decompress(body).decode())
    plain = sent(signed_in(app), f"{PATH}?sex=female&since=2024-01-01")
    assert plain[:2] == (200, None)
    assert len(body) < len(plain[2]) / 2


@pytest.mark.parametrize(
    "query",
    sampled(2, ["pair=csrf_token", "guess=csrf_token", "sex=female&sex=csrf_token", "sex=csrf_token"]),
)
def test_whatever_somebody_else_could_choose_keeps_it_plain(member: Member, query: str) -> None:
    """A text of their own, a name of their own, a second value, and a refused one."""
    assert sent(member, f"{PATH}?{query}")[1] is None


def test_no_other_page_is_packed(member: Member) -> None:
    """Lists show what was searched for."""
    assert sent(member, "/staff/S1/patients")[:2] == (200, None)


def test_only_lists_and_days_are_closed() -> None:
    """A new filter that takes any text keeps its pages plain."""
    assert {"sex", "since"} < CLOSED
    assert "pair" not in CLOSED
