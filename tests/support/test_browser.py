"""The watch that browser tests keep on their pages: it must see what it is there to see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser, Page

from tests.support.browser import Watch, accessibility_faults
from tests.support.contexts import Contexts
from tests.support.server import LiveServer, free_listener

POLICY = "default-src 'self'"
HEAD = "<!doctype html><html lang=en><head><title>A page</title><link rel=icon href=/icon.svg></head>"


@pytest.fixture
def site() -> Iterator[LiveServer]:
    """A few pages, good and bad, under a strict Content-Security-Policy."""
    site = Flask(__name__)

    pages = {
        "good": f"{HEAD}<body><main><h1>Good</h1><a href=/page/missing>a link</a></main>",
        "style": f"{HEAD}<body><main><h1 style='color: red'>Inline style</h1></main>",
        "script": f"{HEAD}<body><main><h1>Inline script</h1><script>1</script></main>",
        "foreign": f"{HEAD}<body><main><h1>Foreign</h1><img alt='' src='http://elsewhere.test/a.png'></main>",
        "throws": f"{HEAD}<body><main><h1>Throws</h1><script src=/throws.js></script></main>",
        "faint": f"{HEAD}<body><main><h1>No label</h1><input></main>",
    }

    @site.get("/page/<name>")
    def page(name: str) -> Response:
        found = name in pages
        body = pages[name] if found else f"{HEAD}<body><main><h1>Nothing here</h1></main>"
        return Response(body, 200 if found else 404, {"Content-Security-Policy": POLICY})

    @site.get("/throws.js")
    def throws() -> Response:
        return Response("throw new Error('broken')", mimetype="text/javascript")

    @site.get("/icon.svg")
    def icon() -> Response:
        return Response("<svg xmlns='http://www.w3.org/2000/svg'/>", mimetype="image/svg+xml")

    with free_listener() as listener, LiveServer(site, listener) as server:
        yield server


@pytest.fixture
def watched(chromium: Browser, site: LiveServer) -> Iterator[tuple[Page, Watch]]:
    page = chromium.new_page(base_url=site.url)
    yield page, Watch(page, site.url, frozenset({422}))
    page.close()


@pytest.mark.browser
def test_a_good_page_gives_no_problem(watched: tuple[Page, Watch]) -> None:
    """Silence means that nothing was wrong."""
    page, watch = watched
    page.goto("/page/good")
    assert watch.problems == []
    assert accessibility_faults(page) == []


@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("style", "console: .*style.*Content Security Policy"),
        ("script", "console: .*script.*Content Security Policy"),
        ("foreign", "foreign: GET http://elsewhere.test/a.png|console: .*Content Security Policy"),
        ("throws", "uncaught: .*broken"),
        ("missing", "status 404: GET .*/page/missing"),
    ],
)
def test_what_goes_wrong_is_told(watched: tuple[Page, Watch], name: str, problem: str) -> None:
    """Each kind of fault is among the page's problems."""
    page, watch = watched
    page.goto(f"/page/{name}")
    assert any(re.match(problem, told) for told in watch.problems), watch.problems


@pytest.mark.browser
def test_an_accessibility_fault_is_told(watched: tuple[Page, Watch]) -> None:
    """A field without a label is a violation, named with its element."""
    page, _ = watched
    page.goto("/page/faint")
    assert any(fault.startswith("label (critical): <input>") for fault in accessibility_faults(page))


@pytest.mark.browser
def test_a_context_of_before_is_as_new(contexts: Contexts, site: LiveServer) -> None:
    """Nothing of the test before is in it, and whoever has it has it alone."""
    german = partial(contexts.one, site.url, locale="de-DE", javascript=True)
    with german() as first, german() as second:
        assert first is not second
        page = first.new_page()
        page.goto("/page/good")
        page.evaluate("document.cookie = 'who=me'; localStorage.setItem('who', 'me')")
    with german() as again:
        assert again in (first, second)
        with german() as other:
            assert {again, other} == {first, second}
            for context in (again, other):
                page = context.new_page()
                page.goto("/page/good")
                assert page.evaluate("[document.cookie, localStorage.length, navigator.language]") == [
                    "",
                    0,
                    "de-DE",
                ]
                assert len(context.pages) == 2
    with contexts.one(site.url, locale="de-DE", javascript=False) as silent:
        assert silent not in (first, second)
