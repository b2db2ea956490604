"""One judgement of change: the alert rule, Who changed, the patient's course and the report say the same."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from analysis.data.change import of_one_person
from analysis.data.frame import scored
from analysis.results.change import change
from surveys.db import db
from surveys.frames import study_frames
from surveys.models import Alert, Patient, Study, Visit
from surveys.store.visit import alert_rules, responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.support.present import now
from tests.support.staff import signed_in
from tests.support.study import changing, invite, library

# Points above the lowest sum at the first and at the second visit; FaCE and SAQ change by whole items.
CASES = {
    "A1": ("phq9", 4, 9, "worse"),
    "A2": ("phq9", 4, 10, "worse"),
    "A3": ("phq9", 4, 8, "same"),
    "A4": ("phq9", 9, 4, "better"),
    "A5": ("saq", 0, 13, "worse"),  # 20.0 to 48.9: 28.9
    "A6": ("saq", 0, 12, "same"),  # 26.7
    "A7": ("saq", 13, 0, "better"),
}
FACE = {"B1": (11, 0, "worse"), "B2": (10, 0, "same"), "B3": (0, 11, "better")}  # 18.3 and 16.7 of 100
TITLES = {"phq9": "PHQ-9 total", "saq": "SAQ total", "face": "FaCE total"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The database decides nothing here."""
    return sqlite_url


def answers(key: str, points: int, app: Flask) -> dict[str, int]:
    """Answers whose sum lies so many points above the lowest."""
    instrument = library(app).get(key)
    given = {}
    for item in instrument.asked([]):
        values = instrument.values(item.key)
        steps = min(points, len(values) - 1 if item.key != "q9" or key != "phq9" else 0)
        points -= steps
        given[item.key] = values[steps]
    return given


def test_all_four_say_the_same(app: Flask) -> None:
    """At the threshold, past it, below it and the other way, on scales of both directions."""
    cases = CASES | {code: ("face", *case) for code, case in FACE.items()}
    for code in cases:
        invite(app, code, at=now() - timedelta(days=200))
    with changing(app) as session:
        study = session.scalars(select(Study)).one()
        for key in TITLES:
            alert_rules.add(
                session,
                study,
                library(app),
                instrument=key,
                scale="total",
                kind="worse",
                threshold=None,
                at=now(),
                actor="test",
            )
        for code, (key, *points, _verdict) in cases.items():
            visits = session.execute(
                select(Visit.id, Visit.patient_id)
                .join(Patient)
                .where(Patient.code == code, Visit.name.in_(("baseline", "month_3")))
                .order_by(Visit.due_on)
            ).all()
            for visit, total, days in zip(visits, points, (180, 5), strict=True):
                at = now() - timedelta(days=days)
                new = NewResponse(
                    visit_id=visit.id,
                    patient_id=visit.patient_id,
                    instrument=library(app).get(key),
                    version_id=versions.freeze(session, library(app).get(key), at=at),
                    answers=answers(key, total, app),
                    source="paper",
                    submitted_at=at,
                    completed_on=at.date(),
                )
                responses.add(session, [new], at=now(), actor="test")
    expected = {code: case[-1] for code, case in cases.items()}
    assert by_rule(app, cases) == {code: verdict == "worse" for code, verdict in expected.items()}
    assert on_pages(app, cases) == {code: (verdict, verdict) for code, verdict in expected.items()}
    counted = {key: Counter(case[-1] for case in cases.values() if case[0] == key) for key in TITLES}
    assert in_report(app) == {
        key: {verdict: counts[verdict] for verdict in ("better", "same", "worse")}
        for key, counts in counted.items()
    }


def by_rule(app: Flask, cases: dict[str, tuple[object, ...]]) -> dict[str, bool]:
    """Who has an alert."""
    with changing(app) as session:
        alerts = session.scalars(select(Patient.code).join(Visit).join(Alert, Alert.visit_id == Visit.id))
        found = set(alerts)
    return {code: code in found for code in cases}


def on_pages(app: Flask, cases: dict[str, tuple[object, ...]]) -> dict[str, tuple[str, str]]:
    """What Who changed and the course say."""
    member = signed_in(app)
    rows = re.split(r"(?<=\s)(?=[AB]\d)", member.get("/staff/S1/changes").text)
    pages = {row[:2]: row for row in rows}
    found = {}
    for code, (key, *_rest) in cases.items():
        course = member.get(f"/staff/S1/course/{code}").text
        [sentence] = re.findall(rf"{TITLES[str(key)]} [0-9.]+ at first, [0-9.]+ last: ([^:]*?)[.] ", course)
        found[code] = (said(pages[code]), said(sentence))
    return found


def said(text: str) -> str:
    words = {"better": "better by", "worse": "worse by", "same": "less than the detectable"}
    [verdict] = [name for name, phrase in words.items() if phrase in text.lower()]
    return verdict


def in_report(app: Flask) -> dict[str, dict[str, int]]:
    """How the report counts them, by the amount that is held against one patient."""
    with app.app_context():
        study = db.session.scalars(select(Study)).one()
        frames = study_frames(db.session, study, library(app))
    found = {}
    for key, title in TITLES.items():
        info = frames.scale_info[f"{key}.total"]
        threshold = of_one_person(info.thresholds)
        assert threshold is not None, title
        [record] = [
            one
            for one in change(scored(frames), frames.treatments, {f"{key}.total": info}, suppress_under=1)
            if "stratum" not in one and one["threshold_kind"] == threshold.kind
        ]
        found[key] = {
            "better": record["improved"],
            "same": record["stable"],
            "worse": record["worse"],
        }
    return found
