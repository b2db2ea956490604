"""Draws the pictures in docs/images, by hand: python -m tests.support.screenshots"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from app import create_app
from surveys.settings import ROOT, Settings
from surveys.simulate import demo
from tests.support.browser import PHONE, find_chromium, launch
from tests.support.patient import Patient, over_http
from tests.support.server import LiveServer, free_listener, url_of
from tests.support.staff import PASSWORD, employ
from tests.support.study import FACE, changing, invite, library

IMAGES = ROOT / "docs" / "images"
DESK = ViewportSize(width=1280, height=1110)
LONGEST_DRAWING = 120_000  # milliseconds that all boards of the demonstration study may take


def main() -> None:
    """Draw the patient's pages on a phone and the staff's on a desk, in light colours."""
    executable = find_chromium()
    if executable is None:
        raise SystemExit("No Chromium found; `make browser` gets one or says how.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright, executable)
        for draw in (of_patient, of_staff):
            with _served() as (app, server):
                draw(browser, app, server)
        browser.close()


def of_patient(browser: Browser, app: Flask, server: LiveServer) -> None:
    """Draw item.png and review.png."""
    invited = invite(app, title="Facial palsy registry")
    patient = Patient(over_http(server.url))
    patient.open(invited.token)
    patient.next()
    patient.fill(FACE)
    page = browser.new_page(base_url=server.url, viewport=PHONE, color_scheme="light", device_scale_factor=2)
    page.goto(invited.path)
    page.get_by_label("Year of birth").fill("1970")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("heading", name="Check your answers").wait_for()
    page.screenshot(path=IMAGES / "review.png")
    page.goto(f"/visit/{invited.visit_id}/face/5")
    page.screenshot(path=IMAGES / "item.png")


def of_staff(browser: Browser, app: Flask, server: LiveServer) -> None:
    """Draw today.png and dashboard.png of the demonstration study."""
    with changing(app) as session:
        demo.create(session, library(app), app.extensions["seals"], at=datetime.now(UTC), actor="test")
    email = "coordinator@example.org"
    employ(app, email, "coordinator", study=demo.CODE)
    page = browser.new_page(base_url=server.url, viewport=DESK, color_scheme="light")
    page.goto(f"/staff/{demo.CODE}/clinic")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", level=1).wait_for()
    page.screenshot(path=IMAGES / "today.png")
    page.goto(f"/staff/{demo.CODE}/dashboard")
    page.wait_for_selector("html[data-charts=drawn] .app-figure__chart", timeout=LONGEST_DRAWING)
    page.wait_for_timeout(1000)  # the last chart is drawn after it is said
    page.screenshot(path=IMAGES / "dashboard.png")


@contextmanager
def _served() -> Iterator[tuple[Flask, LiveServer]]:
    """A new application with an empty database, and its server."""
    with tempfile.TemporaryDirectory() as folder, free_listener() as listener:
        database = f"sqlite:///{Path(folder) / 'seventh.db'}"
        settings = Settings(database_url=database, secret_key="picture " * 8, public_url=url_of(listener))
        app = create_app(settings)
        with LiveServer(app, listener) as server:
            yield app, server


if __name__ == "__main__":
    main()
