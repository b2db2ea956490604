"""The dashboard in a real browser: drawn, readable, reachable; on a phone and on a desk, light and dark."""

from __future__ import annotations

import re
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlalchemy import func, select

from analysis.data.pages import QUESTIONS
from surveys.db import close
from surveys.models import Patient, Response, Visit
from surveys.settings import Settings
from tests.support.browser import DESKTOP, PHONE, ColourScheme, looks
from tests.support.pages_in_browser import PATIENCE, OpenPage, pages_at
from tests.support.server import LiveServer, url_of
from tests.support.simulated import populate
from tests.support.staff import PASSWORD, employ
from tests.support.study import changing

EMAIL = "coordinator@example.org"
DASHBOARD = "/staff/S1/dashboard"
CHARTS = 8
NARROW = ViewportSize(width=320, height=640)
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OUT_OF_SIGHT = """[...document.querySelectorAll('.app-figure__chart')].flatMap(chart => {
    const frame = chart.getBoundingClientRect();
    return [...chart.querySelectorAll('.xtick text, .ytick text, .textpoint text, text.annotation-text')]
        .filter(text => text.textContent && (box => box.left < frame.left - 1 || box.right > frame.right + 1)(
            text.getBoundingClientRect()))
        .map(text => `${chart.id}: ${text.textContent}`)})"""
OVERLAPS = """[...document.querySelectorAll('.app-figure__chart')].flatMap(chart => {
    const boxes = [...chart.querySelectorAll('.xtick text')].map(t => t.getBoundingClientRect())
        .sort((a, b) => a.left - b.left);
    return boxes.slice(1).filter((box, at) => box.left < boxes[at].right).map(() => chart.id)})"""

BOTH_PANELS = """[['acute', 'chronic'].map(
    key => document.querySelector(`#time-face-total-${key}-chart`).getBoundingClientRect())]"""
NOT_SIDE_BY_SIDE = f"""{BOTH_PANELS}.filter(
    ([acute, chronic]) => acute.right > chronic.left || Math.abs(acute.top - chronic.top) >= 2)"""
NOT_STACKED = f"""{BOTH_PANELS}.filter(
    ([acute, chronic]) => acute.bottom > chronic.top || acute.width <= 280)"""

# Marks of plotly, then of the server's drawing; both by panel. Bands are closed areas of many corners.
ON_SCREEN = """[...document.querySelectorAll('.app-panel')].map(
    panel => panel.querySelectorAll('.scatterlayer .points path').length)"""
ON_PAPER = """[...document.querySelectorAll('.app-panel')].map(
    panel => [...panel.querySelectorAll('.app-figure__paper :is(circle, polygon)')]
        .filter(mark => mark.tagName === 'circle' || mark.points.numberOfItems === 4).length)"""
OFF_THE_PAPER = """[...document.querySelectorAll('.app-figure__paper svg')].flatMap(svg => {
    const frame = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('*')].map(mark => [mark, mark.getBoundingClientRect()])
        .filter(([, box]) => box.left < Math.max(frame.left, 0) - 1 || box.right > frame.right + 1
            || box.top < frame.top - 1 || box.bottom > frame.bottom + 1 || frame.width < 250
            || box.right > document.documentElement.clientWidth)
        .map(([mark]) => mark.outerHTML)})"""
# A4 and Letter within their margins, 96 pixels to the inch.
SHEETS = {"A4": ViewportSize(width=703, height=1031), "Letter": ViewportSize(width=725, height=965)}


@pytest.fixture(scope="module")
def app(
    _migrated_sqlite: Path,
    _application_of: Callable[[Settings], Flask],
    listener: socket.socket,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Flask]:
    """A study that these tests only read: it is made, and each of its boards drawn, once."""
    path = tmp_path_factory.mktemp("dashboard") / "seventh.db"
    shutil.copyfile(_migrated_sqlite, path)
    app = _application_of(Settings(f"sqlite:///{path}", "test " * 10, public_url=url_of(listener)))
    populate(app, 60)
    employ(app, EMAIL, "coordinator")
    yield app
    with app.app_context():
        close()


@pytest.fixture(scope="module")
def live_server(app: Flask, listener: socket.socket) -> Iterator[LiveServer]:
    """One for all of these tests."""
    with LiveServer(app, listener) as server:
        yield server


@pytest.fixture(scope="module")
def desk(chromium: Browser, live_server: LiveServer) -> Iterator[Page]:
    """The dashboard as a desk shows it, drawn once; a test leaves it as it was, its window and theme too."""
    with pages_at(live_server.url, chromium) as open_page:
        page = open_page(viewport=DESKTOP)
        opened(page)
        drawn(page)
        yield page


def opened(page: Page, query: str = "") -> None:
    """Sign in and open the dashboard."""
    page.goto(DASHBOARD + query)
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTIONS["overview"])


def drawn(page: Page) -> None:
    page.wait_for_selector("html[data-charts=drawn]", state="attached")


def settled(page: Page, faults: str) -> None:
    """Charts follow a change of the window one after the other: once they have, there are no faults."""
    given_up = time.monotonic() + PATIENCE / 1000
    while (found := page.evaluate(faults)) and time.monotonic() < given_up:
        page.wait_for_timeout(100)
    assert found == []


@pytest.mark.parametrize(("viewport", "colour_scheme"), looks("light desktop"))
def test_every_chart_is_drawn_and_accessible(
    desk: Page,
    open_page: OpenPage,
    axe: Callable[[Page], None],
    viewport: ViewportSize,
    colour_scheme: ColourScheme,
) -> None:
    """Points in every chart, nothing that axe finds or the policy refuses, no label cut off or overlaid."""
    page = desk
    if viewport != DESKTOP:
        page = open_page(viewport=viewport, colour_scheme=colour_scheme)
        opened(page)
        drawn(page)
    charts = page.locator(".app-figure__chart")
    assert charts.count() == CHARTS
    for chart in charts.all():
        assert chart.locator(".main-svg .point").count() > 0
    axe(page)
    for size in (viewport, NARROW):
        page.set_viewport_size(size)
        settled(page, OUT_OF_SIGHT)
        settled(page, OVERLAPS)
        assert page.evaluate(SIDEWAYS) <= 0
    page.set_viewport_size(viewport)
    settled(page, NOT_SIDE_BY_SIDE if viewport == DESKTOP else NOT_STACKED)


def test_a_point_says_what_it_is(desk: Page) -> None:
    """Under the pointer: patient, score and time; writing it breaks no policy (the fixture would fail)."""
    desk.locator("#time-face-total-chronic-chart .point").first.hover(force=True)
    expect(desk.locator("#time-face-total-chronic-chart .hovertext")).to_contain_text("after onset")
    desk.locator("#treatment-face-total-chronic-chart .point").first.hover(force=True)
    expect(desk.locator("#treatment-face-total-chronic-chart .hovertext")).to_contain_text("S0")


def test_the_table_is_one_press_away_by_keyboard(desk: Page) -> None:
    """The drawing takes no stop of the keyboard; the summary below it opens the numbers."""
    assert desk.locator(".app-figure__chart :is(a, button, [tabindex='0'])").count() == 0
    summary = desk.locator("figure summary").first
    summary.focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("figure table").first).to_be_visible()


@pytest.mark.long
def test_colours_follow_the_theme(desk: Page) -> None:
    """Marks and marks' names are drawn anew when the page turns dark, and when it turns light again."""
    tick = desk.locator("#time-face-total-acute-chart .ytick text").first
    line = desk.locator("#time-face-total-acute-chart .js-line").last
    light = tick.evaluate("e => getComputedStyle(e).fill"), line.evaluate("e => getComputedStyle(e).stroke")
    desk.emulate_media(color_scheme="dark")
    expect(line).not_to_have_css("stroke", light[1])
    expect(tick).not_to_have_css("fill", light[0])
    desk.emulate_media(color_scheme="light")
    expect(line).to_have_css("stroke", light[1])
    expect(tick).to_have_css("fill", light[0])


def test_panels_stand_side_by_side_or_one_under_the_other(desk: Page) -> None:
    """Acute beside chronic on a desk, above it on a phone; and beside it again."""
    settled(desk, NOT_SIDE_BY_SIDE)
    desk.set_viewport_size(PHONE)
    settled(desk, NOT_STACKED)
    desk.set_viewport_size(DESKTOP)
    settled(desk, NOT_SIDE_BY_SIDE)


def test_the_answer_comes_first_and_all_is_seen_in_three_screens(desk: Page) -> None:
    """The sentence stands in the first screen; the filters stay in sight at the end of the page."""
    answer = desk.locator(".app-answer").bounding_box()
    assert answer
    assert answer["y"] + answer["height"] < DESKTOP["height"]
    assert desk.evaluate("document.documentElement.scrollHeight") <= 3 * DESKTOP["height"]
    desk.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    expect(desk.get_by_label("Sex")).to_be_in_viewport()
    desk.evaluate("window.scrollTo(0, 0)")


@pytest.mark.long
def test_filters_are_followed_in_place(open_page: OpenPage) -> None:
    """No new page: the figures, the words and the address change, and a picture can be saved."""
    page = open_page(viewport=DESKTOP)
    opened(page)
    drawn(page)
    page.evaluate("window.same = true")
    page.get_by_label("Sex").select_option("Female")
    expect(page.locator(".app-showing")).to_have_text("Showing: women")
    page.wait_for_selector(".app-figure__chart .main-svg .point")
    assert page.url.endswith("?sex=female")
    assert page.evaluate("window.same")
    page.get_by_role("link", name="Change of scores", exact=True).click()
    page.wait_for_url("**/dashboard/change?sex=female")  # the page before says the same words
    expect(page.locator(".app-showing")).to_have_text("Showing: women")
    drawn(page)
    page.locator(".app-figure__files summary").first.click()
    with page.expect_download() as saved:
        page.get_by_role("button", name=re.compile("Picture")).first.click()
    assert saved.value.suggested_filename.endswith(".png")


def test_without_a_script_the_tables_are_the_figures(open_page: OpenPage) -> None:
    """Filters work, every table is open, and no empty frame stands in for a chart."""
    page = open_page(viewport=PHONE, javascript=False)
    opened(page)
    assert page.locator("figure table:visible").count() == 4
    heights = [
        box["height"] for chart in page.locator(".app-figure__chart").all() if (box := chart.bounding_box())
    ]
    assert set(heights) <= {0}
    page.get_by_label("Sex").select_option("Female")
    page.get_by_label("Time since onset", exact=True).select_option("Acute")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".app-showing")).to_have_text("Showing: women, acute (under 90 days)")
    page.get_by_role("link", name="Clear").click()
    expect(page.locator(".app-showing")).to_have_text("Showing: all patients")


@pytest.mark.long
def test_paper_has_every_mark_of_the_screen(app: Flask, open_page: OpenPage) -> None:
    """The dashboard and a patient's course, on A4 and on Letter: nothing lies off the paper or is cut."""
    page = open_page(viewport=DESKTOP)
    opened(page)
    with changing(app) as session:
        answers = select(func.count()).where(Visit.patient_id == Patient.id, Visit.id == Response.visit_id)
        most = answers.scalar_subquery().desc()
        code = session.scalars(select(Patient.code).order_by(most, Patient.id)).first()
    for address in (DASHBOARD, f"/staff/S1/course/{code}"):
        page.emulate_media(media="screen")
        page.set_viewport_size(DESKTOP)
        if not page.url.endswith(address):
            page.goto(address)
        drawn(page)
        on_screen = page.evaluate(ON_SCREEN)
        page.emulate_media(media="print")
        for sheet, size in SHEETS.items():
            page.set_viewport_size(size)
            assert page.evaluate(ON_PAPER) == on_screen
            assert page.evaluate(OFF_THE_PAPER) == []
            assert page.evaluate(SIDEWAYS) <= 0
            assert page.locator(".app-figure__chart:visible, .app-subnav:visible, nav:visible").count() == 0
            if address != DASHBOARD:
                assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=sheet))) == 1
    assert sum(on_screen) > 0
    expect(page.get_by_role("heading", name="What was done with this patient's data")).to_be_hidden()
    visits = page.locator("figure tbody tr")
    assert visits.count() == max(on_screen)
    expect(visits.last).to_be_visible()


@pytest.mark.long
@pytest.mark.parametrize("query", ["?cause=nonsense", "?sex=other&cause=lyme"])
def test_pages_without_a_figure_are_accessible(
    open_page: OpenPage, axe: Callable[[Page], None], query: str
) -> None:
    """A refused address and a filter that leaves nobody."""
    page = open_page(viewport=PHONE)
    opened(page, query)
    axe(page)
    assert page.evaluate(SIDEWAYS) <= 0


SMALL_DESK = ViewportSize(width=1280, height=800)
LONG_PAGES = ("/staff/S1/study", "/staff/S1/at-once/missed", "/staff/S1/clinic", "/staff/help", DASHBOARD)


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_pages_take_at_most_three_screens(open_page: OpenPage, locale: str) -> None:
    """Those that have most to say, of a small desk, in the reader's language."""
    page = open_page(viewport=SMALL_DESK, locale=locale)
    page.goto(DASHBOARD)
    page.locator("[name=email]").fill(EMAIL)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form button").first.click()
    page.wait_for_url(f"**{DASHBOARD}")
    tall = {}
    for path in LONG_PAGES:
        page.goto(path)
        if path == DASHBOARD:
            drawn(page)
        if (height := page.evaluate("document.documentElement.scrollHeight")) > 3 * SMALL_DESK["height"]:
            tall[path] = height
    assert tall == {}


NARROW_PAGES = (
    "/staff/",
    "/staff/S1/reports",
    "/staff/S1/freezes",
    "/staff/S1/instruments/face",
    "/staff/S1/study",
)
SCROLLED_TABLES = """[...document.querySelectorAll('.app-table')]
    .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.ariaLabel)"""


def test_tables_are_rows_on_a_telephone(open_page: OpenPage) -> None:
    """A list is read downwards: what stands beside on a desk stands below there."""
    page = open_page(viewport=ViewportSize(width=360, height=640), locale="de-DE")
    page.goto("/staff/S1/study")
    page.locator("[name=email]").fill(EMAIL)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form button").first.click()
    page.wait_for_url("**/staff/S1/study")
    scrolled = {}
    for path in NARROW_PAGES:
        page.goto(path)
        if found := page.evaluate(SCROLLED_TABLES):
            scrolled[path] = found
    assert scrolled == {}
