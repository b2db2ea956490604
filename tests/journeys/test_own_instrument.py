"""A definition dropped into a site's folder is asked, scored, stored, analysed and shown: one file."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask import Flask

from surveys.schedule import PlannedVisit
from surveys.settings import Settings
from tests.support.commands import seventh_with
from tests.support.patient import Patient, in_process
from tests.support.staff import signed_in
from tests.support.study import invite, one_table, scores

ROOT = Path(__file__).parents[2]
PLAN = [PlannedVisit("baseline", "First", "enrolment", 0, 0, 30, ("sleep",))]


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """A site with the questionnaire of docs/add-an-instrument.md: reversed item, prorated scale, table."""
    text = (ROOT / "docs" / "add-an-instrument.md").read_text(encoding="utf-8")
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sleep.toml").write_text(
        "\n".join(re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)[:-1]), encoding="utf-8"
    )
    return Settings(**{**vars(settings), "instruments": (folder,)})


def walk(app: Flask, code: str, *answers: int | None) -> Patient:
    """Somebody answers by link; None is a question skipped."""
    walker = Patient(in_process(app))
    walker.open(invite(app, code, plan=PLAN).token)
    walker.next()
    for value in answers:
        if value is None:
            walker.skip()
        else:
            walker.answer(value)
    walker.next()
    walker.finish()
    return walker


def test_one_file_is_enough(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page, score, database, report, export of scores, dashboard, the staff's pages."""
    assert walk(app, "P1", 2, 0, 2).page.heading == "Thank you"
    assert scores(app) == {"sleep.total": 100, "sleep.t": 68.9}
    walk(app, "P2", None, 1, 2)
    stored = {(row["response_id"], row["scale"]): row for row in one_table(app, "score")}
    assert (stored[2, "total"]["value"], stored[2, "t"]["value"]) == (75, 60)
    assert stored[2, "total"]["prorated"]
    assert stored[2, "total"]["items_missing"] == 1
    [version] = one_table(app, "instrument_version")
    assert (version["instrument"], version["wording_status"]) == ("sleep", "verbatim")

    monkeypatch.setenv("SEVENTH_INSTRUMENTS", str(settings.instruments[0]))
    seventh = seventh_with(settings)
    report = json.loads(seventh("report", "S1").out)
    found = {(one["scale"], one["visit"]): one for one in report["descriptives"] if "stratum" not in one}
    assert found.keys() == {(f"sleep.{scale}", end) for scale in ("total", "t") for end in ("first", "last")}
    assert "sleep version 1 (original wording)" in report["methods"]
    assert seventh("scores", "check").code == 0
    scored = seventh("score", "sleep", stdin="q1,q2,q3\n2,0,2\n").out.splitlines()
    assert scored[1].startswith("2,0,2,100")

    member = signed_in(app)
    dashboard = member.get("/staff/S1/dashboard").text
    assert "Sleep total and time since onset" in dashboard
    patient = member.get("/staff/S1/patients/P2").text
    assert "Prorated from 2 of 3 items." in patient
    assert "Project decision: The whole rule." in patient
    page = member.get("/staff/S1/instruments/sleep")
    assert page.heading == "Short Sleep Questionnaire"
    member.get("/staff/S1/instruments/sleep/preview")
    assert "I lay awake for a long time." in member.page.text
