"""A coordinator loads a text, looks at it as patients will, and records the permission, in a browser."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect

from tests.support.browser import ColourScheme, looks
from tests.support.pages_in_browser import OpenPage
from tests.support.staff import PASSWORD, employ
from tests.support.study import invite, library
from tests.support.wordings import as_csv, made_up

EMAIL = "coordinator@example.org"
Check = Callable[[Page], None]


def sign_in(page: Page, path: str) -> None:
    page.goto(path)
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def fits(page: Page) -> None:
    """Nothing makes the page scroll sideways; wide tables scroll in their own frame."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(("viewport", "colour_scheme"), looks("dark phone"))
@pytest.mark.long
def test_from_the_file_to_the_permission(
    app: Flask,
    open_page: OpenPage,
    axe: Check,
    tmp_path: Path,
    viewport: ViewportSize,
    colour_scheme: ColourScheme,
) -> None:
    """Every page on the way, a refused file included, has no fault that axe finds and fits the screen."""
    invite(app)
    employ(app, EMAIL, "coordinator")
    page = open_page(viewport=viewport, colour_scheme=colour_scheme)

    def looked_at(name: str) -> None:
        page.wait_for_load_state()
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=f"{folder}/{name}-{colour_scheme}-{viewport['width']}.png", full_page=True)
        axe(page)
        fits(page)

    sign_in(page, "/staff/S1/instruments")
    expect(page.get_by_role("heading", level=1)).to_have_text("Instruments")
    looked_at("list")

    page.get_by_role("button", name="Load a wording").click()
    looked_at("form")
    text = as_csv(made_up(library(app).get("face"), "authors", ("en", "nl")))
    file = tmp_path / "face.csv"
    file.write_text(text.replace("face-nl item q3", "<b>face</b>"), encoding="utf-8")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Load", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("row 65, column text: texts.nl.items.q3: holds markup")
    looked_at("refused")
    file.write_text(text, encoding="utf-8")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Load", exact=True).click()
    expect(page.get_by_role("alert", name="Done")).to_contain_text("The text was loaded.")
    looked_at("instrument")

    page.get_by_role("link", name="Preview nl (authors, 1)").click()
    expect(page.get_by_role("heading", name="face-nl item q15")).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(75)
    looked_at("preview")
    page.get_by_role("link", name="FaCE").click()

    page.get_by_text("Record a permission").click()
    page.get_by_role("button", name="Record the permission").click()
    expect(page.get_by_role("alert")).to_contain_text("Say who gave leave.")
    looked_at("lacking")
    page.get_by_label("Who holds the rights").fill("The authors")
    page.get_by_label("Where their leave is written").fill("Letter of 1 March 2026")
    page.get_by_label("Publication of this text").fill("doi:10.0000/nl")
    page.get_by_role("button", name="Record the permission").click()
    expect(page.get_by_role("alert", name="Done")).to_contain_text("The permission was recorded.")
    looked_at("permitted")

    for key in ("phq9", "hads", "house_brackmann"):
        page.goto(f"/staff/S1/instruments/{key}")
        looked_at(key)
