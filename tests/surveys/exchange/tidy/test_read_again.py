"""A tidy package, read by the analysis that anybody may take alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

import analysis
from surveys.frames import study_frames
from surveys.models import Patient, SelfEnrolment, Study
from tests.support.simulated import populate
from tests.support.study import changing, library
from tests.surveys.exchange.tidy.test_package import export


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def simulated(app: Flask) -> Flask:
    """Patients with all that a study knows of them."""
    populate(app, 30)
    return app


def test_analyses_read_a_package_as_the_study_that_it_is(simulated: Flask, tmp_path: Path) -> None:
    """With exact dates bit by bit; without them as far as days and bands tell."""
    with changing(simulated) as session:
        frames = study_frames(session, session.scalars(select(Study)).one(), library(simulated))
    export(simulated, tmp_path / "with.zip", exact_dates="Linkage approved 2026-03")
    again = analysis.read(tmp_path / "with.zip")
    assert (again.sha256, dict(again.scale_info)) == (
        frames.sha256,
        {key: info for key, info in frames.scale_info.items() if key in again.scale_info},
    )
    export(simulated, tmp_path / "without.zip")
    by_days = analysis.read(tmp_path / "without.zip")
    columns = ["patient", "scale", "value", "days_since_onset", "stratum", "female"]
    told = [one.scored[columns].astype({"patient": str, "scale": str}) for one in (by_days, frames)]
    by_day = frames.patients.loc[frames.patients["onset_precision"] == "day", "patient"]
    told = [one[one["patient"].isin(by_day)] for one in told]
    both = [one.sort_values(columns[:4], ignore_index=True) for one in told]
    assert both[0].equals(both[1])
    assert (by_days.scored["age"] - frames.scored["age"]).abs().max() <= 3


def test_who_joined_and_was_not_looked_at_is_left_out(simulated: Flask, tmp_path: Path) -> None:
    """As in the frames of the study itself, which count what is left out."""
    with changing(simulated) as session:
        first = session.scalars(select(Patient).order_by(Patient.id)).first()
        assert first is not None
        row = {
            "way": "email",
            "joined_at": session.scalars(select(Study)).one().created_at,
            "seconds": 60,
            "device": "",
            "network": "",
        }
        session.add(SelfEnrolment(patient_id=first.id, **row))
        code = first.code
    export(simulated, tmp_path / "tidy.zip")
    again = analysis.read(tmp_path / "tidy.zip")
    with changing(simulated) as session:
        frames = study_frames(session, session.scalars(select(Study)).one(), library(simulated))
    for one in (again, frames):
        assert code not in set(one.patients["patient"].astype(str))
        assert len(one.patients) == 29
    assert {scale for scale, *_ in frames.unconfirmed} <= set(frames.scale_info)
    assert all(patients == 1 for _, patients, _ in frames.unconfirmed)
