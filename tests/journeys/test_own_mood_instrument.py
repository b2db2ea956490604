"""A questionnaire on mood, dropped into a site's folder, has the care and the places of those that ship."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from analysis.data.frame import StudyFrames
from analysis.paper import paper
from analysis.report import report
from surveys.db import db
from surveys.frames import study_frames
from surveys.jobs.boards.board import Board
from surveys.jobs.boards.drawing import draw
from surveys.models import Study
from surveys.schedule import preset
from surveys.settings import Settings
from surveys.simulate.study import simulate
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from tests.support.study import changing, library
from tests.surveys.instruments.test_facts import PHQ4, bare

AT = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is known of an instrument does not depend on the database."""
    return sqlite_url


@pytest.fixture(
    params=[
        pytest.param(PHQ4, id="with facts", marks=pytest.mark.long),
        pytest.param(bare(PHQ4), id="without"),
    ]
)
def settings(settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """A site with the PHQ-4 in its folder."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "phq4.toml").write_text(request.param, encoding="utf-8")
    return Settings(**{**vars(settings), "instruments": (folder,)})


@pytest.fixture
def frames(app: Flask) -> StudyFrames:
    """People who answered FaCE, PHQ-9, GAD-7 and PHQ-4 twice."""
    plan = [replace(row, battery=("face", "phq9", "gad7", "phq4")) for row in preset("registry")]
    with changing(app) as session:
        new = NewStudy("S1", simulated=True)
        study = studies.create(session, new, plan, library(app), at=AT, actor="test")
        session.refresh(study, ["timepoints"])
        simulate(
            lambda: nullcontext(session),
            study,
            library(app),
            patients=16,
            visits=2,
            seed=4,
            today=AT.date(),
            at=AT,
            actor="test",
        )
    with app.app_context():
        return study_frames(db.session, db.session.scalars(select(Study)).one(), library(app))


def board(frames: StudyFrames, page: str, pair: str = "") -> Board:
    return draw(
        frames,
        {},
        page=page,
        pair=pair,
        visits={},
        on=AT.date(),
        together=False,
        may_open_patients=True,
        suppress_under=5,
    )


@pytest.mark.long
def test_one_file_gives_it_its_care_and_its_places(frames: StudyFrames) -> None:
    """A note on shared content, Screening, the pairs of mood, paper; nothing where somebody else chose."""
    content = report(frames, generated_at=AT.isoformat(), software="seventh")
    pairs = {frozenset((one["x"], one["y"])): one["overlap"] for one in content["correlations"]}
    assert pairs[frozenset(("phq4.total", "phq9.total"))]
    assert pairs[frozenset(("phq4.total", "gad7.total"))]
    assert pairs[frozenset(("phq4.total", "face.total"))] is None

    screening = board(frames, "screening").sections[0].figures
    assert "screening-phq4-total" in [figure.key for figure in screening]
    mood = board(frames, "mood")
    assert all("PHQ-4 total" in matrix.names for matrix in mood.sections[0].matrices)
    [pair] = board(frames, "pair", pair="face.total~phq4.total").sections
    assert "PHQ-4 total" in pair.figures[0].title
    printed = paper(frames, content)
    drawn = {one.figure.key for section in printed.sections for one in section.figures}
    assert "screening-phq4.total" in drawn
    assert "screening-phq4.total" in [key for key, _ in printed.answers]

    theirs = replace(frames, scores=frames.scores.assign(answered_by="chosen_by_other"))
    counted = set(theirs.scored.dropna(subset="value")["scale"])
    assert "face.total" in counted
    assert counted & {"phq4.total", "phq9.total", "gad7.total"} == set()
