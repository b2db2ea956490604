"""A real Chromium for the tests, and pages that report their faults.

It knows no page of ours: each test says where to go and what to expect.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    Response,
    ViewportSize,
)

# The shell is Chromium without what only a window needs: the same pages cost a third of the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

# Our pages only: without these Chromium looks for updates and its makers' services at every start, and a page
# could reach another machine by its name.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--no-first-run",
    # The pages of a context share a process, which tests/support/contexts.py keeps.
    "--process-per-site",
    # One process less that a page waits for; there is no card to protect.
    "--in-process-gpu",
)

PHONE = ViewportSize(width=360, height=780)
DESKTOP = ViewportSize(width=1280, height=900)

ColourScheme = Literal["light", "dark"]

# Layout and colours do not depend on each other: two looks show both of each.
LOOKS = (
    pytest.param(PHONE, "dark", id="dark phone"),
    pytest.param(DESKTOP, "light", id="light desktop"),
)


def looks(in_suite: str) -> list[Any]:
    """Both of `LOOKS` for pages: the suite takes one, the proofs take both.

    Neighbouring tests take turns, so that pages of staff and of patients are seen in both looks.
    """
    long = pytest.mark.long
    return [
        look if look.id == in_suite else pytest.param(*look.values, id=look.id, marks=long) for look in LOOKS
    ]


# WCAG 2.2 AA; axe's "best practices" are opinions beyond it.
AXE_RULES = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
}


def find_chromium() -> str | None:
    """The path of a Chromium: `CHROMIUM`, the PATH, a Mac's applications, Playwright's own; or None."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    on_path = next((found for name in NAMES if (found := shutil.which(name))), None)
    return on_path or next((app for app in MAC_APPS if Path(app).exists()), None) or _playwrights_own()


def _playwrights_own() -> str | None:
    """The Chromium that `playwright install` fetched; the newest of several."""
    stores = [Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright"]
    names = ["chrome-linux*/chrome", "chrome-mac*/*.app/Contents/MacOS/*"]
    found = [str(path) for store in stores for name in names for path in store.glob(f"chromium-*/{name}")]
    return max(found, default=None)


def launch(playwright: Playwright, executable: str) -> Browser:
    """A headless browser; for root it runs without the sandbox."""
    root = ["--no-sandbox"] if os.getuid() == 0 else []
    return playwright.chromium.launch(executable_path=executable, args=[*FLAGS, *root])


class Watch:
    """Everything that goes wrong on a page: errors on the console (refusals by the Content-Security-Policy
    are among them), uncaught exceptions, requests that fail, and requests to any other address.

    It only listens: whoever takes requests in hand keeps Chromium from remembering scripts and styles.
    """

    def __init__(self, page: Page, home: str, statuses: frozenset[int]) -> None:
        self.problems: list[str] = []
        self._home = home.rstrip("/") + "/"
        self._statuses = statuses
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._response)
        page.on("request", self._request)

    def _ours(self, url: str) -> bool:
        return url.startswith((self._home, "data:", "blob:", "about:"))

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium repeats the status of each response as a console error; _response judges those.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.problems.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        # Leaving a page aborts what it was still loading.
        if request.failure != "net::ERR_ABORTED" and self._ours(request.url):
            self.problems.append(f"failed: {request.method} {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._statuses:
            self.problems.append(f"status {response.status}: {response.request.method} {response.url}")

    def _request(self, request: Request) -> None:
        if not self._ours(request.url):
            self.problems.append(f"foreign: {request.method} {request.url}")


def accessibility_faults(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA on `page` as it stands; one line per element."""
    page.wait_for_load_state()  # before its style is loaded, every page has faults
    if not page.evaluate("'axe' in window"):  # another state of a page that was checked
        page.evaluate(AXE_SCRIPT)
    # Of all that axe tells only this is read: to hand over the rest costs a fifth of its time.
    violations: list[dict[str, Any]] = page.evaluate(
        "async rules => (await axe.run(rules)).violations", AXE_RULES
    )
    return [
        f"{violation['id']} ({violation['impact']}): {node['html']} — {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
    ]


def follow_in_menu(page: Page, link: str) -> None:
    """Follow `link` of the staff's menu, which a telephone shows when asked."""
    if page.get_by_role("button", name="Menu").is_visible():
        page.get_by_role("button", name="Menu").click()
    page.get_by_role("navigation", name="Menu").get_by_role("link", name=link, exact=True).click()
