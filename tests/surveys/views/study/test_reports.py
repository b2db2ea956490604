"""Reports in the browser: asked for, made beside the pages, listed, fetched again."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from surveys.exchange import pdf
from surveys.jobs import queue
from surveys.models import Patient, Study
from surveys.settings import Settings
from surveys.store.patient import erasing
from surveys.store.study import reports
from tests.support.commands import seventh_with
from tests.support.simulated import MOOD_ALONE
from tests.support.staff import Member, signed_in
from tests.support.study import changing, invite, one_table

PAGE = "/staff/S1/reports"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is kept is tried on both where it is stored."""
    return sqlite_url


@pytest.fixture
def analyst(app: Flask) -> Member:
    """The analyst of a study with a patient, who is asked one questionnaire: its report is soon made."""
    invite(app, plan=MOOD_ALONE)
    member = signed_in(app, "analyst")
    member.get(PAGE)
    return member


@pytest.fixture
def kept(app: Flask, analyst: Member) -> Member:
    """The same, where a report was made, whose files are short here."""
    with changing(app) as session:
        study = session.scalars(select(Study)).one()
        files = {"html": b"<!doctype html><title>Report</title>", "json": b"{}"}
        told = {"freeze": None, "data_sha256": "a" * 64, "software": "7"}
        reports.keep(session, study.id, files, **told, at=datetime.now(UTC), actor="staff:1")
    return analyst


def fetched(member: Member, number: int, ending: str) -> bytes:
    answer = member.send("GET", f"{PAGE}/{number}.{ending}", [])
    assert answer.status == 200
    return answer.content


def test_it_is_the_report_of_the_command(
    app: Flask, analyst: Member, settings: Settings, tmp_path: Path
) -> None:
    """Byte by byte, of now and of a freeze; both are listed with maker, source and digest of the data."""
    seventh = seventh_with(settings)
    assert seventh("freeze", "S1", "June").code == 0
    for number, (source, arguments) in enumerate((("now", ()), ("1", ("--freeze", "June"))), start=1):
        page, file = tmp_path / "report.html", tmp_path / "report.json"
        with time_machine.travel(datetime.now(UTC), tick=False):
            assert seventh("report", "S1", "--html", page, "--json", file, *arguments).code == 0
            analyst.post(PAGE, {"source": source})
        assert (analyst.status, analyst.path) == (200, PAGE)
        assert "The report is made." in analyst.page.text
        assert fetched(analyst, number, "html") == page.read_bytes()
        assert fetched(analyst, number, "json") == file.read_bytes()
    told = analyst.page.text
    digest = json.loads(fetched(analyst, 1, "json"))["data_sha256"]
    for words in (
        "analyst-everywhere-s1@example.org",
        "Freeze: June",
        "As they were then",
        f"{digest[:12]}…",
    ):
        assert words in told


def test_no_request_draws_it(app: Flask, analyst: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a job, whose page leads to the list once it is done."""
    desk = app.extensions["desk"]
    monkeypatch.setattr(desk, "wake", lambda: None)
    monkeypatch.setattr("surveys.views.web.jobs.PATIENCE", 0.0)
    analyst.post(PAGE, {"source": "now"})
    assert (analyst.status, analyst.path) == (202, "/staff/S1/jobs/1")
    assert one_table(app, "report") == []
    with changing(app) as session:
        task = queue.claim(session, "a", at=datetime.now(UTC))
        assert task is not None
        queue.finish(session, task, {"report": 1}, at=datetime.now(UTC))
    analyst.get("/staff/S1/jobs/1")
    assert analyst.page.links[PAGE] == "Reports"


def test_the_page_runs_and_loads_nothing(kept: Member) -> None:
    """Its own styles work in it, and a page that is not there keeps the strict policy."""
    answer = kept.send("GET", f"{PAGE}/1.html", [])
    policy = answer.header("Content-Security-Policy") or ""
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert answer.header("Content-Disposition") == "inline; filename=S1-report-1.html"
    missing = kept.send("GET", f"{PAGE}/2.html", [])
    assert (missing.status, "unsafe" in (missing.header("Content-Security-Policy") or "")) == (404, False)


def test_erased_answers_leave_every_report(app: Flask, kept: Member) -> None:
    """Its line stays and says so."""
    at = datetime.now(UTC)
    with changing(app) as session:
        patient = session.scalars(select(Patient)).one()
        erasing.remove(session, patient, reason="Asked", on=at.date(), at=at, actor="test")
    assert one_table(app, "report_file") == []
    assert "Gone: somebody's answers were erased since." in kept.get(PAGE).text
    for ending in ("html", "json", "pdf"):
        assert "The files of this report are gone" in kept.send("GET", f"{PAGE}/1.{ending}", []).html


def test_data_that_are_not_there_are_refused(analyst: Member) -> None:
    """An emptied freeze is none to choose."""
    analyst.post(PAGE, {"source": "1"})
    assert analyst.status == 422
    assert "#source" in analyst.page.links


def test_without_its_library_the_page_says_how_to_get_a_pdf(
    kept: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And whoever asks for one all the same is told too."""
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    monkeypatch.setattr(pdf, "is_there", lambda: False)
    kept.get(PAGE)
    assert "For a PDF, open the page and print it to a file." in kept.page.text
    assert f"{PAGE}/1.pdf" not in kept.page.links
    assert pdf.ABSENT in kept.send("GET", f"{PAGE}/1.pdf", []).html
