"""Passkeys on the pages: made with password and code, used instead of both, taken away."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from flask import Flask

from surveys.settings import Settings
from tests.support.accounts import set_up_codes
from tests.support.authenticator import Authenticator
from tests.support.patient import in_process
from tests.support.staff import PASSWORD, Member, employ
from tests.support.study import invite, one_table

ANN = "ann@example.org"
NEW, MADE, USE = "/staff/account/passkeys/new", "/staff/account/passkeys/made", "/login/passkey"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What the database decides is tried with the store."""
    return sqlite_url


@pytest.fixture
def ann(app: Flask) -> Member:
    """Her browser, signed in."""
    invite(app, study="S1")
    employ(app, ANN, "coordinator")
    member = Member(in_process(app))
    member.sign_in(ANN)
    return member


def options(member: Member) -> dict[str, Any]:
    """What the open page has the browser ask its owner for."""
    _, _, rest = member.replies[-1].html.partition('data-passkey="')
    found: dict[str, Any] = json.loads(unescape(rest.partition('"')[0]))
    return found


def make(ann: Member, **code: str) -> Authenticator:
    """A passkey of hers."""
    device = Authenticator("http://localhost", "localhost")
    ann.get(NEW)
    ann.post(NEW, {"name": "telephone", "password": PASSWORD, **code})
    ann.post(MADE, {"credential": device.makes(options(ann))})
    return device


def events(app: Flask, action: str) -> list[dict[str, Any]]:
    return [row["facts"] for row in one_table(app, "event") if row["action"] == action]


def test_a_passkey_stands_for_password_and_code(app: Flask, ann: Member) -> None:
    """It leads to the page that was asked for; the session is one like any other."""
    now = datetime.now(UTC)
    with time_machine.travel(now, tick=False) as clock:
        codes = set_up_codes(ann)
        clock.shift(timedelta(minutes=1))
        device = make(ann, code=str(codes.generate(datetime.now(UTC)).token))
        assert "From now on you can sign in with this passkey." in ann.page.text
        assert "telephone" in ann.page.text
        other = Member(in_process(app))
        other.get("/login?next=/staff/S1/patients")
        assert "/login/passkey?next=/staff/S1/patients" in other.replies[-1].html
        other.get("/login/passkey?next=/staff/S1/patients")
        other.post(USE, {"credential": device.proves(options(other)), "next": "/staff/S1/patients"})
        assert (other.path, other.status) == ("/staff/S1/patients", 200)
    [row] = [one for one in one_table(app, "staff") if one["email"] == ANN]
    assert events(app, "staff.signed_in")[-1] == {"staff": row["id"], "by": "passkey"}
    assert len(one_table(app, "staff_session")) == 2


def test_what_proves_nobody_leads_back_in_words(app: Flask, ann: Member) -> None:
    """And is noted; a form of another page, JSON and an answer of before are no exception."""
    device = make(ann)
    other = Member(in_process(app))
    other.get(USE)
    told = device.proves(options(other))
    for odd in ("", "x" * 30_000, json.dumps([]), device.proves({"challenge": "AAAA"}), told):
        other.post(USE, {"credential": odd})  # the first uses the question up
        assert (other.path, other.status) == (USE, 200)
        assert "This passkey was not taken." in other.page.text
    assert events(app, "staff.sign_in_failed") == [{"staff": None}]
    client = app.test_client()
    assert client.post(USE, json={"credential": told}).status_code == 415
    assert client.post(USE, data={"credential": told}).status_code == 400
    other.get(USE)
    other.get(USE)
    other.post(USE, {"credential": device.proves(options(other))})
    assert other.path.startswith("/staff/")
    times = len(events(app, "staff.signed_in"))
    other.post(USE, {"credential": told})
    assert other.path.startswith("/staff/")
    assert len(events(app, "staff.signed_in")) == times


def test_it_is_made_and_taken_away_with_the_password(app: Flask, ann: Member) -> None:
    """Not by whoever finds the screen open; a wrong one counts as at sign-in."""
    ann.get(NEW)
    ann.post(NEW, {"name": "telephone", "password": "wrong"})
    assert "Nothing was changed." in ann.page.text
    ann.post(
        MADE, {"credential": Authenticator("http://localhost", "localhost").makes({"challenge": "AAAA"})}
    )
    assert "This passkey was not taken." in ann.page.text
    make(ann)
    [row] = one_table(app, "passkey")
    path = f"/staff/account/passkeys/{row['id']}/remove"
    ann.get(path)
    ann.post(path, {"password": "wrong"})
    assert "Nothing was changed." in ann.page.text
    assert len(one_table(app, "passkey")) == 1
    ann.post(path, {"password": PASSWORD})
    assert one_table(app, "passkey") == []
    ann.post(path, {"password": PASSWORD})
    assert "not there any more" in ann.page.text


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://clinic.example:8443", "clinic.example"),
        ("http://localhost:8000", "localhost"),
        ("http://127.0.0.1:8000", None),
        ("https://192.0.2.1", None),
        ("http://clinic.example", None),
    ],
)
def test_where_passkeys_are_good(settings: Settings, url: str, host: str | None) -> None:
    """At a name with https, or on this machine for a trial: browsers take no others."""
    assert replace(settings, public_url=url).passkey_host == host


def test_the_origin_is_as_browsers_name_it(settings: Settings) -> None:
    """Small letters, and no port that goes without saying."""
    for url, origin in (
        ("https://Clinic.Example:443/seventh", "https://clinic.example"),
        ("http://localhost:8000", "http://localhost:8000"),
    ):
        assert replace(settings, public_url=url).origin == origin
