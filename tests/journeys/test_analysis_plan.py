"""An analysis plan from its page to what is said of the study: on pages, in reports, files and freezes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

import analysis
from surveys.settings import Settings
from tests.support.commands import seventh_with
from tests.support.simulated import MOOD_ALONE, populate
from tests.support.staff import Member, signed_in
from tests.support.study import one_table

PAGE = "/staff/S1/analysis-plan"
ASKED = {
    "rows": "1",
    "question_1-outcome": "phq9.total",
    "question_1-asked": "first_visit:time_since_onset",
    "question_1-patients": "chronic",
    "question_1-rank": "primary",
}
SECOND = {
    "rows": "2",
    "question_2-outcome": "phq9.total",
    "question_2-asked": "after_first_visit:first_visit",
    "question_2-patients": "chronic",
    "question_2-rank": "secondary",
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The pages and files are the same on both."""
    return sqlite_url


@pytest.fixture
def coordinator(app: Flask) -> Member:
    """The coordinator of a study of 20 simulated patients, who fixed a plan."""
    populate(app, 20, visits=1, plan=MOOD_ALONE)
    member = signed_in(app)
    member.get(f"{PAGE}/fix")
    member.post(f"{PAGE}/fix", ASKED)
    return member


def test_a_plan_is_fixed_and_amended_with_a_reason(app: Flask, coordinator: Member) -> None:
    """Without one nothing happens; every version stays readable, also to an analyst."""
    page = coordinator.get(f"{PAGE}/fix")
    assert "20 questionnaires have been answered already" in page.text
    refused = coordinator.post(f"{PAGE}/fix", {**ASKED, **SECOND})
    assert (coordinator.status, "Say why" in refused.text) == (422, True)
    coordinator.get(f"{PAGE}/fix")
    coordinator.post(f"{PAGE}/fix", {**ASKED, **SECOND, "reason": "Its course matters."})
    assert [row["version"] for row in one_table(app, "analysis_plan")] == [1, 2]
    read = signed_in(app, "analyst").get(PAGE).text
    for said in ("Version 2, which holds", "Version 1", "Its course matters.", "after 20 questionnaires"):
        assert said in read
    assert "PHQ-9 total with the time since onset" in read
    assert all(row["sha256"] in read for row in one_table(app, "analysis_plan"))


def test_everything_that_is_said_of_the_study_knows_the_plan(
    app: Flask, settings: Settings, coordinator: Member, tmp_path: Path
) -> None:
    """The dashboard, a freeze and its report, a sentence's code, and the study read from its package."""
    shown = coordinator.get("/staff/S1/dashboard/time").text
    assert "Primary question, named after data could be seen: In 11 chronic patients" in shown
    coordinator.get("/staff/S1/freezes")
    coordinator.post("/staff/S1/freezes", {"name": "Mine"})
    ranks = {"question_1-rank": "secondary", "question_2-rank": "primary"}
    coordinator.post(f"{PAGE}/fix", {**ASKED, **SECOND, **ranks, "reason": "Its course matters."})
    [freeze] = one_table(app, "data_freeze")
    report = json.loads(coordinator.send("GET", f"/staff/S1/freezes/{freeze['id']}.json", []).content)
    assert {one["version"] for one in report["analysis_plan"]} == {1}
    [planned] = [one for one in report["statements"] if one["planned"]]
    seventh = seventh_with(settings)
    verified = seventh("statement", "verify", planned["code"])
    assert (verified.code, "holds, by the freeze Mine" in verified.out) == (0, True)
    assert seventh("export", "S1", str(tmp_path / "tidy")).code == 0
    study = analysis.read(tmp_path / "tidy")
    versions = study.analysis_plan.versions
    assert [one.sha256 for one in versions] == [row["sha256"] for row in one_table(app, "analysis_plan")]
    sentences = analysis.sentences(study, suppress_under=5)
    assert sorted(sentences.loc[sentences["planned"], "question"]) == ["primary", "secondary"]
