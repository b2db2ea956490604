"""A scale of numbers fits a telephone in cells of one size, in each direction, by finger, keys and ear."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize

from tests.browser.test_fits import INTERFACES, SIZES, TELEPHONE, Asked, faults, measured, ready
from tests.support.number_scales import ENDS, SCALES, numbers
from tests.support.pages_in_browser import OpenPage

CELLS = """() => [...document.querySelectorAll(".govuk-radios__item")].map((cell) => {
  const box = cell.getBoundingClientRect();
  return {width: box.width, height: box.height, left: box.left, top: box.top, text: cell.innerText.trim()};
})"""
TALL = {"many"}  # four rows of cells below a long instruction: one may scroll


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No page asks the database."""
    return sqlite_url


def asked() -> Iterator[tuple[str, Asked]]:
    """Each scale on pages of each language, as the first of its section."""
    instrument = numbers()
    for number, kind in enumerate(SCALES):
        for interface in INTERFACES:
            yield kind, Asked(instrument, number, interface)


def cells(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(CELLS)
    return found


def differ(found: list[dict[str, Any]]) -> bool:
    """Whether a cell looks like the expected one, or is hard to hit."""
    sizes = [round(cell[side]) for cell in found for side in ("width", "height")]
    widths, heights = sizes[::2], sizes[1::2]
    return max(widths) > min(widths) + 1 or max(heights) > min(heights) + 1 or min(sizes) < 44


@pytest.mark.parametrize("size", SIZES)
def test_every_number_is_on_the_first_screen(app: Flask, open_page: OpenPage, size: str) -> None:
    """With the whole instruction, both ends in words and "Next"; on 568 px one may scroll."""
    viewport = SIZES[size]
    page = ready(open_page, viewport)
    wrong = {}
    for kind, one in asked():
        whole = size != "320" and (kind not in TALL or size == "1280")
        found = faults(measured(page, one.page(app)), viewport["height"], whole=whole)
        found += ["cells differ, or are small"] if differ(cells(page)) else []
        if found:
            wrong[kind, one.interface] = found
    assert wrong == {}


def _page(
    app: Flask, open_page: OpenPage, kind: str, interface: str, viewport: ViewportSize = TELEPHONE
) -> Page:
    page = ready(open_page, viewport)
    page.set_default_timeout(10_000)
    page.set_content(Asked(numbers(), list(SCALES).index(kind), interface).page(app))
    return page


@pytest.mark.parametrize("interface", INTERFACES)
def test_the_ends_are_seen_once_and_heard_with_their_numbers(
    app: Flask, open_page: OpenPage, interface: str
) -> None:
    """Above the cells, each on its side; a screen reader hears them as the labels that they are."""
    page = _page(app, open_page, "ends", interface)
    low, high = ENDS[interface]
    assert page.get_by_role("radio", name=f"0 – {low}", exact=True).count() == 1
    assert page.get_by_role("radio", name=f"10 – {high}", exact=True).count() == 1
    assert low not in page.get_by_role("group").first.aria_snapshot().split("\n")[0]
    seen = cells(page)
    assert [cell["text"].split()[0] for cell in seen] == [str(number) for number in range(11)]
    places = [cell["left"] for cell in seen[:6]]
    assert places == sorted(places, reverse=interface == "ar")
    words = page.locator(".app-numbers__words > span")
    first, last = (words.nth(place).bounding_box() for place in (0, 1))
    assert first is not None
    assert last is not None
    assert (first["x"] < last["x"]) == (interface != "ar")


@pytest.mark.parametrize(("interface", "onward"), [("en", "ArrowRight"), ("ar", "ArrowLeft")])
def test_keys_and_the_finger_choose(app: Flask, open_page: OpenPage, interface: str, onward: str) -> None:
    """Arrows go on in the direction of reading; a press anywhere on a cell chooses its number."""
    page = _page(app, open_page, "bare", interface)
    checked = "() => document.querySelector(':checked')?.value"
    page.locator(".govuk-radios__item").nth(7).click(position={"x": 4, "y": 4})
    assert page.evaluate(checked) == "7"
    page.keyboard.press(onward)
    assert page.evaluate(checked) == "8"
    page.keyboard.press("ArrowUp")
    assert page.evaluate(checked) == "7"


@pytest.mark.parametrize("forced_colours", [False, True])
def test_the_chosen_number_looks_chosen(app: Flask, open_page: OpenPage, forced_colours: bool) -> None:
    """Without a circle: by a border or ground that no other cell has."""
    page = _page(app, open_page, "bare", "en")
    if forced_colours:
        page.emulate_media(forced_colors="active")
    page.get_by_role("radio").nth(3).check()
    page.mouse.move(1, 1)
    looks = page.evaluate(
        """async () => {
          await Promise.all(document.getAnimations().map((one) => one.finished));
          return [...document.querySelectorAll(".govuk-radios__item")].map((cell) => {
            const style = getComputedStyle(cell);
            return [style.backgroundColor, style.borderTopWidth, style.borderTopColor].join(" ");
          });
        }"""
    )
    assert looks.count(looks[3]) == 1


def test_text_of_twice_the_size_scrolls_nowhere_sideways(app: Flask, open_page: OpenPage) -> None:
    """Fewer cells stand in a row then."""
    page = _page(app, open_page, "ends", "de")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]
    assert not differ(cells(page))


def test_a_wide_screen_has_them_in_one_row(app: Flask, open_page: OpenPage) -> None:
    """Eleven cells, as wide as the words above them."""
    page = _page(app, open_page, "bare", "en", SIZES["1280"])
    assert len({cell["top"] for cell in cells(page)}) == 1
