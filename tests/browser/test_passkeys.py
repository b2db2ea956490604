"""A passkey in Chromium, with an authenticator that the browser itself plays."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.support.pages_in_browser import OpenPage
from tests.support.server import LiveServer, url_of
from tests.support.staff import PASSWORD, employ
from tests.support.study import invite

ANN = "ann@example.org"


@pytest.fixture(scope="session")
def public_url(listener: socket.socket) -> str:
    """Passkeys are bound to a name: browsers take no number."""
    return url_of(listener).replace("127.0.0.1", "localhost")


@pytest.fixture
def live_server(app: Flask, listener: socket.socket, public_url: str) -> Iterator[LiveServer]:
    """Under that name."""
    with LiveServer(app, listener) as server:
        server.url = public_url
        yield server


@pytest.mark.long
def test_a_passkey_is_made_and_used(app: Flask, open_page: OpenPage, axe: Callable[[Page], None]) -> None:
    """Also after a try that its owner stopped; under the strict content policy."""
    invite(app, study="S1")
    employ(app, ANN, "coordinator")
    page = open_page(new=True)
    tool = page.context.new_cdp_session(page)
    tool.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
    }
    added = tool.send("WebAuthn.addVirtualAuthenticator", {"options": device | {"isUserVerified": True}})
    verified = {"authenticatorId": added["authenticatorId"]}
    page.goto("/login")
    page.get_by_label("E-mail address").fill(ANN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    page.goto("/staff/account/passkeys/new")
    page.get_by_label("Name").fill("telephone")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    tool.send("WebAuthn.setUserVerified", {**verified, "isUserVerified": False})
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was made.")
    axe(page)
    tool.send("WebAuthn.setUserVerified", {**verified, "isUserVerified": True})
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("From now on you can sign in with this passkey.")).to_be_visible()
    page.context.clear_cookies()
    page.goto("/login")
    page.get_by_role("link", name="Sign in with a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
