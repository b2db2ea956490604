"""`seventh report`."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from analysis.report import as_json
from surveys.models import Freeze
from surveys.store.accounts import staff
from surveys.store.study import signatures
from tests.support.commands import Seventh
from tests.support.simulated import MOOD_ALONE, populate
from tests.support.study import changing


def test_a_report_is_one_json_object(app: Flask, seventh: Seventh, tmp_path: Path) -> None:
    """On standard output or in a file, the same; no NaN anywhere."""
    populate(app, 20, visits=2, study="try", plan=MOOD_ALONE)
    ran = seventh("report", "try")
    assert ran.code == 0, ran.err
    report = json.loads(ran.out, parse_constant=pytest.fail)
    assert {"study", "generated_at", "software", "descriptives", "correlations"} <= report.keys()
    file = tmp_path / "report.json"
    assert seventh("report", "try", "--json", file).out == ""
    again = json.loads(file.read_text(encoding="utf-8"))
    assert again["descriptives"] == report["descriptives"]


def test_a_study_without_answers_has_a_report(seventh: Seventh) -> None:
    """Nothing to estimate is no fault."""
    seventh("study", "create", "empty")
    ran = seventh("report", "empty")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["descriptives"] == []


def test_a_report_is_a_page_that_needs_nothing_else(app: Flask, seventh: Seventh, tmp_path: Path) -> None:
    """No script and no other address: answers, drawings, tables, methods and the checklist are all in it."""
    populate(app, 12, visits=2, study="try", plan=MOOD_ALONE)
    page, file = tmp_path / "report.html", tmp_path / "report.json"
    ran = seventh("report", "try", "--html", page, "--json", file)
    assert (ran.code, ran.out) == (0, "")
    html = page.read_text(encoding="utf-8")
    assert not re.search(r"<script|<link|<img|<iframe|src=|url\(|@import|https?://", html)
    assert set(re.findall(r'href="(.)', html)) == {"#"}
    for anchor in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{anchor}"' in html
    for part in (
        "In short",
        "<svg",
        "<table",
        "Methods",
        "CONSORT-PRO",
        "Simulated data",
        "do not show cause",
    ):
        assert part in html
    assert json.loads(file.read_text(encoding="utf-8"))["methods"] in unescape(html)


def test_a_page_of_an_empty_study(seventh: Seventh, tmp_path: Path) -> None:
    seventh("study", "create", "empty")
    page = tmp_path / "report.html"
    assert seventh("report", "empty", "--html", page).code == 0
    assert "There is no score yet" in page.read_text(encoding="utf-8")


def test_what_is_no_number_is_never_written() -> None:
    """NaN is not JSON: better an error than a file that other programs cannot read."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_json({"estimate": float("nan")})


def test_a_report_on_frozen_data_gives_the_same_bytes(app: Flask, seventh: Seventh) -> None:
    """Whatever was stored since; a name that is not there is said."""
    populate(app, 20, visits=1, study="try", plan=MOOD_ALONE)
    ran = seventh("freeze", "try", "Report 2026")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Report 2026: 20 patients, ")
    first = seventh("report", "try", "--freeze", "Report 2026")
    seventh("simulate", "try", "--patients", 5, "--seed", 9)
    assert seventh("report", "try", "--freeze", "Report 2026").out == first.out
    assert json.loads(first.out)["patients"] == 20
    ran = seventh("report", "try", "--freeze", "Other")
    assert (ran.code, ran.err) == (1, "There is no freeze “Other” of this study.\n")


def test_a_report_on_a_freeze_says_who_signed_it(app: Flask, seventh: Seventh, tmp_path: Path) -> None:
    """By name, as the page of freezes does; other reports have no signatures."""
    seventh("study", "create", "try")
    assert seventh("freeze", "try", "June").code == 0
    at = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
    with changing(app) as session:
        ann = staff.add(
            session, "ann@example.org", "correct horse battery", name="Ann <A>", at=at, actor="test"
        )
        kept = session.scalars(select(Freeze)).one()
        signatures.sign_freeze(session, kept, "approved", ann, role="investigator", at=at)
    page = tmp_path / "report.html"
    assert seventh("report", "try", "--freeze", "June", "--html", page).code == 0
    [signed] = json.loads(seventh("report", "try", "--freeze", "June").out)["signatures"]
    assert signed | {"digest": ""} == {
        "meaning": "approved",
        "name": "Ann <A>",
        "role": "investigator",
        "signed_at": "2026-06-01T12:30:00+00:00",
        "digest": "",
        "covers": True,
    }
    told = page.read_text("utf-8")
    assert "Ann &lt;A&gt; (investigator), 2026-06-01 12:30 UTC: approved. Holds." in told
    assert signed["digest"] in told
    assert json.loads(seventh("report", "try").out)["signatures"] == []
