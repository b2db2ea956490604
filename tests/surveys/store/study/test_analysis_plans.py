"""The analysis plan of a study: fixed once, amended with a reason, and what there was to see by then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.data.analysis_plan import PlannedQuestion
from surveys.frames import study_frames
from surveys.instruments.library import Library
from surveys.models import Event, Study, Visit, analysis_plan
from surveys.store.errors import Refused
from surveys.store.study import analysis_plans, freezes
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.surveys.store.conftest import AT

COURSE = PlannedQuestion("face.total", "after_first_visit", "first_visit", "acute", True)
MOOD = PlannedQuestion("face.total", "every_visit", "phq9.total", "chronic", False)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def answered(session: Session, library: Library, visit: Visit) -> Visit:
    """The first visit with one questionnaire sent."""
    phq9 = library.get("phq9")
    new = NewResponse(
        visit_id=visit.id,
        patient_id=visit.patient_id,
        instrument=phq9,
        version_id=versions.freeze(session, phq9, at=AT),
        answers={f"q{number}": 1 for number in range(1, 10)},
        source="web",
        started_at=AT,
        submitted_at=AT,
        completed_on=AT.date(),
    )
    responses.add(session, [new], at=AT, actor="patient")
    session.commit()
    return visit


def fix(session: Session, study: Study, library: Library, *questions: PlannedQuestion, **words: str) -> None:
    at = AT + timedelta(days=len(analysis_plans.of_study(session, study.id)))
    analysis_plans.fix(session, study, questions, library, **words, at=at, actor="staff:1")
    session.commit()


def test_a_plan_is_fixed_before_any_answer_and_stands_in_the_chain(
    session: Session, study: Study, library: Library
) -> None:
    """The digest that the chain holds is that of what analyses are given."""
    fix(session, study, library, COURSE, MOOD)
    [version] = study_frames(session, study, library).analysis_plan.versions
    assert (version.questions, version.after_data) == ((COURSE, MOOD), False)
    [event] = session.scalars(select(Event).where(Event.action == analysis_plans.FIXED))
    assert event.facts["sha256"] == version.sha256
    assert event.facts["questions"][0]["outcome"] == "face.total"


def test_an_amendment_keeps_the_earlier_version_and_says_what_was_seen(
    session: Session, study: Study, library: Library, answered: Visit
) -> None:
    """One questionnaire was answered, and the data were frozen."""
    fix(session, study, library, COURSE)
    freezes.keep(session, study, "first", "{}", patients=1, responses=1, at=AT, actor="test")
    session.commit()
    fix(session, study, library, COURSE, MOOD, reason=" Mood matters. ")
    first, second = analysis_plan.of_study(session, study.id).versions
    assert (first.questions, first.responses, first.looked_at) == ((COURSE,), 1, None)
    assert (second.reason, second.responses) == ("Mood matters.", 1)
    assert second.seen.endswith("1 questionnaire had been answered and data first looked at on 2026-03-10")
    assert {row.sha256 for row in analysis_plans.of_study(session, study.id)} == {first.sha256, second.sha256}


@pytest.mark.parametrize(
    ("questions", "said"),
    [
        ((), "at least one primary"),
        ((MOOD,), "at least one primary"),
        ((COURSE, COURSE), "Question 2 stands twice"),
        ((replace(COURSE, outcome="bdi9.total"),), "Question 1: bdi9.total is no score"),
        (tuple(replace(COURSE, outcome=f"x.{n}") for n in range(31)), "at most 30"),
    ],
)
def test_what_is_no_plan_is_refused(
    session: Session, study: Study, library: Library, questions: tuple[PlannedQuestion, ...], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        fix(session, study, library, *questions)


def test_an_amendment_needs_a_reason_and_a_difference(
    session: Session, study: Study, library: Library
) -> None:
    fix(session, study, library, COURSE, MOOD)
    with pytest.raises(Refused, match="Say why"):
        fix(session, study, library, COURSE)
    with pytest.raises(Refused, match="same as before"):
        fix(session, study, library, MOOD, COURSE, reason="Order.")
    study.status = "closed"
    with pytest.raises(Refused, match="is closed"):
        fix(session, study, library, COURSE, reason="Late.")
