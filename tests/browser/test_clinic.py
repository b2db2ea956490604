"""A coordinator's day in a browser: the list, the live tick, what waits, who changed, a patient's course."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect

from surveys.store.patient import clinic
from tests.support.answers import send
from tests.support.browser import ColourScheme, looks
from tests.support.pages_in_browser import OpenPage
from tests.support.staff import PASSWORD, employ
from tests.support.study import FACE, changing, invite

EMAIL = "coordinator@example.org"
PAGES = (
    "needs",
    "patients",
    "patients/P1",
    "course/P1",
    "changes",
    "completeness",
    "contact/P1",
    "status/P1",
    "palsy/P1?number=1",
    "grading/P1?scale=sunnybrook",
    "note/P1",
    "enrol/many",
)
Check = Callable[[Page], None]


@pytest.mark.parametrize(("viewport", "colour_scheme"), looks("dark phone"))
@pytest.mark.long
def test_the_day_on_every_page(
    app: Flask, open_page: OpenPage, axe: Check, viewport: ViewportSize, colour_scheme: ColourScheme
) -> None:
    """No fault that axe finds, nothing that scrolls sideways, and a tick that follows the patient."""
    invited = invite(app, "P1")
    employ(app, EMAIL, "coordinator")
    at = datetime.now(UTC)
    with changing(app) as session:
        clinic.expect(session, [invited.patient_id], on=at.date(), at=at, actor="test")
    page = open_page(viewport=viewport, colour_scheme=colour_scheme)
    page.goto("/staff/")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    expect(page.get_by_text("First visit: 0 of 3")).to_be_visible()
    axe(page)
    send(app, invited.token, FACE)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_text("First visit: 1 of 3")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    for path in PAGES:
        page.goto(f"/staff/S1/{path}")
        if path.startswith("course"):
            page.wait_for_selector("html[data-charts=drawn]")
            expect(page.get_by_role("button", name="Print this page")).to_be_visible()
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    # Still on the page for many: what it asks about a list, and what it understood.
    page.get_by_label("Or the rows themselves").fill("Code;Geburtsjahr;Beginn\nA-1;1970;03/04/2024")
    page.get_by_role("button", name="Check the list").click()
    page.get_by_label("The day: 3 April").check()
    axe(page)
    page.get_by_role("button", name="Check the list").click()
    expect(page.get_by_role("cell", name="3 Apr 2024")).to_be_visible()
    axe(page)
