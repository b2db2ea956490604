"""By whose leave each questionnaire was asked, and in whose words, as the codebook tells it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.models import Permission, Study
from tests.support.simulated import populate
from tests.support.study import changing, library
from tests.surveys.exchange.tidy.test_package import export, rows


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is read of the database is the same on both."""
    return sqlite_url


def allow(app: Flask, instrument: str, wording: str, holder: str, version: str = "") -> None:
    """A permission for that version of the instrument, or for its present one."""
    with changing(app) as session:
        given = Permission(instrument=instrument, version=version or library(app).get(instrument).version)
        given.wording, given.study_id = wording, session.scalars(select(Study.id)).one()
        given.holder, given.reference, given.publication = holder, "Letter", "None"
        given.recorded_by, given.recorded_at = "test", datetime.now(UTC)
        session.add(given)


def test_the_codebook_says_by_whose_leave_and_in_whose_words(app: Flask, tmp_path: Path) -> None:
    """Verbatim words stand there; a working wording is marked; the missing rule is told with its source."""
    populate(app, 30)
    allow(app, "phq9", "another-wording", "Somebody else")
    allow(app, "phq9", "original", "Pfizer")
    allow(app, "phq9", "original", "A later version's", version="later")
    files = export(app, tmp_path / "s1.zip")
    book = {(line["file"], line["column"]): line for line in rows(files, "codebook.csv")}
    phq9 = book["answers_phq9.csv", "phq9_q9"]
    assert phq9["wording_status"] == "verbatim"
    assert phq9["values"].startswith("0=Not at all;1=")
    assert book["answers_face.csv", "face_q1"]["wording_status"] == "working"
    total = book["scores.csv", "phq9.total"]
    assert (total["lowest"], total["highest"], total["direction"]) == ("0.0", "27.0", "higher_worse")
    assert "Source:" in total["missing_rule"]
    told = {one["key"]: one for one in json.loads(files["codebook.json"])["instruments"]}
    assert told["phq9"]["scales"][0]["missing"]["allowed"] == 2
    assert (told["phq9"]["permission"]["holder"], told["face"]["permission"]) == ("Pfizer", None)
    assert "Do not pool" in files["README.md"].decode()
