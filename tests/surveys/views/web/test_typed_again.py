"""What is kept of a form that came after its session had ended, and what is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from surveys.views.web import typed_again
from tests.support.pages import Page
from tests.support.patient import in_process
from tests.support.staff import Member, employ
from tests.support.study import invite, one_table

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
QUESTION = "/staff/S1/questions/1"
HERE = "http://localhost"


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
def client(app: Flask) -> FlaskClient:
    """A browser, which also says where a form stood."""
    return app.test_client()


@pytest.fixture
def member(app: Flask, client: FlaskClient, clock: time_machine.Traveller) -> Member:
    """A coordinator who asked a question, and whose session is over."""
    invite(app)
    employ(app, "ann@example.org", "coordinator")
    one = Member(in_process(app, client=client))
    one.sign_in("ann@example.org")
    one.post("/staff/S1/questions/ask/P1", {"about": "birth_year", "text": "1971?"})
    assert one.path == QUESTION
    clock.shift(timedelta(minutes=31))
    return one


def sent(client: FlaskClient, member: Member, path: str, stood_at: str = "", **fields: str) -> str | None:
    """Send a form that was open on the page `stood_at` before the session ended; returns where that leads."""
    data = {"csrf_token": member.csrf_token, **fields}
    headers = {"Referer": HERE + stood_at} if stood_at else {}
    return client.post(path, data=data, headers=headers, base_url=HERE).location


def kept(client: FlaskClient) -> bool:
    """Whether the browser keeps something typed."""
    return client.get_cookie(typed_again.COOKIE, path="/staff/") is not None


def test_a_form_without_a_page_of_its_own_comes_back_where_it_stood(
    client: FlaskClient, member: Member
) -> None:
    """Also if another page of the browser had found out first that the session was over."""
    text = "Yes, 1971."
    client.get("/staff/", base_url=HERE)
    assert sent(client, member, f"{QUESTION}/answer", QUESTION, text=text) == f"/login?next={QUESTION}"
    member.sign_in("ann@example.org", next=QUESTION)
    assert text in member.page.text
    assert not kept(client)


def test_what_has_no_page_to_return_to_is_not_kept(client: FlaskClient, member: Member) -> None:
    """Nothing tells where it stood, or it stood where nothing can be read, or elsewhere."""
    for stood_at in ("", f"{QUESTION}/answer", "/login", ".example.org/staff/"):
        assert sent(client, member, f"{QUESTION}/answer", stood_at, text="x") == "/login"
    assert not kept(client)


def test_passwords_are_never_kept(client: FlaskClient, member: Member) -> None:
    """Neither those of an account's pages nor one that confirms an act."""
    for path in ("/staff/account", "/staff/S1/visits/1/sign"):
        assert sent(client, member, path, old="secret", password="secret", meaning="done") == "/login"
    assert not kept(client)


def test_a_form_of_one_person_is_not_sent_by_another(app: Flask, client: FlaskClient, member: Member) -> None:
    """Somebody else signed in with the same browser meanwhile: the old page is refused."""
    employ(app, "bea@example.org", "coordinator")
    open_page = member.csrf_token
    member.get("/staff/")
    member.sign_in("bea@example.org")
    data = {"csrf_token": open_page, "text": "Yes."}
    assert client.post(f"{QUESTION}/answer", data=data, base_url=HERE).status_code == 400


LINES = [
    "".join(chr(0x4E00 + (line * 60 + place) * 7919 % 20000) for place in range(60)) for line in range(32)
]
LONG = "\n".join(LINES)


def test_what_no_cookie_holds_is_sent_again_from_its_window(
    app: Flask, client: FlaskClient, member: Member
) -> None:
    """As often as it takes; signed in, it is stored once, each sign as it was typed."""
    data, stood_at = {"text": LONG, "csrf_token": member.csrf_token}, {"Referer": HERE + QUESTION}
    for _time in range(2):
        reply = client.post(f"{QUESTION}/answer", data=data, headers=stood_at, base_url=HERE)
        assert reply.status_code == 401
        page = Page(reply.text)
        assert "What you typed is still in this window" in page.text
        assert not kept(client)
        [form] = [one for one in page.steps if one.action == f"{QUESTION}/answer"]
        assert form.hidden["text"].split() == LINES
    window = Member(in_process(app, client=client))
    window.sign_in("ann@example.org")
    client.post(f"{QUESTION}/answer", data=form.hidden, base_url=HERE)
    stored = one_table(app, "question_step")
    assert [row["text"].split() for row in stored][1:] == [LINES]


def test_nobody_else_sends_what_stays_in_the_window(app: Flask, client: FlaskClient, member: Member) -> None:
    """Another person signed in meanwhile: the open form is refused."""
    employ(app, "bea@example.org", "coordinator")
    data = {"text": LONG, "csrf_token": member.csrf_token}
    stood_at = {"Referer": HERE + QUESTION}
    reply = client.post(f"{QUESTION}/answer", data=data, headers=stood_at, base_url=HERE)
    assert reply.status_code == 401
    Member(in_process(app, client=client)).sign_in("bea@example.org")
    assert client.post(f"{QUESTION}/answer", data=data, base_url=HERE).status_code == 400


def test_nothing_is_kept_after_signing_out(client: FlaskClient, member: Member) -> None:
    """The person left; whose form it was is not known any more."""
    member.sign_in("ann@example.org")
    member.post("/logout", {})
    assert sent(client, member, f"{QUESTION}/answer", QUESTION, text="x") == "/login"
    assert not kept(client)


def test_a_press_without_a_form_is_said_to_be_undone(client: FlaskClient, member: Member) -> None:
    """A box outside our forms is not filled, so the page says that nothing happened."""
    sent(client, member, f"{QUESTION}/close", QUESTION, sure="yes")
    member.sign_in("ann@example.org", next=QUESTION)
    assert "Nothing was saved. Please do it once more." in member.page.text


def test_another_secret_or_a_changed_sign_opens_nothing(client: FlaskClient, member: Member) -> None:
    """The page opens as if nothing were kept, and the browser forgets it."""
    member.sign_in("ann@example.org")
    client.set_cookie(typed_again.COOKIE, "AAAA", path="/staff/")
    member.get(QUESTION)
    assert member.status == 200
    assert not kept(client)
