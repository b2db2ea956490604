"""Of whom a package tells: of one site alone where asked, and of who left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select, update

from surveys.db import db
from surveys.models import Patient, Visit
from tests.support.study import changing, invite
from tests.surveys.exchange.tidy.test_package import export, rows


def test_only_the_site_asked_for(app: Flask, tmp_path: Path) -> None:
    """A member limited to a site gets its patients alone."""
    for code in ("P1", "P2"):
        invite(app, code)
    with changing(app) as session:
        session.execute(update(Patient).where(Patient.code == "P1").values(site="North"))
    files = export(app, tmp_path / "north.zip", site="North")
    for name in ("patients.csv", "visits.csv", "attendance.csv"):
        assert {line["patient"] for line in rows(files, name)} == {"P1"}
    assert "Only patients of the site North" in files["README.md"].decode()


def test_who_left_is_no_longer_expected(app: Flask, tmp_path: Path) -> None:
    """Visits due after the day of leaving are there, and told apart."""
    invited = invite(app)
    with changing(app) as session:
        left = datetime.now(UTC).date() + timedelta(days=100)
        session.execute(update(Patient).values(status="left", status_since=left))
    lines = rows(export(app, tmp_path / "x.zip"), "attendance.csv")
    expected = {line["visit"] for line in lines if line["expected"] == "true"}
    with app.app_context():
        due = {visit.name for visit in db.session.scalars(select(Visit)) if visit.due_on < left}
    assert expected == due
    assert len({line["visit"] for line in lines}) > len(expected)
    assert invited.visit_id
