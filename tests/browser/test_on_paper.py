"""What staff print: a patient's page, and the report as a file."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import ViewportSize, expect
from sqlalchemy import func, select

from surveys.exchange import reporting
from surveys.models import Contact, Patient, Response, Study, Visit
from surveys.settings import Settings
from tests.support.pages_in_browser import OpenPage
from tests.support.server import url_of
from tests.support.simulated import populate
from tests.support.staff import PASSWORD, employ
from tests.support.study import changing, library

EMAIL = "coordinator@example.org"
# A4 and Letter within their margins, 96 pixels to the inch.
SHEETS = {"A4": ViewportSize(width=703, height=1031), "Letter": ViewportSize(width=725, height=965)}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What somebody may do, and what on paper stands in a row instead.
ACTIONS = "button, form, summary, nav, .govuk-summary-list__actions, .govuk-summary-card"
OFF_THE_PAPER = """[...document.querySelectorAll('svg')].flatMap(svg => {
    const frame = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('*')].map(mark => [mark, mark.getBoundingClientRect()])
        .filter(([, box]) => box.left < Math.max(frame.left, 0) - 1 || box.right > frame.right + 1
            || box.top < frame.top - 1 || box.bottom > frame.bottom + 1 || frame.width < 150
            || box.right > document.documentElement.clientWidth)
        .map(([mark]) => mark.outerHTML)})"""


@pytest.fixture(scope="module")
def app(
    _migrated_sqlite: Path,
    _application_of: Callable[[Settings], Flask],
    listener: socket.socket,
    tmp_path_factory: pytest.TempPathFactory,
) -> Flask:
    """A study that these tests only read."""
    path = tmp_path_factory.mktemp("paper") / "seventh.db"
    shutil.copyfile(_migrated_sqlite, path)
    made = _application_of(Settings(f"sqlite:///{path}", "test " * 10, public_url=url_of(listener)))
    populate(made, 40, visits=5)
    employ(made, EMAIL, "coordinator")
    return made


def test_a_patient_prints_on_two_pages(app: Flask, open_page: OpenPage) -> None:
    """The name first, each visit in a row, nothing to press; A4 and Letter."""
    with changing(app) as session:
        answers = select(func.count()).where(Visit.patient_id == Patient.id, Visit.id == Response.visit_id)
        most = session.scalars(select(Patient).order_by(answers.scalar_subquery().desc(), Patient.id)).first()
        assert most is not None
        most.contact = Contact(name="Anna Abel", born_on=datetime(1970, 3, 1, tzinfo=UTC).date())
        code = most.code
        titles = session.scalars(select(Visit.name).where(Visit.patient_id == most.id)).all()
    page = open_page()
    page.goto("/staff/")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"/staff/S1/patients/{code}")
    page.emulate_media(media="print")
    for sheet, size in SHEETS.items():
        page.set_viewport_size(size)
        assert page.evaluate(SIDEWAYS) <= 0
        assert page.locator(ACTIONS).locator("visible=true").count() == 0
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=sheet))) <= 2
    expect(page.get_by_role("heading", level=1)).to_contain_text("Anna Abel, born 1 Mar 1970")
    visits = page.get_by_role("table", name="Visits").locator("tbody tr")
    assert visits.count() == len(titles)


@pytest.mark.long
def test_the_report_on_paper_has_every_visit(app: Flask, open_page: OpenPage) -> None:
    """No drawing is cut or lies off the paper; the course goes to the last visit that was answered."""
    with changing(app) as session:
        study = session.scalars(select(Study)).one()
        basis = reporting.as_now(session, study, library(app), at=datetime.now(UTC))
    report = reporting.as_page(basis, reporting.computed(basis))
    page = open_page()
    page.set_content(report)
    page.emulate_media(media="print")
    for width in (680, 703):  # of A4 and of Letter, within the margins of the page's own style
        page.set_viewport_size(ViewportSize(width=width, height=1000))
        assert page.evaluate(SIDEWAYS) <= 0
        assert page.evaluate(OFF_THE_PAPER) == []
    visits = basis.frames.visits
    answered = set(visits.loc[visits["visit_id"].isin(basis.frames.responses["visit_id"]), "visit"])
    assert len(answered) == 5
    for key in ("attendance", "flow"):
        labels = page.locator(f"#{key} svg text").all_text_contents()
        assert answered <= {label.partition(",")[0] for label in labels}
        last = page.locator(f"#{key} tbody tr").last
        expect(last).to_contain_text("month_24")
        expect(last).to_be_visible()
