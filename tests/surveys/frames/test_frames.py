"""A study read as the tidy tables that `analysis` takes."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from flask import Flask
from sqlalchemy import event, select, update
from sqlalchemy.orm import joinedload

from analysis.data.frame import COLUMNS, StudyFrames, check, scored
from surveys.db import db
from surveys.frames import columns as reading
from surveys.frames import scale_info, study_frames
from surveys.models import Background, Draft, Palsy, Response, Study, Timepoint, Visit
from surveys.store.patient import patients
from surveys.store.patient.patients import NewContact, NewPatient, NewTreatment, PartialDate
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.support.study import FACE, PHQ9, changing, invite, library

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
ON = date(2026, 3, 10)

BackgroundAnswers = dict[str, Any]

ANNA = NewPatient(
    code="ANNA",
    enrolled_on=ON,
    birth_year=1970,
    sex="female",
    site="north",
    side="left",
    cause="bells_palsy",
    onset=PartialDate(date(2026, 1, 1), "month"),
    treatments=(
        NewTreatment("botulinum_toxin", PartialDate(date(2026, 2, 3), "day")),
        NewTreatment("massage"),
    ),
    contact=NewContact(name="Anna Abel", email="anna@abel.example"),
    gradings=(("house_brackmann", 4, date(2026, 1, 9)), ("house_brackmann", 2, ON)),
)
BEN = NewPatient(code="BEN", enrolled_on=ON, site="south")


@pytest.fixture
def filled(app: Flask) -> Flask:
    """A study with Anna, who answered two questionnaires, and Ben, who answered none; and another study."""
    invite(app, "OTHER", study="S2", at=AT)
    invite(app, "CARL", at=AT)
    with changing(app) as session:
        study = session.scalars(select(Study).where(Study.code == "S1")).one()
        plan = session.scalars(select(Timepoint).where(Timepoint.study_id == study.id)).all()
        for new in (ANNA, BEN):
            patients.enrol(session, study, plan, new, library(app), at=AT, actor="test")
    add(app, "ANNA", "face", FACE)
    add(app, "ANNA", "phq9", PHQ9[:5])
    return app


def add(
    app: Flask,
    code: str,
    key: str,
    values: tuple[int, ...],
    told: BackgroundAnswers | None = None,
    **facts: object,
) -> int:
    """A response of the first visit; its id. `facts` are what happened to it later."""
    instrument = library(app).get(key)
    with changing(app) as session:
        visit = session.scalars(
            select(Visit).join(Visit.patient).where(Visit.name == "baseline", Visit.patient.has(code=code))
        ).one()
        new = NewResponse(
            visit_id=visit.id,
            patient_id=visit.patient_id,
            instrument=instrument,
            version_id=versions.freeze(session, instrument, at=AT),
            answers={f"q{number}": value for number, value in enumerate(values, start=1)},
            submitted_at=AT,
            completed_on=ON,
            locale="en",
            **{"source": "web", **(told or {})},
        )
        [response_id] = responses.insert_scored(session, [new], at=AT, actor="test")
        if facts:
            session.execute(update(Response).where(Response.id == response_id).values(**facts))
        return response_id


def read(app: Flask, code: str = "S1", site: str | None = None) -> StudyFrames:
    with app.app_context():
        study = db.session.scalars(select(Study).where(Study.code == code)).one()
        return study_frames(db.session, study, library(app), site=site)


def test_the_tables_keep_the_contract(filled: Flask) -> None:
    """Exactly the columns that analysis documents, in their order and types."""
    frames = read(filled)
    check(frames)
    for table, columns in COLUMNS.items():
        assert list(getattr(frames, table).columns) == list(columns)
    assert (frames.study, frames.title, frames.simulated) == ("S1", "S1", True)


@pytest.mark.owner
def test_an_empty_study_keeps_it_too(app: Flask) -> None:
    """No patient, no response: the same columns and types."""
    invite(app, study="S1", at=AT)
    with changing(app) as session:
        session.execute(update(Study).values(code="GONE"))
        session.add(
            Study(
                code="S1",
                title="S1",
                locales=["en"],
                who_reads={},
                crisis_texts={},
                created_at=AT,
            )
        )
    frames = read(app)
    check(frames)
    assert len(frames.patients) == len(frames.scores) == len(frames.visits) == len(frames.treatments) == 0
    assert frames.scores["value"].dtype == "float64"


def test_scores_are_a_row_per_scale_missing_ones_too(filled: Flask) -> None:
    """Unrounded, under the full key; five of nine items give no PHQ-9 total, but a row that says so."""
    scores = read(filled).scores.set_index("scale")
    assert len(scores) == 8
    assert set(scores["patient"]) == {"ANNA"}
    assert scores.loc["face.total", "value"] == 50
    assert scores.loc["face.facial_comfort", "value"] == 5 * 100 / 12
    total = scores.loc["phq9.total"]
    assert math.isnan(total["value"])
    assert (total["items_used"], total["items_missing"], total["prorated"]) == (5, 4, False)
    assert (total["source"], total["locale"], total["wording"]) == (
        "web",
        "en",
        library(filled).get("phq9").wording.name,
    )
    assert (scores["completed_on"] == pd.Timestamp(ON)).all()


@pytest.mark.parametrize("column", ["superseded_at", "annulled_at"])
def test_only_current_responses_count(filled: Flask, column: str) -> None:
    """What was corrected or annulled is not analysed."""
    add(filled, "BEN", "face", FACE, **{column: AT + timedelta(days=1)})
    assert set(read(filled).scores["patient"]) == {"ANNA"}
    add(filled, "BEN", "face", (5,) * 15)
    scores = read(filled).scores
    assert scores[(scores["patient"] == "BEN") & (scores["scale"] == "face.total")]["value"].tolist() == [100]


def test_patients_come_with_palsy_and_without_identity(filled: Flask) -> None:
    """Facts of the index palsy; no name, address or hospital number anywhere, and contacts are never read."""
    with filled.app_context():
        engine = db.engine
    seen: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
    frames = read(filled)
    assert not [
        statement for statement in seen if re.search(r"(from|join|,)\s+contact\b", statement, re.IGNORECASE)
    ]
    assert seen
    anna = frames.patients.set_index("patient").loc["ANNA"]
    assert pd.isna(anna.pop("status_reason"))
    assert anna.to_dict() == {
        "sex": "female",
        "birth_year": 1970,
        "site": "north",
        "status": "active",
        "status_since": pd.Timestamp(ON),
        "cause": "bells_palsy",
        "side": "left",
        "begin": "unknown",
        "onset_on": pd.Timestamp("2026-01-01"),
        "onset_precision": "month",
        "palsies": 1,
        "enrolled_on": pd.Timestamp(ON),
    }
    for table in (frames.patients, frames.treatments, frames.visits, frames.scores):
        assert "abel" not in table.to_csv().lower()


def test_a_second_palsy_is_counted_and_the_index_palsy_described(filled: Flask) -> None:
    """One row per patient however many palsies."""
    with changing(filled) as session:
        first = session.scalars(
            select(Palsy).where(Palsy.patient_id == Visit.patient_id, Palsy.cause == "bells_palsy")
        ).first()
        assert first is not None
        session.add(Palsy(patient_id=first.patient_id, number=2, is_index=False, side="right", cause="lyme"))
    people = read(filled).patients.set_index("patient")
    assert people.index.is_unique
    assert (people.loc["ANNA", "palsies"], people.loc["ANNA", "cause"]) == (2, "bells_palsy")


def test_treatments_without_a_date_stay_without(filled: Flask) -> None:
    """A missing start is missing, not made up."""
    treatments = read(filled).treatments.set_index("kind")
    assert treatments.loc["botulinum_toxin", "started_on"] == pd.Timestamp("2026-02-03")
    assert treatments.loc["botulinum_toxin", "precision"] == "day"
    assert pd.isna(treatments.loc["massage", "started_on"])
    assert treatments.loc["massage", "state"] == "given"


def test_visits_are_all_those_planned(filled: Flask) -> None:
    """Answered or not, with their window and battery."""
    visits = read(filled).visits
    assert visits.groupby("patient").size().to_dict() == {"ANNA": 5, "BEN": 5, "CARL": 5}
    first = visits[(visits["patient"] == "BEN")].iloc[0]
    assert (first["visit"], first["battery"]) == ("baseline", ["face", "phq9", "saq"])
    assert first["closes_on"] - first["opens_on"] == pd.Timedelta(days=30)


def test_what_a_patient_said_last_of_recovery_stands_beside_the_visit(filled: Flask) -> None:
    """One row per visit however often it was said; skipped and never asked are both missing."""
    with changing(filled) as session:
        ids = session.scalars(
            select(Visit.id).where(Visit.patient.has(code="ANNA")).order_by(Visit.due_on)
        ).all()
        for visit_id, question, answer in (
            (ids[0], "recovered", {"value": "no"}),
            (ids[0], "recovered", {"value": "nearly"}),
            (ids[0], "side", {"value": "left"}),
            (ids[1], "recovered", {"value": "yes"}),
            (ids[1], "recovered", {"skipped": True}),
        ):
            session.add(
                Background(
                    visit_id=visit_id,
                    question=question,
                    answer=answer,
                    locale="en",
                    reported_by="patient",
                    at=AT,
                )
            )
            session.flush()
    frames = read(filled)
    check(frames)
    said = frames.visits.set_index("visit_id")["says_recovered"]
    assert len(said) == 15
    assert said[said.notna()].to_dict() == {ids[0]: "nearly"}


def test_gradings_are_those_of_the_index_palsy(filled: Flask) -> None:
    """Value and day, in their order."""
    gradings = read(filled).gradings
    assert gradings["patient"].tolist() == ["ANNA", "ANNA"]
    assert gradings["value"].tolist() == [4, 2]
    assert gradings["graded_on"].tolist() == [pd.Timestamp("2026-01-09"), pd.Timestamp(ON)]


def test_responses_come_with_their_answers(filled: Flask) -> None:
    """Answers by item, whether any score came of it, and the minutes it took where that is known."""
    add(filled, "BEN", "face", FACE, {"started_at": AT - timedelta(minutes=6)})
    table = read(filled).responses
    assert list(zip(table["patient"], table["instrument"], table["scored"], strict=True)) == [
        ("ANNA", "face", True),
        ("ANNA", "phq9", False),
        ("BEN", "face", True),
    ]
    given = {f"q{n}": value for n, value in enumerate(PHQ9[:5], start=1)}
    assert json.loads(table["answers"].iloc[1]) == given
    assert table["minutes"].fillna(-1).tolist() == [-1, -1, 6]
    assert not table["partial"].any()
    assert (table["completed_on"] == pd.Timestamp(ON)).all()


@pytest.mark.parametrize("told", [{"partial": True}, {"source": "paper"}])
def test_what_was_not_sent_here_has_no_duration(filled: Flask, told: BackgroundAnswers) -> None:
    """A draft made a response when its visit was over, and what was typed in from paper."""
    add(filled, "BEN", "face", FACE, {"started_at": AT - timedelta(minutes=6), **told})
    assert read(filled).responses["minutes"].isna().all()


def test_a_visit_is_begun_by_a_draft_or_a_response(filled: Flask) -> None:
    """Anna sent one, Ben has begun one, Carl nothing; an annulled response begins nothing."""
    instrument = library(filled).get("face")
    with changing(filled) as session:
        visits = {
            visit.patient.code: visit.id
            for visit in session.scalars(
                select(Visit).where(Visit.name == "baseline").options(joinedload(Visit.patient))
            )
        }
        session.add(
            Draft(
                visit_id=visits["BEN"],
                instrument="face",
                instrument_version_id=versions.freeze(session, instrument, at=AT),
                locale="en",
                answers={"q1": [{"value": 3, "at": AT.isoformat()}]},
                started_at=AT,
                saved_at=AT,
            )
        )
    add(filled, "CARL", "face", FACE, annulled_at=AT + timedelta(days=1))
    table = read(filled).visits
    assert set(table.loc[table["begun"], "visit_id"]) == {visits["ANNA"], visits["BEN"]}


def test_a_site_sees_its_own_patients(filled: Flask) -> None:
    """In every table."""
    frames = read(filled, site="north")
    check(frames)
    for table in COLUMNS:
        assert set(getattr(frames, table)["patient"]) == {"ANNA"}
    assert len(read(filled, site="south").scores) == 0


def test_studies_are_kept_apart(filled: Flask) -> None:
    """Another study's patients are in none of the tables."""
    assert set(read(filled, "S2").patients["patient"]) == {"OTHER"}
    assert "OTHER" not in set(read(filled).visits["patient"])


def test_a_study_of_few_among_many_has_its_own_scores(filled: Flask) -> None:
    """Its responses stand far apart, so its scores are asked for by response."""
    add(filled, "OTHER", "face", FACE)
    for key, values in (("face", FACE), ("phq9", PHQ9)):
        add(filled, "BEN", key, values)
    add(filled, "CARL", "face", FACE)
    add(filled, "OTHER", "phq9", PHQ9)
    scores = read(filled, "S2").scores
    assert set(scores["patient"]) == {"OTHER"}
    assert scores["instrument"].unique().tolist() == ["face", "phq9"]
    assert scores["value"].notna().all()


def test_the_size_of_batches_changes_nothing(filled: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read(filled)
    monkeypatch.setattr(reading, "_BATCH", 1)
    for name in COLUMNS:
        pd.testing.assert_frame_equal(getattr(read(filled), name), getattr(whole, name))


def test_analysis_can_work_with_them(filled: Flask) -> None:
    """Time since onset comes out of what was read: 1 January by month counts as the 15th."""
    table = scored(read(filled)).set_index("scale")
    assert table.loc["face.total", "days_since_onset"] == (ON - date(2026, 1, 15)).days
    assert table.loc["face.total", "stratum"] == "acute"


def test_every_scale_is_explained(app: Flask) -> None:
    """Direction, range, bands and where they come from, for every scale of every instrument."""
    info = scale_info(library(app))
    assert set(info) == {f"{one.key}.{scale.key}" for one in library(app) for scale in one.scales}
    assert (info["saq.total"].low, info["saq.total"].high) == (20, 100)
    assert info["saq.total"].direction == "higher_worse"
    assert info["face.total"].direction == "higher_better"
    assert info["phq9.total"].bands[0][1] == 0
    assert ("sdc_individual", 28.2) in {(one.kind, one.value) for one in info["saq.total"].thresholds}
    assert info["face.facial_movement"].thresholds == ()
    assert info["phq9.total"].items == tuple(f"q{number}" for number in range(1, 10))
    assert "one or two items missing" in info["phq9.total"].missing
    assert info["cesd.total"].reverse == (("q4", 3), ("q8", 3), ("q12", 3), ("q16", 3))
    assert len({one.short_label for one in info.values()}) == len(info)
