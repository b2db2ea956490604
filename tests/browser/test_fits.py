"""Every option of an item is on the first screen of a telephone, with its question and the way on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize

from surveys.instruments.definition import Instrument
from surveys.views.form.item_page import Around, ItemPage, render
from tests.support.pages_in_browser import OpenPage
from tests.support.study import library

TELEPHONE = ViewportSize(width=360, height=640)
SIZES = {
    "320": ViewportSize(width=320, height=568),
    "360": TELEPHONE,
    "390": ViewportSize(width=390, height=844),
    "1280": ViewportSize(width=1280, height=1024),
}
INTERFACES = ("en", "de", "ar")
SAMPLED = 2  # of each instrument

MEASURES = """() => {
  const box = (found) => found.getBoundingClientRect();
  const rows = [...document.querySelectorAll(".govuk-radios__item")].map(box);
  const next = box(document.querySelector(".app-go button"));
  return {
    question: box(document.querySelector("legend")).top,
    last: Math.max(...rows.map((row) => row.bottom)),
    widths: rows.map((row) => row.width),
    lowest: Math.min(...rows.map((row) => row.height)),
    next: next.top,
    end: next.bottom,
    wide: document.documentElement.scrollWidth - window.innerWidth,
    header: box(document.querySelector(".app-header__row")).height,
  };
}"""


@dataclass(frozen=True)
class Asked:
    """An item of an instrument, as the first that a patient sees of its section or as a later one."""

    instrument: Instrument
    number: int
    interface: str

    @property
    def locale(self) -> str:
        """The language of the words: the page's where they are there, otherwise English."""
        return self.interface if self.interface in self.instrument.locales else "en"

    def page(self, app: Flask) -> str:
        """The page, at the worst place: in a study that is simulated, of a long name, with several parts."""
        items = self.instrument.items
        item = items[self.number]
        cookie = {"Cookie": f"language={self.interface}"}
        with app.test_request_context("/visit/1", headers=cookie):
            around = Around.here("Registry of facial palsy of the university hospitals", True, False)
            page = ItemPage(
                around=around,
                instrument=self.instrument,
                key=item.key,
                locale=self.locale,
                number=self.number + 1,
                total=len(items),
                part=2,
                parts=6,
                again=any(one.section == item.section for one in items[: self.number]),
            )
            return render(page, 1, "token")


def asked(app: Flask, sampled: int | None = None) -> Iterator[Asked]:
    """Every item with choices that we ship, on pages of each language; or, by seed, some of each."""
    chance = random.Random(16)
    for one in library(app):
        if "en" not in one.wording.texts or one.answered_by != "patient":
            continue
        numbers = [number for number, item in enumerate(one.items) if item.kind == "choice"]
        for interface in INTERFACES:
            some = (
                numbers
                if sampled is None
                else [numbers[0], *chance.sample(numbers, min(sampled, len(numbers)))]
            )
            for number in dict.fromkeys(some):
                yield Asked(one, number, interface)


def ready(open_page: OpenPage, viewport: ViewportSize) -> Page:
    """A page without scripts that has the styles of each direction at hand: a measure waits for none."""
    page = open_page(viewport=viewport, javascript=False)
    for interface in INTERFACES:
        page.goto("/")
        page.context.add_cookies([{"name": "language", "value": interface, "url": page.url}])
        page.reload()
    return page


def measured(page: Page, html: str) -> dict[str, Any]:
    page.set_content(html)
    found: dict[str, Any] = page.evaluate(MEASURES)
    return found


def faults(found: dict[str, Any], height: int, *, whole: bool) -> list[str]:
    """What is wrong with a page on a screen of that height; `whole`: all must be seen without scrolling."""
    wrong = {
        "the question begins above": found["question"] < 0,
        "the way on is out of sight": found["end"] > height,
        "an option is under the way on": whole and found["last"] > found["next"],
        "rows differ in width": max(found["widths"]) - min(found["widths"]) > 1,
        "a row is hard to hit": found["lowest"] < 44,
        "something is wider than the window": found["wide"] > 0,
        "the header takes two lines": found["header"] > 48,
    }
    return [words for words, is_so in wrong.items() if is_so]


def test_some_items_fit_a_telephone(app: Flask, open_page: OpenPage) -> None:
    """The first item of each instrument, with its whole instruction, and a few others, in each language."""
    page = ready(open_page, TELEPHONE)
    wrong = {
        (one.instrument.key, one.number + 1, one.interface): found
        for one in asked(app, SAMPLED)
        if (found := faults(measured(page, one.page(app)), TELEPHONE["height"], whole=True))
    }
    assert wrong == {}


@pytest.mark.long
@pytest.mark.parametrize("size", SIZES)
def test_every_item_fits(app: Flask, open_page: OpenPage, size: str) -> None:
    """In each language and on every screen; on one of 568 px the way on is in sight, and one may scroll."""
    viewport = SIZES[size]
    page = ready(open_page, viewport)
    wrong = {
        (one.instrument.key, one.number + 1, one.interface): found
        for one in asked(app)
        if (found := faults(measured(page, one.page(app)), viewport["height"], whole=size != "320"))
    }
    assert wrong == {}
