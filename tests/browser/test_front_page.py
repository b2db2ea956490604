"""The first page that anybody sees."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.support.browser import LOOKS, ColourScheme
from tests.support.pages_in_browser import OpenPage


@pytest.mark.parametrize(("viewport", "colour_scheme"), LOOKS)
def test_the_front_page_is_accessible(
    open_page: OpenPage, axe: Callable[[Page], None], viewport: ViewportSize, colour_scheme: ColourScheme
) -> None:
    """Read on a phone or a desktop, by day or by night, without a fault and without scrolling sideways."""
    page = open_page(viewport=viewport, colour_scheme=colour_scheme)
    page.goto("/")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_the_front_page_needs_no_script(open_page: OpenPage) -> None:
    """Without JavaScript the page says the same."""
    page = open_page(javascript=False)
    page.goto("/")
    assert page.get_by_role("heading", level=1).is_visible()


def test_an_unknown_link_is_answered_with_a_page(open_page: OpenPage, axe: Callable[[Page], None]) -> None:
    """A mistyped link leads to a page that says so, not to a bare error."""
    page = open_page(statuses=frozenset({404}))
    page.goto("/s/mistyped")
    assert page.get_by_role("heading", level=1).is_visible()
    axe(page)
