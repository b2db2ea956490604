"""Every layout and macro in a real browser: accessible, within the page, large enough to press."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page

from tests.support.browser import PHONE, ColourScheme, looks
from tests.support.built import NAMES
from tests.support.pages_in_browser import OpenPage

Axe = Callable[[Page], None]

PAGES = ["item", "item?wrong&chosen=0", "review", "error/404", "form", "form?wrong", "dashboard"]
# What a page of each kind shows; the others are more of the same.
IN_SUITE = {"item?wrong&chosen=0", "error/404", "form?wrong", "dashboard"}
LOOKED_AT = [page if page in IN_SUITE else pytest.param(page, marks=pytest.mark.long) for page in PAGES]
ERRORS = [400, 403, 404, 405, 410, 413, 422, 429, 500, 503, 418]
NARROW = {"width": 320, "height": 640}

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL_TARGETS = """[...document.querySelectorAll('main a, main button, main input, footer a')]
    .map(element => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.height < 44 || box.width < 34)).map(([html]) => html)"""


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_inline(client: FlaskClient, page: str) -> None:
    """No style attribute, style element, handler or script text: the policy would refuse each of them."""
    html = client.get(f"/{page}").text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html)
    assert re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>", html) == []
    assert "http://" not in html
    assert "https://" not in html


@pytest.mark.parametrize("code", ERRORS)
def test_every_error_says_what_happened_and_what_to_do(client: FlaskClient, code: int) -> None:
    """A heading and two sentences, for codes that we did not think of too."""
    main = client.get(f"/error/{code}").text.split("<main", 1)[1].split("</main>", 1)[0]
    assert len(re.findall(r"<h1", main)) == 1
    assert len(re.findall(r"<p class=\"govuk-body\">[^<]+\.</p>", main)) == 2


def test_nothing_is_chosen_beforehand_and_zero_is_an_answer(client: FlaskClient) -> None:
    """A new item has no option checked; the answer 0 checks the first one."""
    assert "checked" not in client.get("/item").text
    html = client.get("/item?chosen=0").text
    assert re.findall(r'value="(\d)" checked', html) == ["0"]


def test_the_error_summary_leads_to_each_field(client: FlaskClient) -> None:
    """Every link of the summary has its target on the page."""
    html = client.get("/form?wrong").text
    targets = re.findall(r'<a href="#([^"]+)">', html.split("govuk-error-summary", 1)[1])
    assert targets[:2] == ["code", "sex"]
    assert "year" in targets
    assert [target for target in targets if f'id="{target}"' not in html] == []


def test_text_of_others_is_escaped(client: FlaskClient) -> None:
    """The summary of WTForms' values and of figure data cannot end an element."""
    html = client.get("/dashboard").text
    for data in re.findall(r'class="figure-data"[^>]*>(.*?)</script>', html, re.DOTALL):
        assert "<" not in data


@pytest.mark.browser
@pytest.mark.parametrize(("viewport", "scheme"), looks("light desktop"))
@pytest.mark.parametrize("path", LOOKED_AT)
def test_pages_are_accessible(
    open_page: OpenPage, axe: Axe, path: str, viewport: dict[str, int], scheme: ColourScheme
) -> None:
    """axe-core finds nothing, nothing is refused or fails, and no page scrolls sideways, at 320 px either."""
    page = open_page(viewport=viewport, colour_scheme=scheme, statuses=frozenset({404}))  # type: ignore[arg-type]
    page.goto(f"/{path}")
    if path == "dashboard":
        page.wait_for_selector("html[data-charts=drawn]", state="attached")
    axe(page)
    assert page.evaluate(SIDEWAYS) <= 0
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert page.evaluate(SIDEWAYS) <= 0


@pytest.mark.browser
@pytest.mark.parametrize("path", ["item", "item?wrong", "review", "error/404"])
def test_what_patients_press_is_large(open_page: OpenPage, path: str) -> None:
    """Every link, button and option of a patient's page is at least 44 px high."""
    page = open_page(viewport=PHONE, statuses=frozenset({404}))
    page.goto(f"/{path}")
    assert page.evaluate(SMALL_TARGETS) == []


@pytest.mark.browser
def test_options_are_of_equal_width_and_whole_rows(open_page: OpenPage) -> None:
    """At 320 px each is as tall as its words, 44 px at least; a press anywhere on a row chooses it."""
    page = open_page(viewport=NARROW, javascript=False)  # type: ignore[arg-type]
    page.goto("/item")
    rows = page.locator(".govuk-radios__item")
    boxes = [box for row in rows.all() if (box := row.bounding_box())]
    assert len({box["width"] for box in boxes}) == 1
    assert min(box["height"] for box in boxes) >= 44
    rows.nth(2).click(position={"x": boxes[2]["width"] - 5, "y": boxes[2]["height"] - 5})
    assert page.locator("input:checked").get_attribute("value") == "2"


@pytest.mark.browser
def test_right_to_left_mirrors_the_page(open_page: OpenPage, axe: Axe) -> None:
    """In a right-to-left language the circle of an option stands at its right."""
    page = open_page()
    page.goto("/item?rtl&chosen=1")
    circle = "getComputedStyle(document.querySelector('.govuk-radios__label'), '::before').right"
    assert page.evaluate(circle) in {"2px", "0px"}
    axe(page)
    assert page.evaluate(SIDEWAYS) <= 0


@pytest.mark.browser
@pytest.mark.parametrize(("theme", "scheme"), [("dark", "light"), ("light", "dark")])
def test_the_switch_wins_over_the_system(open_page: OpenPage, theme: str, scheme: ColourScheme) -> None:
    """A reader who chose light or dark gets it, whatever the device prefers."""
    page = open_page(colour_scheme=scheme)
    page.goto(f"/item?theme={theme}")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == theme


@pytest.mark.browser
def test_forced_colours_keep_what_is_chosen_visible(open_page: OpenPage) -> None:
    """Where the system sets all colours, the chosen option still has a stronger edge and the bar its fill."""
    page = open_page()
    page.emulate_media(forced_colors="active")
    page.goto("/item?chosen=1")
    edges = page.evaluate(
        "[...document.querySelectorAll('.govuk-radios__item')].map(e => getComputedStyle(e).borderTopWidth)"
    )
    assert edges == ["1px", "4px", "1px", "1px"]
    assert page.evaluate("getComputedStyle(document.querySelector('progress')).forcedColorAdjust") == "none"


@pytest.mark.browser
def test_an_item_page_is_three_requests(open_page: OpenPage) -> None:
    """The page, its stylesheet and a small script that it can do without; and the icon."""
    page = open_page(new=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[1]))
    page.goto("/item", wait_until="networkidle")
    assert set(asked) - {"favicon.svg"} == {"item", NAMES["patient.css"], NAMES["patient.js"]}
