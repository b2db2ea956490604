"""Contexts of a browser that outlive a test: a new one starts a process, which costs more than most pages.

Each test finds the one that it takes as if it were new: without cookies, anything kept, or a page of before.
What a page's window shows (size, colours) is said of the page, so that few contexts are needed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page


@dataclass(frozen=True)
class _Kept:
    """A context, and a page in it that nobody sees: it keeps the process for our pages alive."""

    context: BrowserContext
    unseen: Page


class Contexts:
    """Those of one browser, by what a context says once and for all."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: defaultdict[tuple[str, str, bool], list[_Kept]] = defaultdict(list)

    @contextmanager
    def one(self, url: str, *, locale: str, javascript: bool) -> Iterator[BrowserContext]:
        """One that nobody else has meanwhile; afterwards its pages are closed, and what it kept is gone."""
        free = self._free[url, locale, javascript]
        kept = free.pop() if free else self._new(url, locale, javascript)
        yield kept.context
        for page in kept.context.pages:
            if page is not kept.unseen:
                page.close()
        kept.context.clear_cookies()
        session = kept.context.new_cdp_session(kept.unseen)
        session.send("Storage.clearDataForOrigin", {"origin": url, "storageTypes": "all"})
        session.send("Network.clearBrowserCache")
        session.detach()
        free.append(kept)

    def _new(self, url: str, locale: str, javascript: bool) -> _Kept:
        context = self._browser.new_context(
            base_url=url, locale=locale, java_script_enabled=javascript, reduced_motion="reduce"
        )
        unseen = context.new_page()
        unseen.goto("/robots.txt")
        return _Kept(context, unseen)
