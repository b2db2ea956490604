"""The pages on which people join by themselves, and staff's pages about them, each seen once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from surveys.settings import Settings
from surveys.views.form import joining
from tests.browser.test_patient import SMALL, no_sideways_scroll, press
from tests.support.pages_in_browser import OpenPage
from tests.support.smtp import MailServer, mail_server
from tests.support.staff import PASSWORD, employ, signed_in
from tests.support.study import ask_consent, invite

Axe = Callable[[Page], None]
PARTS = {"research": "Use my answers.", "text_messages": "You may send me text messages."}


@pytest.fixture(scope="module")
def _mail_server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def server(_mail_server: MailServer) -> MailServer:
    return _mail_server.begin_anew()


@pytest.fixture
def settings(settings: Settings, server: MailServer) -> Settings:
    return replace(settings, mail_url=server.url, mail_from="The clinic <clinic@example.org>")


@pytest.mark.long
def test_each_page_of_joining(
    app: Flask, open_page: OpenPage, axe: Axe, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the poster's address to the first visit, with faults on the way; then the coordinator's look."""
    monkeypatch.setattr(joining, "LEAST_SECONDS", 0)
    invite(app)
    ask_consent(app, parts=PARTS)
    opened = {"is_open": "y", "information__en": "Come and tell.", "countries": "de"}
    signed_in(app).post("/staff/S1/joining", opened)
    page = open_page(viewport=SMALL, statuses=frozenset({404, 422}))

    def look(heading: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        axe(page)
        no_sideways_scroll(page)

    page.goto("/join/S2")
    look("Nobody can join here now")
    page.goto("/join/S1")
    expect(page.get_by_text("Come and tell.")).to_be_visible()
    axe(page)
    press(page, "Go on")
    look("Can you take part?")
    press(page, "Next")
    look("Can you take part?")
    page.get_by_role("textbox").fill("1970")
    page.get_by_role("radio", name="Yes").check()
    page.get_by_role("radio", name="Germany").check()
    press(page, "Next")
    look("Would you like to take part?")
    press(page, "I agree")
    look("How do we reach you?")
    press(page, "Next")
    look("How do we reach you?")
    page.get_by_role("textbox").fill("anna@example.org")
    press(page, "Next")
    look("Please look at your messages")
    [link] = re.findall(r"http://\S+(/joining/\S+)", server.received[-1].get_content())
    page.goto(link)
    look("Welcome")
    press(page, "Go on")
    axe(page)

    employ(app, "desk@example.org", "coordinator")
    page.goto("/login")
    page.get_by_label("E-mail address").fill("desk@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")
    for address in ("joining", "joining/poster/en", "joined", "joined/P2"):
        page.goto(f"/staff/S1/{address}")
        axe(page)
        no_sideways_scroll(page)
