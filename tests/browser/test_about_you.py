"""The background form in a real browser: every kind of question and state, accessible and never too wide."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.test_patient import follow, no_sideways_scroll, press
from tests.journeys.test_reported import told
from tests.support.browser import PHONE, ColourScheme
from tests.support.pages_in_browser import OpenPage
from tests.support.staff import PASSWORD, employ
from tests.support.study import invite

SMALL = ViewportSize(width=320, height=568)


@pytest.mark.parametrize(
    ("viewport", "scheme", "javascript"),
    [
        pytest.param(PHONE, "light", True, id="phone"),
        pytest.param(SMALL, "dark", False, id="small, dark, without script", marks=pytest.mark.long),
    ],
)
def test_every_state_is_accessible(
    app: Flask,
    open_page: OpenPage,
    axe: Callable[[Page], None],
    viewport: ViewportSize,
    scheme: ColourScheme,
    javascript: bool,
) -> None:
    """A date, one choice, several; an error of each; the review, a change, and on to the questionnaires."""
    page = open_page(viewport=viewport, colour_scheme=scheme, javascript=javascript)

    def look() -> None:
        if javascript:
            axe(page)
        no_sideways_scroll(page)

    page.goto(invite(app, asks_background=True).path)
    press(page, "Start")
    look()
    page.get_by_label("Yes, the first time").check()
    press(page, "Next")
    look()
    page.get_by_label("Month").fill("3")
    press(page, "Next")
    expect(page.get_by_role("alert")).to_contain_text("Please write the year too.")
    look()
    page.get_by_label("Year").fill("2024")
    press(page, "Next")
    look()
    page.get_by_label("The left side").check()
    press(page, "Next")
    press(page, "Next")
    look()
    press(page, "Skip this question")
    look()
    page.get_by_label("An operation").check()
    press(page, "Next")
    page.get_by_label("A weight in the upper eyelid").check()
    press(page, "Next")
    expect(page.get_by_role("heading", level=1)).to_have_text("When was this operation?")
    look()
    press(page, "Next")
    press(page, "Skip this question")
    page.get_by_label("None of these").check()
    page.get_by_label("Twitching in the face").check()
    press(page, "Next")
    expect(page.get_by_role("alert")).to_contain_text("not both")
    look()
    page.get_by_label("None of these").uncheck()
    press(page, "Next")
    page.get_by_label("No", exact=True).check()
    press(page, "Next")
    page.get_by_label("Nearly").check()
    press(page, "Next")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    look()
    page.get_by_role("link", name="Change").nth(1).click()
    expect(page.get_by_label("Year")).to_have_value("2024")
    look()
    press(page, "Save")
    press(page, "Send my answers")
    expect(page.get_by_text("Question 1 of 15")).to_be_visible()


def test_the_page_waits_for_the_network(app: Flask, open_page: OpenPage) -> None:
    """What was typed stays, and goes by itself once the server is there again."""
    page = open_page(new=True)
    page.goto(invite(app, asks_background=True).path)
    press(page, "Start")
    page.get_by_label("Yes, the first time").check()
    press(page, "Next")
    page.get_by_label("Year").fill("2024")
    page.context.set_offline(True)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("No connection.")).to_be_visible()
    with page.expect_navigation():
        page.context.set_offline(False)
    expect(page.get_by_role("heading", level=1)).to_have_text("Which side of your face is it?")


@pytest.mark.long
def test_what_was_reported_is_accessible_to_staff(
    app: Flask, open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    """Beside what is recorded, and the decision about a treatment."""
    told(app)
    employ(app, "coordinator@example.org", "coordinator")
    page = open_page()
    page.goto("/login")
    page.get_by_label("E-mail address").fill("coordinator@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")
    page.goto("/staff/S1/patients/P1")
    axe(page)
    no_sideways_scroll(page)
    follow(page, "Confirm or correct Botulinum toxin")
    press(page, "Keep the decision")
    expect(page.get_by_role("alert")).to_contain_text("Choose what is to stand.")
    axe(page)
    no_sideways_scroll(page)
