"""The pages of what comes back in a real browser: accessible, and as wide as a telephone."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.test_patient import follow, no_sideways_scroll, press
from tests.journeys.test_comes_back import BAD, invited
from tests.support.answers import send
from tests.support.pages_in_browser import OpenPage
from tests.support.study import PHQ9, Invited

Axe = Callable[[Page], None]
__all__ = ["invited"]


def test_what_comes_back_fits_and_is_accessible(
    app: Flask, open_page: OpenPage, invited: Invited, axe: Axe
) -> None:
    """From the words about the eye to the page for her doctor, on a small telephone and at twice its text."""
    send(app, invited.token, PHQ9, draft=BAD[:4])
    page = open_page()
    page.set_viewport_size(ViewportSize(width=320, height=568))

    def fits() -> None:
        no_sideways_scroll(page)
        axe(page)

    page.goto(invited.path)
    press(page, "Next")  # past the year of birth
    page.get_by_role("radio").first.check()
    press(page, "Next")
    expect(page.get_by_role("heading", name="Your eye")).to_be_visible()
    fits()
    send(app, invited.token, BAD[5:])
    page.goto(f"/visit/{invited.visit_id}")
    expect(page.get_by_role("group", name="What matters most to you today?")).to_be_visible()
    fits()
    press(page, "Next")
    press(page, "Next")
    fits()
    follow(page, "Look back at your own answers")
    fits()
    page.get_by_label("Year of birth").fill("1970")
    press(page, "Next")
    fits()
    follow(page, "Your face over time")
    drawing = page.locator("main svg").first
    assert drawing.bounding_box()["width"] <= 320  # type: ignore[index]
    fits()
    follow(page, "A page for your doctor")
    fits()
    page.go_back()
    page.go_back()
    follow(page, "Your answers of")
    fits()
