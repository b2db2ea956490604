"""A study's own pages in a browser: what is missing, each section, the plan as a table."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy import update

from surveys.models import Study
from tests.support.browser import ColourScheme, follow_in_menu, looks
from tests.support.pages_in_browser import OpenPage
from tests.support.staff import PASSWORD, employ
from tests.support.study import changing, invite

EMAIL = "coordinator@example.org"
SECTIONS = ("basics", "contact", "ethics", "alerts", "consent", "close")
Check = Callable[[Page], None]


@pytest.mark.parametrize(("viewport", "colour_scheme"), looks("light desktop"))
def test_every_page_of_a_study(
    app: Flask, open_page: OpenPage, axe: Check, viewport: ViewportSize, colour_scheme: ColourScheme
) -> None:
    """No fault that axe finds, nothing scrolls sideways; a preset fills the table, saving keeps it."""
    invite(app)
    with changing(app) as session:
        session.execute(update(Study).values(status="draft", simulated=False))
    employ(app, EMAIL, "coordinator")
    page = open_page(viewport=viewport, colour_scheme=colour_scheme)
    page.goto("/login")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    follow_in_menu(page, "Study")
    expect(page.get_by_role("heading", level=1)).to_have_text("Study S1 Draft")

    def looked_at() -> None:
        page.wait_for_load_state()
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    looked_at()
    for section in SECTIONS:
        page.goto(f"/staff/S1/study/{section}")
        looked_at()
    page.goto("/staff/S1/study/plan")
    page.get_by_label("Name, Timepoint 6").fill("After three years")
    page.get_by_label("Day, Timepoint 6").fill("1095")
    page.get_by_role("button", name="Save the plan").click()
    expect(page.get_by_role("alert")).to_contain_text("choose at least one questionnaire")
    looked_at()
    page.get_by_label("FaCE, After three years").check()
    page.get_by_role("button", name="Save the plan").click()
    expect(page.get_by_text("The plan was saved.")).to_be_visible()
    page.get_by_label("Begin from").select_option(label="Synkinesis treated with botulinum toxin")
    page.get_by_role("button", name="Fill the table").click()
    expect(page.get_by_label("Day, Peak effect")).to_have_value("28")
    looked_at()
