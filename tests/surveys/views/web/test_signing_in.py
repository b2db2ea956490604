"""Signing in and out by the form, and what guards it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import urljoin

import pytest
from flask import Flask
from sqlalchemy import select, update

from surveys.models import Staff
from surveys.store.accounts import staff as store
from tests.support.patient import in_process
from tests.support.staff import PASSWORD, Member, employ
from tests.support.study import changing, invite, one_table, stored


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Accounts are told apart by the database, capitals and all."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def visitor(app: Flask) -> Member:
    """Somebody with an account in two studies, not signed in."""
    invite(app, study="S1")
    invite(app, study="S2")
    employ(app, "Ann.Abel@Example.org", "coordinator", study="S1")
    employ(app, "ann.abel@example.org", "analyst", study="S2")
    return Member(in_process(app))


def test_sign_in_leads_to_the_studies(visitor: Member) -> None:
    """Capitals and spaces around the address do not matter."""
    page = visitor.sign_in(" ANN.abel@example.org ")
    assert visitor.path == "/staff/"
    assert page.heading == "Your studies"
    assert "ann.abel@example.org" in page.text


def test_a_wrong_sign_in_does_not_say_what_was_wrong(visitor: Member) -> None:
    """An unknown address and a wrong password read the same."""
    for email, password in (
        ("ann.abel@example.org", "wrong horse battery"),
        ("nobody@example.org", PASSWORD),
    ):
        page = visitor.sign_in(email, password)
        assert visitor.status == 422
        assert "The e-mail address, the password or the code is wrong." in page.text
        assert "#password" in page.links
        assert "#email" not in page.links


def test_nothing_typed_is_said_at_each_field(visitor: Member) -> None:
    """Both errors are linked from the summary."""
    page = visitor.sign_in("", "")
    assert visitor.status == 422
    assert {"#email", "#password"} <= page.links.keys()


def test_a_closed_account_cannot_sign_in(app: Flask, visitor: Member) -> None:
    """Nor does it stay signed in."""
    visitor.sign_in("ann.abel@example.org")
    with changing(app) as session:
        session.execute(update(Staff).values(active=False))
    visitor.get("/staff/")
    assert visitor.path.startswith("/login")
    visitor.sign_in("ann.abel@example.org")
    assert visitor.status == 422


def test_a_new_password_signs_everybody_out(app: Flask, visitor: Member) -> None:
    """Whoever had the account open elsewhere has to sign in again."""
    visitor.sign_in("ann.abel@example.org")
    with changing(app) as session:
        member = session.scalars(select(Staff)).one()
        store.set_password(session, member, "another long password", at=datetime.now(UTC), actor="test")
    visitor.get("/staff/")
    assert visitor.path.startswith("/login")
    visitor.sign_in("ann.abel@example.org", "another long password")
    assert visitor.path == "/staff/"


def test_one_comes_back_to_the_page_asked_for(visitor: Member) -> None:
    """The address that needed sign-in opens after it, with its filters."""
    visitor.get("/staff/S1/patients?state=due")
    assert visitor.path == "/login?next=/staff/S1/patients?state%3Ddue"
    fields = {**visitor.step.hidden, "email": "ann.abel@example.org", "password": PASSWORD}
    visitor.post("/login", fields)
    assert visitor.path == "/staff/S1/patients?state=due"


def test_sign_in_never_leads_to_another_site(visitor: Member) -> None:
    """Whatever `next` says, the browser stays here."""
    for elsewhere in (
        "https://evil.test/",
        "//evil.test",
        "///evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "javascript:alert(1)",
    ):
        visitor.get("/login")
        fields = {"email": "ann.abel@example.org", "password": PASSWORD, "next": elsewhere}
        answer = visitor.send("POST", "/login", [("csrf_token", visitor.csrf_token), *fields.items()])
        assert answer.status == 302, elsewhere
        place = urljoin("http://localhost/login", answer.header("Location") or "")
        assert place.startswith("http://localhost/"), elsewhere
        visitor.get("/staff/")
        visitor.post("/logout", {})


@pytest.mark.parametrize("email", ["Ann.Abel@example.org", "nobody@example.org"])
def test_guessing_is_slowed_down_by_address(app: Flask, visitor: Member, email: str) -> None:
    """After five failures the address waits, from whatever browser and with or without an account."""
    for _ in range(5):
        visitor.sign_in(email, "wrong horse battery")
        assert visitor.status == 422
    other_browser = Member(in_process(app))
    page = other_browser.sign_in(email)
    assert other_browser.status == 429
    assert re.search(r"Please wait \d+ seconds?. Then try again.", page.text)
    assert 0 < int(other_browser.replies[-1].header("Retry-After") or 0) <= 15
    employ(app, "bea@example.org", "analyst")
    visitor.sign_in("bea@example.org")
    assert visitor.status == 200


def test_a_browser_that_signed_in_before_does_not_wait_for_others(app: Flask, visitor: Member) -> None:
    """Whoever guesses from elsewhere shuts nobody out; its own wrong tries count."""
    visitor.sign_in("ann.abel@example.org")
    visitor.post("/logout", {})
    guesser = Member(in_process(app))
    for _ in range(6):
        guesser.sign_in("ann.abel@example.org", "wrong horse battery")
    assert guesser.status == 429
    visitor.sign_in("ann.abel@example.org")
    assert visitor.path == "/staff/"
    visitor.post("/logout", {})
    for _ in range(5):
        visitor.sign_in("ann.abel@example.org", "wrong horse battery")
        assert visitor.status == 422
    visitor.sign_in("ann.abel@example.org")
    assert visitor.status == 429
    said = [row["facts"] for row in one_table(app, "event") if row["action"] == "staff.sign_in_failed"]
    [number] = {row["id"] for row in one_table(app, "staff")}
    assert said == [{"staff": number}] * 10


def test_signing_in_often_is_no_guessing(visitor: Member) -> None:
    """Only failures count."""
    for _ in range(12):
        visitor.sign_in("ann.abel@example.org")
        assert visitor.status == 200
        visitor.post("/logout", {})


def test_sign_out_is_a_post(visitor: Member) -> None:
    """A link or a picture on another site cannot sign anybody out."""
    visitor.sign_in("ann.abel@example.org")
    assert visitor.send("GET", "/logout", []).status == 405
    visitor.post("/logout", {})
    assert visitor.path == "/login"
    visitor.get("/staff/")
    assert visitor.path.startswith("/login")


def test_nothing_else_of_the_extension_is_there(visitor: Member) -> None:
    """Only sign-in and sign-out."""
    for path in ("/register", "/reset", "/verify", "/change", "/us-signin", "/fs-static/x"):
        assert visitor.send("GET", path, []).status == 404, path


@pytest.mark.parametrize("public_url", ["https://seventh.example"])
def test_forms_work_behind_https(app: Flask, visitor: Member) -> None:
    """Without a Referer too, which some browsers never send; the cookie goes over https only."""
    visitor.send = in_process(app, "https://seventh.example")
    visitor.sign_in("ann.abel@example.org")
    assert visitor.path == "/staff/"
    cookies = [cookie for reply in visitor.replies for cookie in reply.cookies]
    assert cookies
    assert all({"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; ")) for cookie in cookies)


def test_passwords_are_kept_as_argon2id(app: Flask, visitor: Member) -> None:
    """And nowhere in the audit."""
    [member] = one_table(app, "staff")
    assert member["password"].startswith("$argon2id$")
    assert PASSWORD not in str(stored(app, "event", "event_value"))
