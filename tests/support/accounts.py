"""Steps of account tests in the browser: open an invitation, choose a password, set up codes."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from flask import Flask
from passlib.totp import TOTP

from tests.support.pages import Page
from tests.support.patient import in_process
from tests.support.staff import PASSWORD, Member
from tests.support.study import one_table

BEA = "bea@example.org"
START = datetime(2027, 3, 10, 9, tzinfo=UTC)


def somebody(app: Flask) -> Member:
    """A browser of its own."""
    return Member(in_process(app))


def invited(coordinator: Member, email: str = BEA, **fields: str) -> str:
    """The path of the link that the coordinator sees."""
    coordinator.get("/staff/S1/team")
    page = coordinator.post("/staff/S1/team", {"email": email, "role": "investigator", **fields})
    return link_in(page)


def link_in(page: Page) -> str:
    found = re.search(r"http://localhost(/invitation/[\w.-]+)", page.text)
    assert found, page.text
    return found[1]


def code_in(page: Page) -> str:
    """The code for the person who asked for a new password."""
    found = re.search(r"\b[2-9A-Z]{5}-[2-9A-Z]{5}\b", page.text)
    assert found, page.text
    return found[0]


def choose(
    browser: Member, path: str, password: str = PASSWORD, again: str = PASSWORD, **fields: str
) -> None:
    browser.get(path)
    browser.post(path, {"new": password, "again": again, **fields})


def set_up_codes(browser: Member) -> TOTP:
    """The app with the secret, its first code confirmed."""
    browser.get("/staff/account")
    page = browser.post("/staff/account/code", {})
    found = re.search(r"\b[A-Z2-7]{32}\b", page.text)
    assert found
    codes = TOTP(key=found[0], format="base32")
    browser.post("/staff/account/code", {"code": codes.generate(datetime.now(UTC)).token})
    return codes


def buttons(browser: Member) -> set[str]:
    return {button.text for form in browser.page.forms for button in form.buttons}


def number_of(app: Flask, email: str) -> int:
    return int(next(row["id"] for row in one_table(app, "staff") if row["email"] == email))
