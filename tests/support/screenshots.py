"""Draws the pictures of the patient's pages in docs/images, by hand: python -m tests.support.screenshots"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from app import create_app
from surveys.settings import ROOT, Settings
from tests.support.browser import PHONE, find_chromium, launch
from tests.support.patient import Patient, over_http
from tests.support.server import LiveServer, free_listener, url_of
from tests.support.study import FACE, invite

IMAGES = ROOT / "docs" / "images"


def main() -> None:
    """Draw item.png and review.png on a phone in light colours."""
    executable = find_chromium()
    if executable is None:
        raise SystemExit("No Chromium found; `make browser` gets one or says how.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, free_listener() as listener:
        database = f"sqlite:///{Path(folder) / 'seventh.db'}"
        app = create_app(
            Settings(database_url=database, secret_key="picture " * 8, public_url=url_of(listener))
        )
        invited = invite(app, title="Facial palsy registry")
        with LiveServer(app, listener) as server, sync_playwright() as playwright:
            patient = Patient(over_http(server.url))
            patient.open(invited.token)
            patient.next()
            patient.fill(FACE)
            browser = launch(playwright, executable)
            page = browser.new_page(
                base_url=server.url, viewport=PHONE, color_scheme="light", device_scale_factor=2
            )
            page.goto(invited.path)
            page.get_by_label("Year of birth").fill("1970")
            page.get_by_role("button", name="Next").click()
            page.get_by_role("heading", name="Check your answers").wait_for()
            page.screenshot(path=IMAGES / "review.png")
            page.goto(f"/visit/{invited.visit_id}/face/5")
            page.screenshot(path=IMAGES / "item.png")
            browser.close()


if __name__ == "__main__":
    main()
