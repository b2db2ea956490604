"""static/src/charts.js with plotly in a real browser, under the strict policy of the gallery."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import DESKTOP
from tests.support.pages_in_browser import OpenPage

pytestmark = pytest.mark.browser

MARK = "#course-chart .scatterlayer .point"
LIGHT, DARK = "rgb(31, 95, 107)", "rgb(127, 198, 209)"


def dashboard(open_page: OpenPage) -> Page:
    page = open_page(viewport=DESKTOP)
    page.goto("/dashboard")
    page.wait_for_selector("html[data-charts=drawn]", state="attached")
    return page


def test_points_bands_boxes_and_intervals_are_drawn(open_page: OpenPage) -> None:
    """Each kind of mark is there, and the policy refused nothing (the fixture would fail).

    The table is one press away, and the drawing is hidden from screen readers. Its controls only zoom and
    pan: no picture that the policy refuses, and no sharing with plotly's maker.
    """
    page = dashboard(open_page)
    assert page.locator(MARK).count() == 6
    assert page.locator("#course-chart path.js-fill").count() == 1
    assert page.locator("#groups-chart path.box").count() == 2
    assert page.locator("#groups-chart .points .point").count() == 10
    assert page.locator("#intervals-chart .errorbar .xerror").count() == 2
    assert page.locator("details[open]").count() == 0
    assert page.locator("details table").count() == 3
    assert page.locator(".main-svg:not([aria-hidden=true])").count() == 0
    names = {b.get_attribute("aria-label") for b in page.locator("#course-chart .modebar-btn").all()}
    assert names == {"Zoom", "Pan", "Zoom in", "Zoom out", "Reset axes"}


def test_without_a_script_the_table_is_the_figure(open_page: OpenPage) -> None:
    """The tables are open and the empty charts take no room."""
    page = open_page(viewport=DESKTOP, javascript=False)
    page.goto("/dashboard")
    assert page.locator("details[open] table").count() == 3
    heights = [
        box["height"] for chart in page.locator(".app-figure__chart").all() if (box := chart.bounding_box())
    ]
    assert set(heights) <= {0}


def test_colours_follow_the_page(open_page: OpenPage) -> None:
    """A change of theme, by the switch or by the system, redraws the figures in its colours."""
    page = dashboard(open_page)
    point = page.locator(MARK).first
    expect(point).to_have_css("fill", LIGHT)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    expect(point).to_have_css("fill", DARK)
    page.evaluate("delete document.documentElement.dataset.theme")
    expect(point).to_have_css("fill", LIGHT)
    page.emulate_media(color_scheme="dark")
    expect(point).to_have_css("fill", DARK)
