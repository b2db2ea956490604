"""Import in a browser: the file, the plan with its doubts, the result."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask
from playwright.sync_api import FilePayload, Page, expect

from surveys.schedule import preset
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from tests.browser.test_patient import SMALL, no_sideways_scroll
from tests.support import tables
from tests.support.pages_in_browser import OpenPage
from tests.support.staff import PASSWORD, employ
from tests.support.study import changing, library


def test_three_steps_without_a_fault(app: Flask, open_page: OpenPage, axe: Callable[[Page], None]) -> None:
    """Nothing that axe finds, nothing wider than a telephone; a refusal is told at once."""
    with changing(app) as session:
        studies.create(
            session, NewStudy("S1"), preset("registry"), library(app), at=datetime.now(UTC), actor="test"
        )
        session.commit()
    employ(app, "c@example.org", "coordinator")
    page = open_page(viewport=SMALL, statuses=frozenset({422}))
    page.goto("/login")
    page.get_by_label("E-mail address").fill("c@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/staff/S1/imports")
    axe(page)
    file = FilePayload(name="q.csv", mimeType="text/csv", buffer=tables.qualtrics())
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look at the plan")
    axe(page)
    no_sideways_scroll(page)
    page.get_by_role("button", name="Bring it in").click()
    expect(page.get_by_role("alert")).to_contain_text("is a proposal")
    axe(page)
    page.get_by_label("PHQ-9: items and values are right").check()
    page.get_by_role("button", name="Bring it in").click()
    page.get_by_role("link", name="What came in, and what was left out").click()
    expect(page.get_by_text("1 row left out: Status is 1.")).to_be_visible()
    axe(page)
    no_sideways_scroll(page)
