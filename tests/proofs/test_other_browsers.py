"""One whole visit in Firefox and in WebKit, as the system's packages bring them; the suite walks Chromium."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.support.driven import Driven, driven, found
from tests.support.missing import missing
from tests.support.server import LiveServer
from tests.support.study import FACE, PHQ9, SAQ, ask_consent, invite

PATIENCE = 30  # seconds for one page
MOST = 60  # pages; a visit has fewer
QUESTIONS = len((*FACE, *PHQ9, *SAQ))
# What each page must have, whatever it is about.
STATE = """
const main = document.querySelector("main");
const wide = document.documentElement.scrollWidth - window.innerWidth;
return {
  ready: document.readyState,
  place: location.pathname + "|" + document.title + "|" + main.innerText.slice(0, 400),
  title: document.title,
  headings: document.querySelectorAll("h1").length,
  wide: wide,
  language: document.documentElement.lang,
  radios: document.querySelectorAll("main input[type=radio]").length,
  chosen: document.querySelectorAll("main input[type=radio]:checked").length,
  forms: document.querySelectorAll("main form[method=post]").length,
  styled: getComputedStyle(main).fontFamily !== "" && document.styleSheets.length > 0,
};
"""


@pytest.fixture
def browser(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    name = str(request.param)
    if found(name) is None:
        missing(f"no {name} here: apt install firefox-esr webkit2gtk-driver xvfb")
    with driven(name, tmp_path) as made:
        yield made


@pytest.mark.parametrize("browser", ["firefox", "webkit"], indirect=True)
def test_a_whole_visit(app: Flask, live_server: LiveServer, browser: Driven) -> None:
    """Introduction to thanks: one heading each, nothing wider than the window, every question read out."""
    invited = invite(app)
    ask_consent(app)
    browser.size(420, 900)
    browser.go(f"{live_server.url}{invited.path}")
    seen, wrong = [], []
    page = browser.run(STATE)
    for _ in range(MOST):
        seen.append(page["title"])
        if page["headings"] != 1 or page["wide"] > 0 or page["language"] != "en" or not page["styled"]:
            wrong.append(page)
        if not page["forms"]:
            break
        if page["radios"]:
            _is_read_out(browser)
        if page["radios"] and not page["chosen"]:
            browser.press("main input[type=radio]")
        browser.press("main form[method=post] button[type=submit]")
        page = _another(browser, page["place"])
    assert wrong == []
    assert page["title"].startswith("Thank you")
    assert sum("question" in title for title in seen) == QUESTIONS


def _is_read_out(browser: Driven) -> None:
    """A group that is named by its question, of radio buttons that are named by their words."""
    role, name = browser.spoken("main fieldset")
    assert role in {"group", "radiogroup"}
    assert browser.run("return document.querySelector('h1').innerText.trim()") in name
    role, name = browser.spoken("main input[type=radio]")
    assert role == "radio"
    assert name == browser.run("return document.querySelector('main .govuk-radios__label').innerText.trim()")


def _another(browser: Driven, place: str) -> dict[str, Any]:
    """The page that comes after a press, once it stands; scripts draw it without leaving the one before."""
    end, before = time.monotonic() + PATIENCE, None
    while (page := browser.run(STATE)) != before or page["place"] == place:
        assert time.monotonic() < end, f"nothing came after {place[:200]}"
        before = page
        time.sleep(0.1)
    return dict(page)
