"""Signing in: what is taken, what counts as a failure, and what the audit trail says of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote_plus

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import delete
from werkzeug.test import TestResponse

from surveys.models import SignInTries, Staff
from surveys.store.accounts import sign_in
from tests.support.pages import Page
from tests.support.patient import in_process
from tests.support.staff import PASSWORD, Member, employ
from tests.support.study import changing, invite, one_table

ANN = "ann@example.org"
NEW = "another long password"
FORM = "application/x-www-form-urlencoded"
START = datetime(2027, 3, 10, 9, tzinfo=UTC)
# Ways to ask for something else than a page.
ACCEPT = (
    "application/json",
    "application/json, text/html;q=0.5",
    "text/json",
    "application/vnd.api+json",
    "*/*",
)
NO_FORMS = (
    "application/json",
    "application/json; charset=utf-8",
    "APPLICATION/JSON",
    "application/vnd.api+json",
    "text/json",
    "text/plain",
    "application/octet-stream",
    "",
)


@pytest.fixture
def ann(app: Flask) -> int:
    """Her account."""
    invite(app, study="S1")
    return employ(app, ANN, "coordinator")


def send(
    client: FlaskClient,
    body: bytes,
    path: str = "/login",
    *,
    content_type: str = FORM,
    accept: str = "text/html",
) -> TestResponse:
    """`body` as it is, with the token of our own page."""
    token = Page(client.get("/login", follow_redirects=True).text).forms[0].hidden["csrf_token"]
    headers = {"Accept": accept, "X-CSRFToken": token}
    return client.post(path, data=body, content_type=content_type, headers=headers)


def form(**fields: str) -> bytes:
    return "&".join(f"{name}={quote_plus(value)}" for name, value in fields.items()).encode()


def opens(client: FlaskClient) -> bool:
    """Whether somebody is signed in."""
    return client.get("/staff/S1/patients").status_code == 200


def signed_in_events(app: Flask) -> list[str]:
    return [row["actor"] for row in one_table(app, "event") if row["action"] == "staff.signed_in"]


@pytest.mark.usefixtures("ann")
def test_only_forms_are_taken(app: Flask, client: FlaskClient) -> None:
    """Whatever else is sent is refused before anything reads it, and signs nobody in."""
    body = json.dumps({"email": ANN, "password": PASSWORD}).encode()
    for path in ("/login", "/logout", "/staff/account", "/invitation/x"):
        for content_type in NO_FORMS:
            answer = send(client, body, path, content_type=content_type, accept="application/json")
            assert (answer.status_code, answer.mimetype) == (415, "text/html"), (path, content_type)
            assert "This page takes only what its own form sends." in answer.text
    assert not opens(client)
    assert signed_in_events(app) == []


@pytest.mark.usefixtures("ann")
def test_signing_out_by_json_signs_nobody_out(client: FlaskClient) -> None:
    """By a form it does, and answers with a page, whatever is asked for."""
    send(client, form(email=ANN, password=PASSWORD))
    assert send(client, b"{}", "/logout", content_type="application/json").status_code == 415
    assert opens(client)
    answer = send(client, b"", "/logout", accept="application/json")
    assert (answer.status_code, answer.location) == (302, "/login")
    assert not opens(client)


@pytest.mark.parametrize("accept", ACCEPT)
def test_asking_for_something_else_changes_nothing(app: Flask, ann: int, accept: str) -> None:
    """A failure counts, the sixth try waits, and a sign-in is in the audit: the same pages for everybody."""
    client = app.test_client()
    for times in range(1, 6):
        answer = send(client, form(email=ANN, password="wrong"), accept=accept)
        assert (answer.status_code, answer.mimetype) == (422, "text/html")
        assert one_table(app, "sign_in_tries")[0]["times"] == times
    assert send(app.test_client(), form(email=ANN, password=PASSWORD), accept=accept).status_code == 429
    with changing(app) as session:
        session.execute(delete(SignInTries))
    employ(app, "bea@example.org", "analyst")
    answer = send(client, form(email="bea@example.org", password=PASSWORD), accept=accept)
    assert (answer.status_code, answer.location) == (302, "/staff/")
    assert len(signed_in_events(app)) == 1


def test_wrong_codes_with_the_right_password_wait(app: Flask, ann: int) -> None:
    """After five of them the right one waits too, and then opens."""
    with time_machine.travel(START, tick=False) as clock:
        codes = _with_codes(app, ann)
        client = app.test_client()
        for number in range(5):
            wrong = f"{number:06}"
            assert send(client, form(email=ANN, password=PASSWORD, code=wrong)).status_code == 422
        right = form(email=ANN, password=PASSWORD, code=str(codes.generate(START).token))
        assert send(client, right, accept="application/json").status_code == 429
        assert signed_in_events(app) == []
        clock.shift(timedelta(seconds=16))
        assert send(client, right).status_code == 302


def test_nobody_tries_codes_or_passwords_on_an_open_screen(app: Flask, ann: int) -> None:
    """On the account's own page wrong tries count as at sign-in, and the right one waits too."""
    with time_machine.travel(START, tick=False) as clock:
        codes = _with_codes(app, ann)
        member = Member(in_process(app))
        member.sign_in(ANN, code=str(codes.generate(START).token))
        clock.shift(timedelta(minutes=2))
        member.get("/staff/account")
        for number in range(5):
            if number % 2:
                member.post("/staff/account/code/off", {"code": f"{number:06}"})
                assert "Nothing was changed." in member.page.text
            else:
                member.post("/staff/account", {"old": "wrong", "new": NEW, "again": NEW})
                assert "This is not your password." in member.page.text
        member.post("/staff/account/code/off", {"code": str(codes.generate(datetime.now(UTC)).token)})
        assert "too many wrong tries" in member.page.text
        member.post("/staff/account", {"old": PASSWORD, "new": NEW, "again": NEW})
        assert "too many wrong tries" in member.page.text
    assert len(one_table(app, "second_factor")) == 1


def test_every_session_that_begins_is_in_the_audit(app: Flask, ann: int) -> None:
    """Once each: by the form, and by a new password, with which the session goes on."""
    member = Member(in_process(app))
    member.sign_in(ANN)
    assert signed_in_events(app) == [f"staff:{ann}"]
    member.get("/staff/account")
    member.post("/staff/account", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert signed_in_events(app) == [f"staff:{ann}"] * 2


def test_who_is_signed_in_stays_who_they_are(app: Flask, ann: int) -> None:
    """Another account's password in the form of an old tab signs nobody else in, and says so nowhere."""
    employ(app, "bea@example.org", "analyst")
    client = app.test_client()
    send(client, form(email=ANN, password=PASSWORD))
    token = Page(client.get("/staff/account").text).forms[0].hidden["csrf_token"]
    body = {"email": "bea@example.org", "password": PASSWORD, "csrf_token": token}
    assert client.post("/login", data=body).location == "/staff/"
    assert signed_in_events(app) == [f"staff:{ann}"]


@pytest.mark.parametrize("database_url", ["sqlite_url", "postgres_url"], indirect=True)
@pytest.mark.usefixtures("ann")
def test_odd_bodies_are_refused_in_clear_words(app: Flask, client: FlaskClient) -> None:
    """Whatever comes, the answer is a page of ours and nothing is signed in."""
    multipart = "multipart/form-data; boundary=x"
    part = b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n'
    for content_type, body in (
        *(
            (kind, odd)
            for kind in NO_FORMS
            for odd in (b"[1]", b'"x"', b'{"email": 5}', b'{"code": 7}', b"\xff")
        ),
        (FORM, b'{"email": {"a": 1}}'),
        (FORM, form(email=ANN, password="\0" * 12)),
        (FORM, form(email="ann\0@example.org", password=PASSWORD)),
        (FORM, b"email=%ff%fe&password=%ed%a0%80&code=%00"),
        (FORM, form(email=ANN, password="x" * 100_000)),
        (FORM, form(email=ANN, password="\ufdfa" * 200)),
        (FORM, form(email=ANN, password=PASSWORD, code="9" * 5_000)),
        (FORM, form(email="a" * 100_000 + "@example.org", password=PASSWORD)),
        (FORM, b"email=a&email=" + ANN.encode() + b"&password=x&password=y"),
        (FORM, b"email=" + b"x" * 1_000_000),
        (FORM, b"&".join(b"email=a" for _ in range(5_000))),
        (FORM, b""),
        (multipart, part),
        (multipart, part + b"\xff\x00"),
        (multipart, b"--y--"),
        ("multipart/form-data", b"--x--"),
    ):
        answer = send(app.test_client(), body, content_type=content_type)
        assert answer.status_code in {413, 415, 422}, (content_type, body[:60])
        assert answer.mimetype == "text/html"
    assert signed_in_events(app) == []


@pytest.mark.usefixtures("ann")
def test_other_methods_do_nothing(client: FlaskClient) -> None:
    """A body sent with a reading method is refused as well."""
    assert client.head("/login").status_code == 200
    for method in ("PUT", "PATCH", "DELETE"):
        assert client.open("/login", method=method).status_code == 405
    for method in ("GET", "HEAD"):
        odd = client.open("/login", method=method, data=b"[1]", content_type="application/json")
        assert odd.status_code == 415


@pytest.mark.parametrize(
    "elsewhere", ["/\t/evil.test", "/\n/evil.test", "http://[", "http://localhost:99999999/"]
)
@pytest.mark.usefixtures("ann")
def test_an_odd_page_to_come_back_to_leads_to_the_studies(client: FlaskClient, elsewhere: str) -> None:
    """Not to another site, and not to an error."""
    answer = send(client, form(email=ANN, password=PASSWORD, next=elsewhere))
    assert (answer.status_code, answer.location) == (302, "/staff/")


def test_a_failure_counts_for_the_account_that_would_be_signed_in(app: Flask, ann: int) -> None:
    """Spaces and capitals around the address hide no failure."""
    for email in (" ANN@EXAMPLE.ORG ", ANN):
        send(app.test_client(), form(email=email, password="wrong"))
    assert [row["times"] for row in one_table(app, "sign_in_tries")] == [2]


def _with_codes(app: Flask, staff_id: int) -> TOTP:
    """A second factor of hers, set up an hour ago."""
    then, key = datetime.now(UTC) - timedelta(hours=1), app.config["SETTINGS"].secret_key
    with changing(app) as session:
        person = session.get_one(Staff, staff_id)
        codes = TOTP(key=sign_in.prepare(session, person, key), format="base32")
        sign_in.confirm(session, person, str(codes.generate(then).token), key, at=then, actor="test")
    return codes
