"""The files about visits: what was asked at each, what became of it, and of whom an answer is expected."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.exchange.tidy.occasions import ATTENDANCE, VISITS
from surveys.models import Assistance, Draft, Patient, Priority, Response, Visit
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.support.study import Invited, changing, invite, library
from tests.surveys.exchange.tidy.test_answers import rows

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
ON = AT.date()


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a cell tells is worked out in Python."""
    return sqlite_url


@pytest.fixture
def invited(app: Flask) -> Invited:
    """P1, with the five visits of the registry's plan; the first asks FaCE, PHQ-9 and SAQ."""
    return invite(app, at=AT)


def respond(app: Flask, invited: Invited, key: str, *, given: bool = True, partial: bool = False) -> None:
    instrument = library(app).get(key)
    with changing(app) as session:
        new = NewResponse(
            visit_id=invited.visit_id,
            patient_id=invited.patient_id,
            instrument=instrument,
            version_id=versions.freeze(session, instrument, at=AT),
            answers=dict.fromkeys((item.key for item in instrument.items), 1) if given else {},
            source="web",
            partial=partial,
            submitted_at=AT,
            completed_on=ON,
        )
        responses.add(session, [new], at=AT, actor="test")


def at_baseline(app: Flask) -> dict[str, tuple[str, str, str]]:
    """What the file tells of each questionnaire of the first visit: expected, state, scored."""
    return {
        row["instrument"]: (row["expected"], row["state"], row["scored"])
        for row in rows(app, ATTENDANCE)
        if row["visit"] == "baseline"
    }


def test_a_visit_is_told_in_days_and_dates(app: Flask, invited: Invited) -> None:
    """From enrolment; the first is due that day and open for thirty more."""
    with changing(app) as session:
        session.get_one(Visit, invited.visit_id).missed_reason = "ill"
        session.add(Assistance(visit_id=invited.visit_id, answered_by="interpreter", at=AT))
        session.add(Priority(visit_id=invited.visit_id, matters="eye", at=AT))
    first, *_ = told = rows(app, VISITS)
    assert len(told) == 5
    assert [row["matters_most"] for row in told] == ["eye", "", "", "", ""]
    assert [row["due_on"] for row in told] == sorted(row["due_on"] for row in told)
    assert first == {
        "patient": "P1",
        "visit": "baseline",
        "occurrence": "1",
        "planned": "true",
        "opens_days": "0",
        "due_days": "0",
        "closes_days": "30",
        "due_days_since_onset": "",
        "battery": "face;phq9;saq",
        "plan_version": "1",
        "missed_reason": "ill",
        "answered_by": "interpreter",
        "matters_most": "eye",
        "feedback_shown": "",
        "opens_on": "2026-03-10",
        "due_on": "2026-03-10",
        "closes_on": "2026-04-09",
    }


def test_a_visit_outside_the_plan_says_so(app: Flask, invited: Invited) -> None:
    with changing(app) as session:
        session.get_one(Visit, invited.visit_id).timepoint_id = None
    assert [row["planned"] for row in rows(app, VISITS)] == ["false"] + ["true"] * 4


def test_what_was_withdrawn_was_never_asked(app: Flask, invited: Invited) -> None:
    """In neither file."""
    with changing(app) as session:
        session.get_one(Visit, invited.visit_id).withdrawn_at = AT
    assert "baseline" not in {row["visit"] for table in (VISITS, ATTENDANCE) for row in rows(app, table)}


def test_each_questionnaire_is_done_begun_or_not(app: Flask, invited: Invited) -> None:
    """In the order of the battery; kept when the visit was over is partial; without a value not scored."""
    assert at_baseline(app) == dict.fromkeys(("face", "phq9", "saq"), ("true", "not_begun", "false"))
    respond(app, invited, "face")
    respond(app, invited, "phq9", given=False, partial=True)
    with changing(app) as session:
        version_id = versions.freeze(session, library(app).get("saq"), at=AT)
        draft = Draft(visit_id=invited.visit_id, instrument="saq", instrument_version_id=version_id)
        draft.locale, draft.answers, draft.started_at, draft.saved_at = "en", {}, AT, AT
        session.add(draft)
    assert at_baseline(app) == {
        "face": ("true", "completed", "true"),
        "phq9": ("true", "partial", "false"),
        "saq": ("true", "begun", "false"),
    }


def test_what_was_annulled_was_not_answered(app: Flask, invited: Invited) -> None:
    respond(app, invited, "face")
    with changing(app) as session:
        session.scalars(select(Response)).one().annulled_at = AT
    assert at_baseline(app)["face"] == ("true", "not_begun", "false")


def test_what_was_answered_unasked_comes_last(app: Flask, invited: Invited) -> None:
    """Once the plan asks less, the answers are told all the same."""
    respond(app, invited, "face")
    with changing(app) as session:
        session.get_one(Visit, invited.visit_id).battery = ["saq"]
    assert list(at_baseline(app)) == ["saq", "face"]


@pytest.mark.parametrize("status", ["left", "died"])
def test_nothing_is_expected_of_who_is_gone(app: Flask, invited: Invited, status: str) -> None:
    """From that day on; of visits due before it, and of what was answered, it was."""
    respond(app, invited, "face")
    for since, expected in ((ON, "false"), (ON + timedelta(days=1), "true"), (date(2026, 3, 1), "false")):
        with changing(app) as session:
            patient = session.get_one(Patient, invited.patient_id)
            patient.status, patient.status_since = status, since
        told = at_baseline(app)
        assert told["face"] == ("true", "completed", "true")
        assert told["saq"] == (expected, "not_begun", "false"), since


@pytest.mark.parametrize("status", ["active", "paused", "lost"])
def test_others_may_still_answer(app: Flask, invited: Invited, status: str) -> None:
    with changing(app) as session:
        session.get_one(Patient, invited.patient_id).status = status
    assert {row["expected"] for row in rows(app, ATTENDANCE)} == {"true"}
