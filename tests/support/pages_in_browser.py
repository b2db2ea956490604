"""Fixtures of tests in a browser: the live server, Chromium, a page that fails the test for any fault."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.support.missing import missing

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, Page, ViewportSize

    from tests.support.browser import ColourScheme
    from tests.support.contexts import Contexts
    from tests.support.server import LiveServer

# Milliseconds that a page may take on a machine with much else to do; what is there sooner is not waited for.
PATIENCE = 120_000
AXE_LOOKS_AT = 4  # axe costs more than the page


@pytest.fixture(scope="session")
def listener() -> Iterator[socket.socket]:
    """The port of the live server, known before the application is made: one for all, as are its contexts."""
    from tests.support.server import free_listener

    with free_listener() as listening:
        yield listening


@pytest.fixture
def live_server(app: Flask, listener: socket.socket) -> Iterator[LiveServer]:
    """The application on a port of its own; `live_server.url` is its address."""
    from tests.support.server import LiveServer

    with LiveServer(app, listener) as server:
        yield server


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium, one per test process."""
    from playwright.sync_api import sync_playwright

    from tests.support.browser import find_chromium, launch

    executable = find_chromium()
    if executable is None:
        missing("no Chromium found; `make browser` gets one or says how")
    with sync_playwright() as playwright:
        browser = launch(playwright, executable)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def contexts(chromium: Browser) -> Contexts:
    """The contexts that tests take in turn."""
    from tests.support.contexts import Contexts

    return Contexts(chromium)


class OpenPage(Protocol):
    """How a test opens a page; `statuses` are the HTTP errors that this test expects to see.

    A `new` browser has fetched nothing before: for a test that counts what is fetched, or that changes more
    of the browser than a page of it (its clock, its network).
    """

    def __call__(
        self,
        *,
        viewport: ViewportSize = ...,
        colour_scheme: ColourScheme = ...,
        javascript: bool = ...,
        statuses: frozenset[int] = ...,
        locale: str = ...,
        forced_colours: bool = ...,
        new: bool = ...,
    ) -> Page: ...


@contextmanager
def pages_at(url: str, chromium: Browser, kept: Contexts | None = None) -> Iterator[OpenPage]:
    """Opens pages, each with cookies of its own, and in the end raises for anything that went wrong on one.

    That is: errors on the console, refusals by the Content-Security-Policy, uncaught exceptions, failed
    requests, and any request to another address. 422 is the answer to an invalid form, so it is expected.
    Paths in `page.goto()` are relative to `url`. Contexts come from those `kept`, or are new.
    """
    from tests.support.browser import PHONE, Watch

    watches: list[Watch] = []
    with ExitStack() as contexts:

        def open_page(
            *,
            viewport: ViewportSize = PHONE,
            colour_scheme: ColourScheme = "light",
            javascript: bool = True,
            statuses: frozenset[int] = frozenset({422}),
            locale: str = "en-GB",
            forced_colours: bool = False,
            new: bool = False,
        ) -> Page:
            if kept is None or new:
                context = chromium.new_context(
                    base_url=url, locale=locale, java_script_enabled=javascript, reduced_motion="reduce"
                )
                contexts.callback(context.close)
            else:
                context = contexts.enter_context(kept.one(url, locale=locale, javascript=javascript))
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            page.set_viewport_size(viewport)
            page.emulate_media(
                color_scheme=colour_scheme, forced_colors="active" if forced_colours else "none"
            )
            watches.append(Watch(page, url, statuses))
            return page

        yield open_page
    problems = [problem for watch in watches for problem in watch.problems]
    assert not problems, "\n".join(["the browser reported:", *problems])


@pytest.fixture
def open_page(chromium: Browser, contexts: Contexts, live_server: LiveServer) -> Iterator[OpenPage]:
    """Opens pages of the live server, as `pages_at` does."""
    with pages_at(live_server.url, chromium, contexts) as opener:
        yield opener


@pytest.fixture
def axe(request: pytest.FixtureRequest) -> Callable[[Page], None]:
    """Checks a page against WCAG 2.2 AA with axe-core; a patient's page by what is read out too.

    Of a test that looks at many pages the suite checks the first and about one in `AXE_LOOKS_AT` others.
    """
    from tests.support.browser import accessibility_faults
    from tests.support.sample import taken
    from tests.support.spoken import unspoken

    looks = itertools.count()

    def axe(page: Page) -> None:
        look = next(looks)
        if look and not taken(f"{request.node.nodeid} {look}", AXE_LOOKS_AT):
            return
        faults = accessibility_faults(page)
        assert not faults, "\n".join([f"axe-core on {page.url}:", *faults])
        if page.locator("link[href*='/patient.']").count():
            assert not (faults := unspoken(page)), "\n".join([f"read out on {page.url}:", *faults])

    return axe
