"""The language page, German and right-to-left pages in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.test_patient import follow, no_sideways_scroll, press
from tests.support.languages import MIRROR, ask_in, mirror
from tests.support.pages_in_browser import OpenPage
from tests.support.study import Invited, invite

Axe = Callable[[Page], None]


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody invited to FaCE, PHQ-9 and SAQ."""
    return invite(app)


@pytest.mark.long
def test_german_is_chosen_without_script(app: Flask, open_page: OpenPage, invited: Invited, axe: Axe) -> None:
    """From the footer and back to where one was; every German page is accessible and fits."""
    ask_in(app, invited, "en", "de")
    page = open_page()
    page.goto(invited.path)
    follow(page, "Language")
    axe(page)
    page.get_by_role("radio", name="Deutsch").check()
    press(page, "Save and go back")
    expect(page.get_by_role("radio", name="Deutsch")).to_be_checked()
    axe(page)
    press(page, "Anfangen")
    expect(page.get_by_text("Frage 1 von 15")).to_be_visible()
    press(page, "Weiter")
    expect(page.get_by_role("alert")).to_contain_text("Bitte wählen Sie eine Antwort.")
    axe(page)
    page.set_viewport_size(ViewportSize(width=320, height=568))
    no_sideways_scroll(page)


def test_arabic_is_chosen_as_a_draft(app: Flask, open_page: OpenPage, invited: Invited, axe: Axe) -> None:
    """A browser does not choose it by itself; chosen, every page is mirrored and fits a telephone."""
    ask_in(app, invited, "en")
    page = open_page(locale="ar")
    page.set_viewport_size(ViewportSize(width=360, height=640))
    page.goto(invited.path)
    follow(page, "Language")
    page.get_by_role("radio", name="العربية").check()
    expect(page.get_by_text("A draft: not checked by a native reader yet.")).to_be_visible()
    press(page, "Save and go back")
    for _ in ("the introduction", "a question without an answer"):
        assert page.locator("html").get_attribute("dir") == "rtl"
        no_sideways_scroll(page)
        axe(page)
        with page.expect_navigation():
            page.locator("form button").first.click()
    expect(page.get_by_role("alert")).to_contain_text("يرجى اختيار إجابة.")
    follow(page, "أين تجدون المساعدة")
    no_sideways_scroll(page)
    axe(page)


def test_right_to_left(app: Flask, open_page: OpenPage, invited: Invited, tmp_path: Path) -> None:
    """The page is mirrored; questions in English keep their direction."""
    mirror(app, tmp_path)
    page = open_page(locale=MIRROR)
    page.goto(invited.path)
    with page.expect_navigation():
        page.locator("form button").click()
    name, radio = page.locator(".app-header__name"), page.locator(".govuk-radios__item").first
    assert name.evaluate("e => getComputedStyle(e).direction") == "rtl"
    assert radio.evaluate("e => getComputedStyle(e).direction") == "ltr"
    circle = "e => parseFloat(getComputedStyle(e.querySelector('label'), '::before').left)"
    assert radio.evaluate(circle) < 10
