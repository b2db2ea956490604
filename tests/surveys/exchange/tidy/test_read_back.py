"""A tidy package, read back as the study that it is."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy import select

import analysis
from surveys.frames import study_frames
from surveys.models import Study
from tests.support.study import changing, library

from .test_package import database_url, export, simulated

__all__ = ["database_url", "simulated"]


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
