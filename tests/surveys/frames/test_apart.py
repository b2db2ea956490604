"""Whom analyses and exports leave out: in frames, in the package, in words."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

import analysis
from analysis.data import consent as told
from analysis.report import report
from surveys.exchange.tidy.queries import Selection
from surveys.frames import study_frames
from surveys.models import Consent, Patient, Study
from surveys.store.visit import setup
from tests.support.simulated import populate
from tests.support.study import changing, library
from tests.surveys.exchange.tidy.test_package import export

AGREED, DECLINED, AGAIN = "S00001", "S00002", "S00003"


@pytest.fixture
def app(app: Flask) -> Flask:
    """Six patients: one agreed, one declined after she had agreed, one agreed after he had declined."""
    populate(app, 6)
    with changing(app) as session:
        study = session.scalars(select(Study)).one()
        ids = dict(session.execute(select(Patient.code, Patient.id)).all())
        signed = {"how": "elsewhere", "reference": "folder", "parts": {}, "recorded_by": "test"}
        said = [
            (AGREED, "agreed"),
            (DECLINED, "agreed"),
            (DECLINED, "declined"),
            (AGAIN, "declined"),
            (AGAIN, "agreed"),
        ]
        for code, decision in said:
            row = Consent(patient_id=ids[code], decision=decision, signed_on=date(2026, 1, 1), **signed)
            row.recorded_at = study.created_at
            session.add(row)
            session.flush()
    return app


def left_out(app: Flask, wanted: bool) -> None:
    """Let the study leave out whose consent does not stand, or keep them."""
    with changing(app) as session:
        study = session.scalars(select(Study)).one()
        session.refresh(study, ["timepoints"])
        facts = {"leaves_out_without_consent": wanted}
        setup.change(session, study, facts, library(app), at=study.created_at, actor="staff:1")


def test_patients_whose_consent_does_not_stand_are_left_out_where_the_study_wants_it(
    app: Flask, tmp_path: Path
) -> None:
    """The last decision counts; as today all are there. Frames, report and package say so, and agree."""
    with changing(app) as session:
        frames = study_frames(session, session.scalars(select(Study)).one(), library(app))
        condition = Selection(session, session.scalars(select(Study.id)).one()).condition
    assert (len(frames.patients), frames.without_consent) == (6, None)
    assert "consent" not in str(condition), "a rule that is off must cost no query anything"

    left_out(app, wanted=True)
    with changing(app) as session:
        frames = study_frames(session, session.scalars(select(Study)).one(), library(app))
    assert set(frames.patients["patient"]) == {AGREED, AGAIN}
    assert set(frames.scores["patient"]) <= {AGREED, AGAIN}
    content = report(frames, generated_at="2026-11-30T12:00:00+00:00", software="seventh")
    assert told.LEFT_OUT in content["warnings"]
    counted = {one["scale"]: one["patients"] for one in content["left_out"] if one["reason"] == told.REASON}
    assert counted["face.total"] == 4

    place = tmp_path / "package.zip"
    export(app, place, exact_dates="Linkage approved")
    again = analysis.read(place)
    assert (again.sha256, again.without_consent) == (frames.sha256, frames.without_consent)
    with zipfile.ZipFile(io.BytesIO(place.read_bytes())) as packed:
        readme = next(packed.read(name).decode() for name in packed.namelist() if name.endswith("README.md"))
        rows = "".join(packed.read(name).decode() for name in packed.namelist() if name.endswith(".csv"))
    assert told.LEFT_OUT in readme
    assert AGREED in rows
    assert DECLINED not in rows
